"""The results of one past experiment, from a file with a row a customer, or a row an arm and segment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from regulars.app.compared import Compared
from regulars.app.history import history
from regulars.engine import literal
from regulars.errors import DataRefused, SettingsError, did_you_mean
from regulars.measure.heterogeneity import Group
from regulars.prepare.reading.plain_table import PlainTable, opened_table
from regulars.prepare.reading.retold import About
from regulars.segment.assign import assignment_steps
from regulars.validate.dealt_out import Matched
from regulars.validate.experiments import Experiment
from regulars.validate.memberships import RunOfHistory
from regulars.validation_settings import ExperimentChoices

READ = "tried_rows"
_START = "segments_at_start"
_MILLIONTHS = 1_000_000


def table_of(compared: Compared, name: str, path: str, about: About) -> PlainTable:
    """The table of a path, or the frame of that name that was handed over in its place. Raises SettingsError
    where there is neither."""
    if name not in compared.tables and not path:
        raise SettingsError(about.setting, "no file is named", "Set its path.")
    return opened_table(compared.tables.get(name, path), compared.workspace.root, compared.engine, about)


def experiment(compared: Compared, name: str, chosen: ExperimentChoices) -> Experiment | str:
    """The experiment, or why it says nothing of this segmentation (empty where it is of another)."""
    where = f"validation.experiments.{name}"
    table = table_of(compared, name, chosen.path, About(f"experiment {name}", where))
    try:
        if "segment_id" in table.columns:
            return _summed_up(compared, table, name, chosen, where)
        return _by_customer(compared, table, name, chosen, where)
    finally:
        compared.engine.drop(READ)


def _summed_up(
    compared: Compared, table: PlainTable, name: str, chosen: ExperimentChoices, where: str
) -> Experiment | str:
    """From a row an arm and segment."""
    is_share = "conversions" in table.columns
    figures = ("n", "conversions") if is_share else ("n", "mean", "sd")
    table.read(
        READ, texts={"segmentation": "segmentation", "segment_id": "segment_id", "arm": chosen.arm},
        numbers={each: each for each in figures},
    )  # fmt: skip
    require_segmentations(compared, where)
    rows = compared.engine.rows(
        f"select record, arm, segment_id, {', '.join(figures)} from {READ} "
        f"where {of_this(compared)} order by record"
    )
    if not rows:
        return ""
    require_segments(compared, where, [str(segment) for _, _, segment, *_ in rows])
    arms: dict[str, dict[str, Group]] = {}
    for record, arm, segment, *told in rows:
        group = _group(where, int(record), told, is_share=is_share)
        if arm is None or str(segment) in arms.setdefault(str(arm), {}):
            twice = f"arm {arm!r} of segment {segment!r} stands there twice"
            raise DataRefused(
                f"{where}, record {record}", "it names no arm" if arm is None else twice,
                "Write one row for each arm of each segment.",
            )  # fmt: skip
        arms[str(arm)][str(segment)] = group
    _require_control(where, chosen.control, arms)
    return Experiment(name, chosen.metric, chosen.control, is_share, arms)


def _group(where: str, record: int, told: Sequence[Any], *, is_share: bool) -> Group:
    n, *figures = told
    if n is None or n < 1 or n != int(n) or any(each is None for each in figures):
        raise _odd(where, record, "n must be a whole number of customers, and no figure may be empty")
    if is_share:
        (conversions,) = figures
        if not 0 <= conversions <= n or conversions != int(conversions):
            raise _odd(where, record, f"{conversions:g} conversions of {n:g} customers cannot be")
        return Group.of_conversions(int(n), int(conversions))
    mean, sd = figures
    if sd < 0:
        raise _odd(where, record, f"a standard deviation of {sd:g} cannot be")
    return Group(int(n), float(mean), float(sd) ** 2)


def _odd(where: str, record: int, found: str) -> DataRefused:
    return DataRefused(f"{where}, record {record}", found, "Mend the row.")


def _by_customer(
    compared: Compared, table: PlainTable, name: str, chosen: ExperimentChoices, where: str
) -> Experiment | str:
    """From a row a customer, in the segment of the newest run before the experiment."""
    if chosen.started is None:
        raise SettingsError(
            where, "it has a row a customer, and no day on which it started",
            "Set started to the day before the first contact: segments are those of that day, because what "
            "was tried may have moved customers since.",
        )  # fmt: skip
    engine = compared.engine
    table.read(READ, texts={"arm": chosen.arm}, numbers={"outcome": chosen.outcome}, customer=chosen.customer)
    _require_whole_rows(compared, where)
    arms_there = [str(arm) for (arm,) in engine.rows(f"select distinct arm from {READ} order by arm")]
    _require_control(where, chosen.control, arms_there)
    run = _segments_at(compared, chosen.started)
    if run is None:
        return (
            f"{name}: no run of {compared.name} is from {chosen.started} or before, so it is not known who "
            "was in which segment; make one with backfill."
        )
    arms, is_share = _by_arm(compared)
    found = engine.rows(
        f"select arm, count(*), count({_START}.customer_id) from {READ} "
        f"left join {_START} using (customer_id) group by arm order by arm"
    )
    engine.drop(_START)
    matched = Matched(
        chosen.started, run.as_of, {str(arm): (int(known), int(rows - known)) for arm, rows, known in found}
    )
    if not matched.known:
        return (
            f"{name}: none of its {matched.rows:,} customers is in run {run.run_id}; are the ids those of "
            "the orders?"
        )
    return Experiment(name, chosen.metric, chosen.control, is_share, arms, matched)


def _require_whole_rows(compared: Compared, where: str) -> None:
    engine = compared.engine
    ((rows, who, different, armed, told),) = engine.rows(
        "select count(*), count(customer_id), count(distinct customer_id), count(arm), count(outcome) "
        f"from {READ}"
    )
    lacking = rows - min(who, armed, told)
    if lacking:
        raise DataRefused(
            where, f"{lacking:,} rows have no customer, no arm or no outcome",
            "Write 0 where nothing came of it; leaving customers out would favour one arm.", count=lacking,
        )  # fmt: skip
    if who > different:
        raise DataRefused(
            where, f"{who - different:,} rows repeat a customer of another row",
            "Write one row a customer, with all that came of it.", count=who - different,
        )  # fmt: skip


def _segments_at(compared: Compared, started: date) -> RunOfHistory | None:
    """The run that tells who was in which segment on that day, laid out as a table; None where none does."""
    before = [each for each in history(compared.workspace, compared.name).runs if each.as_of <= started]
    if not before:
        return None
    engine, run = compared.engine, before[-1]
    path = literal(str(compared.workspace.run(run.run_id) / "features.parquet")).sql("duckdb")
    engine.view("features_at_start", f"select * from read_parquet({path})")
    columns = engine.table("features_at_start").columns
    steps = assignment_steps(compared.definition, run.as_of, columns, "features_at_start")
    engine.make("assignments", {step.name: step for step in steps})
    engine.create(_START, "select customer_id, segment_id from assignments")
    engine.drop("assignments")
    return run


def _by_arm(compared: Compared) -> tuple[dict[str, dict[str, Group]], bool]:
    """What came of each arm's customers by segment; sums are of whole millionths, whatever their order."""
    units = f"cast(floor(outcome * {_MILLIONTHS} + 0.5) as bigint)"
    rows = compared.engine.rows(
        f"select arm, segment_id, count(*), sum({units}), sum(cast({units} as decimal(38, 0)) * {units}) "
        f"from {READ} join {_START} using (customer_id) group by arm, segment_id order by arm, segment_id"
    )
    ((odd,),) = compared.engine.rows(f"select count(*) from {READ} where outcome not in (0, 1)")
    arms: dict[str, dict[str, Group]] = {}
    for arm, segment, *sums in rows:
        arms.setdefault(str(arm), {})[str(segment)] = _summed(*map(int, sums), is_share=not odd)
    for (arm,) in compared.engine.rows(f"select distinct arm from {READ} order by arm"):
        arms.setdefault(str(arm), {})
    return arms, not odd


