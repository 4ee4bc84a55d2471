"""A run of one segmentation and the one before it, chosen, verified, laid out, and asked every question."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from regulars.app import (
    compare_audit,
    compare_difference,
    compare_drift,
    compare_prediction,
    compare_stability,
    compare_verdict,
    saved,
)
from regulars.app.aside import engine_aside
from regulars.app.compared import Compared, Question, Section, day_of, segmentation_of
from regulars.app.history import history_of, run_asked
from regulars.app.runs import every_run, foreign, lacking
from regulars.app.validation_files import require_files
from regulars.app.validations import settings_digest
from regulars.app.work import Asked
from regulars.app.workspace import Workspace
from regulars.engine import Engine, literal, quoted
from regulars.errors import UsageError
from regulars.segment.assign import assign
from regulars.segment.definition import Definition
from regulars.settings import Settings
from regulars.types import Feature, Finding, Study
from regulars.validate.bands import NOW, THEN

SECTIONS: tuple[Question, ...] = (
    compare_drift.section,
    compare_stability.section,
    compare_prediction.section,
    compare_difference.section,
    compare_verdict.section,
    compare_audit.section,
)
"""What is asked, in this order: a question may read the answers of those before it."""
LONGER = 1.1
"""Where one day looks back on so many times the days of the other, sums and counts differ by that alone."""

Manifests = dict[str, dict[str, Any]]
"""Of every run, by its id, verified."""


@dataclass(frozen=True)
class Comparison:
    """What was compared, the sections in order, and what is to be known of the runs themselves.

    ``then`` is None for a run without one before it.
    """

    name: str
    definition: Definition
    then: Study | None
    now: Study
    sections: tuple[Section, ...]
    findings: tuple[Finding, ...]
    settings_digest: str
    """Of what the settings say under ``validation``: what it was answered by."""

    @property
    def exceeded(self) -> tuple[Finding, ...]:
        """Everything that is past a limit of the settings."""
        return tuple(finding for section in self.sections for finding in section.exceeded)

    def as_json(self) -> dict[str, Any]:
        """All of it as plain values: what ``--json`` prints and the dashboard reads."""
        return {
            "segmentation": self.name,
            "definition": {"version": self.definition.version, "digest": self.definition.digest},
            "from": None if self.then is None else _told(self.then),
            "to": _told(self.now),
            "settings_digest": self.settings_digest,
            "holds": not self.exceeded,
            "exceeded": [each.as_json() for each in self.exceeded],
            "sections": {each.name: each.document for each in self.sections},
            "findings": [each.as_json() for each in self.findings],
        }


def _told(study: Study) -> dict[str, str]:
    return {"run_id": study.run_id, "as_of": study.manifest["as_of"]}


def names(workspace: Workspace, later: str | None) -> list[str]:
    """The segmentations of a run, in its order; by default of the run of the newest day.

    Raises UsageError where there is none.
    """
    own = [each for each, manifest in every_run(workspace).items() if not lacking(workspace, manifest)]
    run_id = run_asked(workspace, later) if later else own[-1] if own else workspace.resolve_run(None)
    return [each.name for each in saved.load(workspace.run(run_id)).segmentations]


def compare(
    settings: Settings, workspace: Workspace, name: str, earlier: str | None, later: str | None, asked: Asked,
    tables: Mapping[str, object] | None = None,
) -> Comparison:  # fmt: skip
    """The comparison of two runs of a segmentation, by ids, their beginnings or ends, or days.

    Without ``later``: the newest day of its history. Without ``earlier``: the day on which the definition
    was fitted, where that lies before, else the run before; where there is none, what needs no earlier
    run is answered alone. Every run of the workspace is verified first.
    ``tables`` are frames in place of files that the settings name under ``validation``.

    Raises UsageError where there are no such runs, RunDamaged where one is not as it was written,
    SettingsError for tables under ``validation`` that are not there, before anything is measured.
    """
    asked.stage("Verifying the runs")
    manifests = every_run(workspace)
    then, now = _studies(workspace, name, earlier, later, manifests)
    definition = Definition.from_json(segmentation_of(now, name).definition)
    with engine_aside(asked.threads, asked.memory_limit) as engine:
        require_files(settings, workspace.root, engine, tables or {})
        asked.stage("Putting customers in segments")
        for table, study in ((THEN, then), (NOW, now)):
            if study is not None:
                _lay_out(engine, definition, study, table)
        compared = Compared(
            name, definition, _features(definition, now), then, now, engine, settings, workspace,
            replace(asked, as_of=day_of(now)), tables=tables or {},
        )  # fmt: skip
        for ask in SECTIONS:
            compared = replace(compared, sections=(*compared.sections, ask(compared)))
    strange = [each for run_id, said in manifests.items() for each in foreign(workspace, run_id, said)]
    doubts = _doubts(name, then, now) if then is not None else ()
    return Comparison(
        name, definition, then, now, compared.sections, (*strange, *doubts),
        settings_digest(settings.validation),
    )  # fmt: skip


def _studies(
    workspace: Workspace, name: str, earlier: str | None, later: str | None, manifests: Manifests
) -> tuple[Study | None, Study]:
    now = _now(workspace, name, later, manifests)
    before = _then(workspace, name, earlier, now, manifests)
    if before is None:
        return None, now
    then = saved.load(workspace.run(before))
    segmentation_of(then, name)
    if day_of(then) > day_of(now) or then.run_id == now.run_id:
        raise UsageError(
            f"comparing {then.run_id} with {now.run_id}",
            "they are one run" if then.run_id == now.run_id else "the first is the later one",
            "Name the earlier run with --from and the later one with --to.",
        )  # fmt: skip
    return then, now


def _now(workspace: Workspace, name: str, later: str | None, manifests: Manifests) -> Study:
    run_id = (
        run_asked(workspace, later, name) if later else history_of(workspace, name, manifests).runs[-1].run_id
    )
    study = saved.load(workspace.run(run_id))
    segmentation_of(study, name)
    return study


def _then(
    workspace: Workspace, name: str, earlier: str | None, now: Study, manifests: Manifests
) -> str | None:
    if earlier:
        return run_asked(workspace, earlier, name)
    before = [each for each in history_of(workspace, name, manifests).runs if each.as_of < day_of(now)]
    if not before:
        return None
    own = segmentation_of(now, name)
    fitted = own.definition["fitted"].get("as_of")
    on_that_day = [each for each in before if (each.digest, str(each.as_of)) == (own.digest, fitted)]
    return (on_that_day or before)[-1].run_id


def _lay_out(engine: Engine, definition: Definition, study: Study, table: str) -> None:
    """The run's customers with their segment by this definition and the features that it reads; a feature
    that the run does not have is unknown for everybody."""
    path = literal(str(study.path / "features.parquet")).sql("duckdb")
    engine.view("features", f"select * from read_parquet({path})")
    there = engine.table("features").columns
    assigned = assign(engine, definition, day_of(study), f"assigned_{table}")
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
    before, after = segmentation_of(then, name), segmentation_of(now, name)
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
