"""Categories and brands that the settings name and no order line has: slips of the pen, or months without."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from regulars.engine import Engine
from regulars.errors import did_you_mean
from regulars.feature_settings import FeatureChoices
from regulars.types import Finding


def unmet(engine: Engine, choices: FeatureChoices) -> Iterator[Finding]:
    """A warning for each list with names that no sale has, with near names that some have."""
    for setting, column, listed in (
        ("own_brands", "brand", choices.own_brands),
        ("loyalty_categories", "category", choices.loyalty_categories),
        ("category_shares", "category", choices.category_shares),
    ):
        if listed:
            yield from _missing(engine, f"features.{setting}", column, listed)


def _missing(engine: Engine, where: str, column: str, listed: Sequence[str]) -> Iterator[Finding]:
    rows = engine.rows(
        f"select {column} from order_lines where not is_return and {column} is not null group by {column}"
    )
    there = sorted(str(name) for (name,) in rows)
    missing = [name for name in listed if name not in there]
    # Where nothing has any, the features are left out with that reason.
    if there and missing:
        near = "".join(did_you_mean(name, there) for name in missing[:3])
        yield Finding(
            "warning",
            where,
            f"No order line has the {column} {', '.join(map(repr, missing[:3]))}.{near}",
            f"Write it as the data does, or take it out of {where}.",
        )
