"""Categories, brands and kinds that the settings name and no row has: slips of the pen, or months without."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from regulars.engine import Engine
from regulars.errors import did_you_mean
from regulars.feature_settings import FeatureChoices
from regulars.types import Finding

_ROWS = {"brand": "order line", "category": "order line", "kind": "event"}


def unmet(engine: Engine, choices: FeatureChoices) -> Iterator[Finding]:
    """A warning for each list with names that no sale has, with near names that some have."""
    sold = "order_lines where not is_return"
    for setting, column, among, listed in (
        ("own_brands", "brand", sold, choices.own_brands),
        ("loyalty_categories", "category", sold, choices.loyalty_categories),
        ("category_shares", "category", sold, choices.category_shares),
        ("engagement.weights", "kind", "events where true", tuple(choices.engagement.weights)),
    ):
        if listed and among.split()[0] in engine.tables():
            yield from _missing(engine, f"features.{setting}", column, among, listed)


def _missing(engine: Engine, where: str, column: str, among: str, listed: Sequence[str]) -> Iterator[Finding]:
    rows = engine.rows(f"select {column} from {among} and {column} is not null group by {column}")
    there = sorted(str(name) for (name,) in rows)
    missing = [name for name in listed if name not in there]
    # Where nothing has any, the features are left out with that reason.
    if there and missing:
        near = "".join(did_you_mean(name, there) for name in missing[:3])
        yield Finding(
            "warning",
            where,
            f"No {_ROWS[column]} has the {column} {', '.join(map(repr, missing[:3]))}.{near}",
            f"Write it as the data does, or take it out of {where}.",
        )
