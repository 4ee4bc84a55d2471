"""What is done with segments and what was tried on them, from the tables that the settings name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from regulars.app.compared import Compared
from regulars.app.experiment_file import (
    READ,
    experiment,
    of_this,
    require_segmentations,
    require_segments,
    table_of,
)
from regulars.prepare.reading.retold import About
from regulars.validate.experiments import Experiment, Results, results

ACTIONS = "validation.actions"


@dataclass(frozen=True)
class Tried:
    """The action of each segment that has one (None where no table speaks of this segmentation), and what
    experiments say (None where there are none)."""

    actions: Mapping[str, str] | None
    results: Results | None


def tried(compared: Compared) -> Tried:
    """Everything that the settings name for this segmentation. Raises SettingsError, UsageError and
    DataRefused for tables that cannot be read as they say."""
    is_told = compared.settings.validation.actions or "actions" in compared.tables
    actions = _actions(compared) if is_told else None
    experiments: list[Experiment] = []
    silent: list[str] = []
    for name, chosen in compared.settings.validation.experiments.items():
        found = experiment(compared, name, chosen)
        if isinstance(found, Experiment):
            experiments.append(found)
        elif found:
            silent.append(found)
    if not (experiments or silent):
        return Tried(actions, None)
    made = results(experiments, [each.id for each in compared.definition.segments])
    return Tried(actions, Results(made.each, (*silent, *made.silent), made.experiments))


def _actions(compared: Compared) -> Mapping[str, str] | None:
    """Several actions of one segment are one plan, in the order of the alphabet."""
    chosen = compared.settings.validation.actions
    table = table_of(compared, "actions", chosen, About("actions", ACTIONS))
    table.read(READ, texts={each: each for each in ("segmentation", "segment_id", "action")})
    require_segmentations(compared, ACTIONS)
    rows = compared.engine.rows(
        f"select distinct segment_id, action from {READ} where {of_this(compared)} "
        "and segment_id is not null and action is not null order by segment_id, action"
    )
    compared.engine.drop(READ)
    require_segments(compared, ACTIONS, [str(segment) for segment, _ in rows])
    found: dict[str, list[str]] = {}
    for segment, action in rows:
        found.setdefault(str(segment), []).append(str(action))
    return {segment: "; ".join(each) for segment, each in found.items()} or None
