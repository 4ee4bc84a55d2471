"""Two runs of one segmentation, chosen, verified and laid out beside one another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from regulars.app import compare_drift, compare_stability, saved
from regulars.app.compared import Compared, Question, Section
from regulars.app.history import history, run_asked
from regulars.app.workspace import Workspace
from regulars.engine import Engine, literal, quoted
from regulars.errors import UsageError, did_you_mean
from regulars.segment.assign import assign
from regulars.segment.definition import Definition
from regulars.settings import Settings
from regulars.types import Feature, Finding, Segmentation, Study
from regulars.validate.bands import NOW, THEN

SECTIONS: tuple[Question, ...] = (compare_drift.section, compare_stability.section)
"""What is asked of two runs, in this order."""
LONGER = 1.1
"""Where one day looks back on so many times the days of the other, sums and counts differ by that alone."""


@dataclass(frozen=True)
class Comparison:
    """What was compared, the sections in order, and what is to be known of the runs themselves."""

    name: str
    definition: Definition
    then: Study
    now: Study
    sections: tuple[Section, ...]
    findings: tuple[Finding, ...]

    @property
    def passed(self) -> tuple[Finding, ...]:
        """Everything that passed a limit."""
        return tuple(finding for section in self.sections for finding in section.passed)


def compare(
    settings: Settings,
    workspace: Workspace,
    name: str,
    earlier: str | None,
    later: str | None,
    *,
    threads: int | None,
    memory_limit: str | None,
    stage: Callable[[str], None],
) -> Comparison:
    """The comparison of two runs of a segmentation, by ids, their beginnings or ends, or days.

    Without ``later``: the newest day of its history. Without ``earlier``: the day on which the definition
    was fitted, where that lies before, else the run before. Both runs are verified first.

    Raises UsageError where there are no two such runs.
    """
    stage("Verifying the runs")
    then, now = _studies(workspace, name, earlier, later)
    definition = Definition.from_json(_own(now, name).definition)
    with _engine(threads, memory_limit) as engine:
        stage("Putting both days' customers in segments")
        for table, study in ((THEN, then), (NOW, now)):
            _lay_out(engine, definition, study, table)
        compared = Compared(name, definition, _features(definition, now), then, now, engine, settings, stage)
        sections = tuple(ask(compared) for ask in SECTIONS)
    return Comparison(name, definition, then, now, sections, tuple(_doubts(name, then, now)))


def _studies(workspace: Workspace, name: str, earlier: str | None, later: str | None) -> tuple[Study, Study]:
    now = _now(workspace, name, later)
    then = saved.load(workspace.run(_then(workspace, name, earlier, now)))
    _own(then, name)
    if _day(then) > _day(now) or then.run_id == now.run_id:
        raise UsageError(
            f"comparing {then.run_id} with {now.run_id}",
            "they are one run" if then.run_id == now.run_id else "the first is the later one",
            "Name the earlier run with --from and the later one with --to.",
        )  # fmt: skip
    return then, now


def _now(workspace: Workspace, name: str, later: str | None) -> Study:
    run_id = run_asked(workspace, later, name) if later else history(workspace, name).runs[-1].run_id
    study = saved.load(workspace.run(run_id))
    _own(study, name)
    return study


def _then(workspace: Workspace, name: str, earlier: str | None, now: Study) -> str:
    if earlier:
        return run_asked(workspace, earlier, name)
    before = [each for each in history(workspace, name).runs if each.as_of < _day(now)]
    if not before:
        raise UsageError(
            f"comparing {name} with an earlier day", f"no run of it is from before {_day(now)}",
            "Make runs of past days first, or name a run with --from.",
            next_command="regulars backfill --help",
        )  # fmt: skip
    own = _own(now, name)
    fitted = own.definition["fitted"].get("as_of")
    on_that_day = [each for each in before if (each.digest, str(each.as_of)) == (own.digest, fitted)]
    return (on_that_day or before)[-1].run_id


def _own(study: Study, name: str) -> Segmentation:
    for each in study.segmentations:
        if each.name == name:
            return each
    known = [each.name for each in study.segmentations]
    raise UsageError(
        f"segmentation {name!r}", f"run {study.run_id} has {', '.join(known)}",
        f"Name one of them.{did_you_mean(name, known)}",
    )  # fmt: skip


def _day(study: Study) -> date:
    return date.fromisoformat(study.manifest["as_of"])


@contextmanager
def _engine(threads: int | None, memory_limit: str | None) -> Iterator[Engine]:
    """An engine that spills beside no workspace: what only reads needs no lock."""
    with (
        TemporaryDirectory(prefix="regulars-") as spill,
        Engine(threads=threads, memory_limit=memory_limit, temp_directory=Path(spill) / "spill") as engine,
    ):
        yield engine


def _lay_out(engine: Engine, definition: Definition, study: Study, table: str) -> None:
    """The run's customers with their segment by this definition and the features that it reads; a feature
    that the run does not have is unknown for everybody."""
    path = literal(str(study.path / "features.parquet")).sql("duckdb")
    engine.view("features", f"select * from read_parquet({path})")
    there = engine.table("features").columns
    assigned = assign(engine, definition, _day(study), f"assigned_{table}")
    texts = definition.rule.text_features
    columns = ", ".join(
        f"features.{quoted(each)}"
        if each in there
        else f"cast(null as {'varchar' if each in texts else 'double'}) as {quoted(each)}"
        for each in definition.rule.features
    )
    engine.create(
        table,
        f"select features.customer_id, assigned.segment_id, {columns} from features "
        f"join {quoted(assigned.name)} as assigned on features.customer_id = assigned.customer_id",
    )


def _features(definition: Definition, study: Study) -> tuple[Feature, ...]:
    known = {each.name: each for each in study.features}
    texts = definition.rule.text_features
    return tuple(
        known.get(each) or Feature(each, each, "category" if each in texts else "ratio", "cause", "")
        for each in definition.rule.features
    )


def _doubts(name: str, then: Study, now: Study) -> Iterator[Finding]:
    before, after = _own(then, name), _own(now, name)
    if before.digest != after.digest:
        yield Finding(
            "note", f"compare.{name}",
            f"{then.run_id} used version {before.version}, {now.run_id} uses version {after.version}. Both "
            f"days are compared by version {after.version}: what moved is customers, and not the definition.",
            f"See what the versions have apart: regulars history {name} --definitions.",
        )  # fmt: skip
    spans = [(each.profile.as_of - each.profile.start).days + 1 for each in (before, after)]
    if spans[0] > 0 and spans[1] / spans[0] > LONGER:
        yield Finding(
            "warning", f"compare.{name}",
            f"The earlier day looks back on {spans[0]:,} days of orders, the later one on {spans[1]:,}: "
            "counts, sums and times since the first order grow with that alone, though no customer changes.",
            "Compare days that look back about as far; what moves between these is partly the calendar's.",
        )  # fmt: skip
