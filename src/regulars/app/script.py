"""A segmentation as one SQL script for a warehouse: features, assignment, profile and validation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from sqlglot import exp

from regulars.engine import Step, room, text
from regulars.engine.steps import compose, in_order, parse
from regulars.errors import SettingsError
from regulars.feature_settings import FeatureChoices
from regulars.prepare.features import features_step, needed
from regulars.segment.assign import assignment_steps, reading
from regulars.segment.definition import Definition
from regulars.settings import Settings

CLEAN = ("orders", "order_lines")
"""The clean tables that a script starts from."""


def script(definition: Definition, settings: Settings, dialect: str, day: date) -> str:
    """Statements that make ``segment_features`` and ``segment_assignments`` from clean ``orders``, then
    profile and validate them. Every fitted constant is a literal; no quantile is computed.

    ``day`` is the day to look from; orders after it are not looked at.
    """
    features = _features(definition, settings.features, day)
    made = _make("segment_features", compose([*features.before, features.step]))
    assigned = compose(assignment_steps(definition, day, tuple(features.select.named_selects)))
    parts = [
        (_about(definition, settings, day), None),
        ("Features: one row a customer.", made),
        (
            "Segments: one row a customer, by the constants of the definition.",
            _make("segment_assignments", reading(assigned, "features", "segment_features")),
        ),
        ("Profile: size and share of each segment.", _profile(definition)),
        *_validation(),
    ]
    return "\n\n".join(_written(said, statement, dialect) for said, statement in parts) + "\n"


class _Features:
    """The feature step that the definition needs and the steps before it."""

    def __init__(self, before: list[Step], step: Step) -> None:
        self.before, self.step = before, step

    @property
    def select(self) -> exp.Query:
        return self.step.select


def _features(definition: Definition, choices: FeatureChoices, day: date) -> _Features:
    families, made = needed(definition.rule.features, choices)
    _refuse_other(definition, {each.feature.name: each.ground for each in made})
    step = features_step(families, made)
    steps = {name: each for name, each in room("regulars.prepare").items() if name not in CLEAN}
    before = in_order({**steps, "features": step}, ["features"], CLEAN)[:-1]
    known = [_known(table) for table in CLEAN if any(table in each.needs for each in before)]
    return _Features([each.bind({"as_of": day}) for each in (*known, *map(_from_known, before))], step)


def _refuse_other(definition: Definition, made: Mapping[str, str]) -> None:
    """Raises SettingsError where the settings make a feature otherwise than when it was fitted on."""
    there = {f"features.{name}": said for name, said in made.items()}
    changed = [name for name, said in there.items() if definition.ground.get(name) != said]
    if changed:
        raise SettingsError(
            changed[0],
            f"it is now {there[changed[0]]}, and segmentation {definition.name!r} stands on "
            f"{definition.ground.get(changed[0], 'another')}",
            "Fit it on what the settings say now, or put the settings back.",
            next_command="regulars run",
        )


def _known(table: str) -> Step:
    """What was known of a clean table on the day: a later order would make days since the last negative."""
    return parse(f"known_{table}", f"select * from {table} where ordered_on <= $as_of")


def _from_known(step: Step) -> Step:
    select = step.select.copy()
    for table in CLEAN:
        select = reading(select, table, f"known_{table}")
    return Step(step.name, select)


def _make(name: str, select: exp.Query) -> exp.Expr:
    return exp.Create(this=exp.to_table(name), kind="TABLE", expression=select)


def _profile(definition: Definition) -> exp.Expr:
    averages = "".join(
        f", avg(cast(segment_features.{name} as double)) as mean_{name}" for name in definition.rule.features
    )
    return parse(
        "profile",
        "select segment_assignments.segment_id, segment_assignments.segment_name, count(*) as customers, "
        f"cast(count(*) as double) / sum(count(*)) over () as customer_share{averages} "
        "from segment_assignments inner join segment_features "
        "on segment_assignments.customer_id = segment_features.customer_id "
        "group by segment_assignments.segment_id, segment_assignments.segment_name order by customers desc, "
        "segment_assignments.segment_id",
    ).select


def _validation() -> Iterator[tuple[str, exp.Expr]]:
    yield (
        "Validation: both counts must be equal, and the third 0 (each customer exactly once).",
        parse(
            "validation",
            "select (select count(*) from segment_features) as customers_with_features, "
            "(select count(*) from segment_assignments) as customers_assigned, "
            "(select count(*) - count(distinct customer_id) from segment_assignments) as customers_twice",
        ).select,
    )
    yield (
        "Validation: must be 0 (no customer without a segment).",
        parse(
            "unassigned",
            "select count(*) as customers_unassigned from segment_assignments where segment_id is null",
        ).select,
    )


def _about(definition: Definition, settings: Settings, day: date) -> str:
    segments = "\n".join(f"  {s.name}: {s.rule}" for s in definition.segments)
    legend = "\n".join(f"  {line}" for line in definition.rule.legend())
    return (
        f"{settings.name}: segmentation {definition.name!r}, version {definition.version}.\n"
        f"Looks from {day}: orders after it are left out. To look from another day: --as-of.\n"
        f"Definition {definition.digest}.\n"
        "Needs orders (customer_id, order_id, is_return, ordered_at, ordered_on, lines, items, amount,\n"
        "is_promoted): one row an order, returns apart with negative amounts; and order_lines where\n"
        "products or categories are used.\n"
        f"Times are in {definition.ground['timezone']}, amounts in {definition.ground['currency']}.\n"
        f"Scores:\n{legend}\nSegments:\n{segments}"
    )


def _written(said: str, statement: exp.Expr | None, dialect: str) -> str:
    comment = "\n".join(f"-- {line}".rstrip() for line in said.splitlines())
    return comment if statement is None else f"{comment}\n{text(statement, dialect, comments=False)};"
