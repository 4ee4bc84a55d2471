"""The Python interface: run a study, load one, and look at it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from regulars import settings as chosen_settings
from regulars.app import choices, saved, study
from regulars.app.assigning import MADE, Assigned, Question, assigned
from regulars.app.runs import run_to_show
from regulars.app.sql_command import last_looked_from, pinned_definition
from regulars.app.work import Asked
from regulars.app.workspace import Workspace
from regulars.engine import Engine, open_parquet
from regulars.errors import UsageError, did_you_mean
from regulars.publish.dashboard import fragment
from regulars.types import Finding, Ledger, Narrative, Profile, Segmentation, Study


@dataclass(frozen=True, repr=False)
class SavedStudy:
    """A whole run, read back from disk with its digests checked. Shows itself in a notebook."""

    study: Study
    dashboard: Path
    already_there: bool

    def __repr__(self) -> str:
        customers = self.ledger.totals["customers"]
        return f"<SavedStudy {self.run_id}: {customers:,} customers, {', '.join(self.names)}>"

    @property
    def run_id(self) -> str:
        return self.study.run_id

    @property
    def path(self) -> Path:
        return self.study.path

    @property
    def ledger(self) -> Ledger:
        """Every row accounted for."""
        return self.study.ledger

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What the program is unsure of, each with its remedy."""
        return self.study.findings

    @property
    def value(self) -> dict[str, Any] | None:
        """The value model that the run foretells with, and how it did on days held out; None without one."""
        return self.study.value

    @property
    def names(self) -> tuple[str, ...]:
        """The study's segmentations."""
        return tuple(each.name for each in self.study.segmentations)

    def profile(self, name: str) -> Profile:
        """What is true of each segment."""
        return self._segmentation(name).profile

    def words(self, name: str) -> Narrative:
        """What is said of each segment, every figure with its fact."""
        return self._segmentation(name).narrative

    def assignments(self, name: str) -> Any:
        """One row a customer: customer_id, segment_id, segment_name, probability, definition, as_of and the
        scores. A lazy relation: ``.df()``, ``.pl()`` or ``.arrow()`` make a frame of it, and it has
        ``__arrow_c_stream__`` for every other kind."""
        return open_parquet(self.path / "assignments" / f"{self._segmentation(name).name}.parquet")

    def features(self) -> Any:
        """One row a customer, a column a feature; a lazy relation like :meth:`assignments`."""
        return open_parquet(self.path / "features.parquet")

    def _segmentation(self, name: str) -> Segmentation:
        for each in self.study.segmentations:
            if each.name == name:
                return each
        raise UsageError(
            f"segmentation {name!r}", f"the study has {', '.join(self.names)}",
            f"Name one of them.{did_you_mean(name, self.names)}",
        )  # fmt: skip

    def _repr_html_(self) -> str:
        return fragment(self.study)


def run(
    settings: str | Path | dict[str, Any] = "regulars/regulars.yaml",
    *,
    orders: object | None = None,
    tables: Mapping[str, object] | None = None,
    workspace: str | Path | None = None,
    as_of: date | str | None = None,
    refit: bool = False,
    today: date | None = None,
) -> SavedStudy:
    """The whole study: orders to segments, facts, words and a dashboard. Running again is a no-op.

    ``settings`` is a YAML file or plain values of the same shape. ``orders`` takes the place of the order
    file: any frame that narwhals knows or that has ``__arrow_c_stream__``; ``tables`` are such frames for the
    tables beside it, by the names that the settings have (``customers``, ``products``, …). ``workspace`` is
    by default the settings file's folder, or ``regulars``. ``as_of`` is a date or its ISO form. ``today``
    (default: the clock's) tells what lies in the future.

    Raises the errors of :mod:`regulars.errors`.
    """
    if isinstance(settings, dict):
        read, home = chosen_settings.parse(settings, "settings"), Path("regulars")
    else:
        read, home = chosen_settings.load(Path(settings)), Path(settings).parent
    place = Workspace(Path(workspace) if workspace is not None else home)
    day = today or datetime.now(UTC).date()
    looked_from = choices.day(as_of, "as_of") if isinstance(as_of, str) else as_of
    ran = study.run(
        read, place, Asked(today=day, as_of=looked_from, refit=refit, frame=orders, frames=tables or {})
    )
    return SavedStudy(ran.study, ran.dashboard, ran.already_there)


@dataclass(frozen=True, repr=False)
class AssignedCustomers:
    """Customers in the segments of an existing definition, and what is to be said of it."""

    summary: Assigned
    _engine: Engine

    def __repr__(self) -> str:
        return f"<AssignedCustomers: {self.summary.customers:,} in {self.summary.definition.name}>"

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Rows left out, features that were unknown, and texts that the definition does not name."""
        return self.summary.findings

    def assignments(self) -> Any:
        """One row a customer: customer_id, segment_id, segment_name, probability, definition, version, as_of
        and the scores. A lazy relation: ``.df()``, ``.pl()`` or ``.arrow()`` make a frame of it."""
        return self._engine.relation(MADE)


def assign(
    name: str,
    data: object,
    *,
    workspace: str | Path = "regulars",
    orders: bool | None = None,
    customer: str | None = None,
    as_of: date | str | None = None,
    today: date | None = None,
) -> AssignedCustomers:
    """Any customers into the pinned definition of a segmentation; nothing is fitted, and nothing written.

    ``data`` is a file (CSV, parquet) or frame: one row a customer with columns named as the features, or
    orders as the workspace maps them (``orders`` says which; else the columns tell). Unknown features count
    as the definition says, and are told in ``findings``.

    Raises the errors of :mod:`regulars.errors`.
    """
    place = Workspace(Path(workspace))
    settings = chosen_settings.load(place.settings)
    definition = pinned_definition(place, settings, name)
    given = Path(data) if isinstance(data, str) else data
    looked_from = choices.day(as_of, "as_of") if isinstance(as_of, str) else as_of
    engine = Engine()
    made = assigned(
        engine, definition, settings, place, Question(given, orders, customer, looked_from),
        today=today or datetime.now(UTC).date(), looked_from=last_looked_from(place, definition),
    )  # fmt: skip
    return AssignedCustomers(made, engine)


def load(run_id: str | None = None, *, workspace: str | Path = "regulars") -> SavedStudy:
    """A saved run by its id (or an unambiguous end of it); the newest by default, of those by this
    workspace's own definitions. Newer ones that were passed over are in its findings.

    Raises RunDamaged where any of its files was altered.
    """
    place = Workspace(Path(workspace))
    shown, passed = run_to_show(place, run_id)
    found = saved.load(place.run(shown))
    found = replace(found, findings=(*found.findings, *passed))
    return SavedStudy(found, place.report(found.run_id), already_there=True)