def _summed(n: int, total: int, squares: int, *, is_share: bool) -> Group:
    """Of sums in millionths, and of their squares."""
    if is_share:
        return Group.of_conversions(n, total // _MILLIONTHS)
    spread = (squares * n - total * total) / (n * (n - 1)) / _MILLIONTHS**2 if n > 1 else 0.0
    return Group(n, total / n / _MILLIONTHS, spread)


def _require_control(where: str, control: str, arms: Sequence[str] | Mapping[str, object]) -> None:
    if control not in arms:
        known = sorted(arms)
        raise SettingsError(
            f"{where}.control {control!r}", f"its arms are {', '.join(known)}",
            f"Name the arm that was treated as usual.{did_you_mean(control, known)}",
        )  # fmt: skip


def require_segmentations(compared: Compared, where: str) -> None:
    known = [*compared.settings.segmentations]
    named = [
        str(each)
        for (each,) in compared.engine.rows(f"select distinct segmentation from {READ} order by segmentation")
    ]
    strange = [each for each in named if each not in known]
    if strange:
        raise DataRefused(
            where, f"it speaks of segmentation {strange[0]!r}; the project has {', '.join(known)}",
            f"Name the segmentation as the settings do.{did_you_mean(strange[0], known)}",
        )  # fmt: skip


def require_segments(compared: Compared, where: str, named: Sequence[str]) -> None:
    known = [each.id for each in compared.definition.segments]
    strange = [each for each in named if each not in known]
    if strange:
        raise DataRefused(
            where, f"{compared.name} has no segment {strange[0]!r}; it has {', '.join(known)}",
            f"Write segment ids as the run has them.{did_you_mean(strange[0], known)}",
        )  # fmt: skip


def of_this(compared: Compared) -> str:
    """SQL: whether a row is of this segmentation."""
    return f"segmentation = {literal(compared.name).sql('duckdb')}"
