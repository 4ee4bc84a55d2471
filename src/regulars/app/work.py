"""One run being made: clean, measure, fit or reuse, assign, profile, tell, save. One call a stage."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from regulars.app import foretelling, saved
from regulars.app.foretelling import Foretold
from regulars.app.grounds import ground, left_out, mapped, preflight
from regulars.app.reading import Tables, offered
from regulars.app.saved import Made
from regulars.app.workspace import Workspace
from regulars.engine import Engine
from regulars.errors import NotReady
from regulars.narrate.template import narrate
from regulars.prepare.clean import Cleaned
from regulars.prepare.features.catalogue import Family
from regulars.prepare.features.table import Features
from regulars.prepare.readiness import require
from regulars.profile.facts import Frame, profile
from regulars.segment.assign import assign
from regulars.segment.carry import carried
from regulars.segment.definition import Definition
from regulars.segment.methods import Method, constants, in_order
from regulars.segment.rules.grid import tops
from regulars.settings import Settings
from regulars.types import Finding
from regulars.value.definition import ValueDefinition
from regulars.value.histories import make_histories
from regulars.value.standing import doubt


@dataclass(frozen=True)
class Asked:
    """What a run is asked for beyond its settings. ``today`` is the one thing taken from a clock: it
    bounds the default ``as_of`` and tells dates that lie in the future."""

    today: date
    as_of: date | None = None
    refit: bool = False
    frame: object | None = None
    frames: Mapping[str, object] = field(default_factory=dict)
    """Tables beside the orders that are handed over, by name."""
    debug: bool = False
    threads: int | None = None
    memory_limit: str | None = None
    stage: Callable[[str], None] = lambda _: None


@dataclass
class Work:
    """One run being made: what has been prepared so far, so that nothing is prepared twice."""

    engine: Engine
    settings: Settings
    workspace: Workspace
    asked: Asked
    tables: Tables
    as_of: date
    foretold: Foretold | None = None
    """The value model of the study; settled before customers are measured."""
    cleaned: Cleaned | None = None
    features: Features | None = None
    findings: list[Finding] = field(default_factory=list)
    made: dict[str, Made] = field(default_factory=dict)

    @property
    def value(self) -> ValueDefinition | None:
        """The value model that customers are foretold by, if any."""
        return self.foretold.value if self.foretold else None

    @property
    def families(self) -> tuple[Family, ...]:
        """The features that are foretold, or left out for want of a model."""
        return self.foretold.families if self.foretold else ()

    def clean(self) -> Cleaned:
        """Clean orders, once; the readiness gate stands behind them."""
        if self.cleaned is None:
            self.asked.stage("Cleaning, with every row accounted for")
            self.cleaned = self.tables.cleaned(self.engine, self.as_of, self.asked.today)
            found = self.tables.gates(self.engine, self.cleaned)
            self.findings += require(found, self.settings.readiness)
        return self.cleaned

    def prepare(self) -> tuple[Cleaned, Features]:
        """Clean orders and features, once, with what the settled value model foretells."""
        cleaned = self.clean()
        if self.features is None:
            self.asked.stage("Measuring each customer")
            if self.value is not None:
                make_histories(self.engine, self.as_of)
            self.features = self.tables.features(self.engine, self.as_of, self.families)
            self.findings += self.tables.doubts(self.engine)
        return cleaned, self.features

    def pinned(self, methods: Mapping[str, Method]) -> dict[str, Definition] | None:
        """The pinned definitions, if every segmentation has one that was made by the present settings, and
        what they stand on has one too."""
        if self.asked.refit:
            return None
        self.foretold = foretelling.reused(self.settings, self.workspace)
        if self.foretold is None:
            return None
        found: dict[str, Definition] = {}
        for name, method in in_order(methods).items():
            pinned = self._pinned(name, method, found)
            if pinned is None:
                return None
            found[name] = pinned
        return {name: found[name] for name in methods}

    def _pinned(self, name: str, method: Method, before: Mapping[str, Definition]) -> Definition | None:
        """The pinned definition that the method would still make of those fitted before it."""
        pinned = self.workspace.pinned(name)
        if pinned is None or pinned.method != method.method or pinned.recipe != method.recipe:
            return None
        if not set(method.learns_from) <= set(before):
            return None
        return pinned if pinned.ground == self._stands_on(method, pinned.rule.features, before) else None

    def _stands_on(
        self, method: Method, used: Collection[str], before: Mapping[str, Definition]
    ) -> dict[str, str]:
        """The ground of a definition that uses these features, fitted after those ``before``.

        Of those that the settings make it holds the ones used, and for a method that takes what there is
        the ones offered: any other is no reason to fit anew.
        """
        customers = self.settings.sources.customers
        offer = offered(self.settings, self.families)
        causes = [each.name for each in offer.features if each.role == "cause"]
        made = offer.ground({*used, *(causes if method.takes_all else ())})
        attributes = customers.attributes if customers else {}
        made |= {
            name: f"customers.{each.column}"
            for name, each in attributes.items()
            if name in used or (method.takes_all and each.role in method.default_roles)
        }
        learnt = {each: before[each] for each in method.learns_from}
        kinds = mapped(self.settings)
        return constants(self.settings.timezone, self.settings.currency, kinds, made, learnt)

    def fit(self, methods: Mapping[str, Method]) -> dict[str, Definition]:
        """Fit what is not pinned (or everything, on ``refit``), and pin it once all is fitted.

        Settings that cannot be met are refused before the first fit, those of all segmentations at once.
        A segmentation that these customers cannot carry is left out with a finding; raises its NotReady
        where none is left. The readiness gate is no matter of one segmentation: what it refuses is refused.
        """
        self._foretell()
        _, features = self.prepare()
        preflight(methods, self.settings, features, self.as_of, self.engine)
        fitted: dict[str, Definition] = {}
        refused: list[NotReady] = []
        for name, method in in_order(methods).items():
            reused = None if self.asked.refit else self._pinned(name, method, fitted)
            try:
                fitted[name] = reused or self._fit(name, method, fitted)
            except NotReady as reason:
                refused.append(reason)
                self.findings.append(left_out(name, reason))
        if not fitted:
            raise refused[0]
        self._pin(fitted)
        return {name: fitted[name] for name in methods if name in fitted}

    def _foretell(self) -> None:
        """Settle the value model: the one that is pinned, or one fitted on these orders."""
        if self.foretold is None:
            cleaned = self.clean()
            self.asked.stage("Fitting the value model")
            self.foretold = foretelling.fitted(
                self.engine, self.settings, self.workspace, cleaned, self.as_of, refit=self.asked.refit
            )
            self.findings += self.foretold.findings

    def _fit(self, name: str, method: Method, before: Mapping[str, Definition]) -> Definition:
        if lacking := [each for each in method.learns_from if each not in before]:
            raise NotReady(
                f"segmentations.{name}", f"it learns from {lacking[0]}, which these customers cannot carry",
                f"Mend {lacking[0]} first. The other segmentations stand without this one.",
            )  # fmt: skip
        _, features = self.prepare()
        self.asked.stage(f"Fitting {name}{self._why(name)}")
        learnt = {each: before[each] for each in method.learns_from}
        new = method.fit(ground(name, self.settings, features, self.as_of, learnt), self.engine)
        new = replace(new, ground=self._stands_on(method, new.rule.features, before))
        old = self.workspace.pinned(name)
        if old is not None:
            if old.digest == new.digest:
                return old
            # Segments that were learnt have the ids of those who taught them.
            is_learnt = bool(method.learns_from)
            new = replace(new, version=old.version + 1) if is_learnt else self._carried(old, new)
            if old.digest == new.digest:
                return old
        return new

    def _pin(self, fitted: Mapping[str, Definition]) -> None:
        """Keep those that are new: none stays behind of a study that was not to be."""
        if self.value is not None and self.value != self.workspace.pinned_value():
            self.workspace.pin_value(self.value)
        for name, definition in fitted.items():
            old = self.workspace.pinned(name)
            if old is None or old.version < definition.version:
                self.workspace.pin(definition)

    def _why(self, name: str) -> str:
        """Why a segmentation that has a definition is fitted anew."""
        old = self.workspace.pinned(name)
        if old is None:
            return ""
        reason = "as asked" if self.asked.refit else "because its settings or what it stands on changed"
        return f" anew, {reason} (version {old.version} stays on record)"

    def _carried(self, old: Definition, new: Definition) -> Definition:
        """The new definition under the old one's segment ids, where the same customers are in them."""
        assign(self.engine, old, self.as_of, "assigned_before")
        assign(self.engine, new, self.as_of, "assigned_now")
        overlap = {
            (str(before), str(now)): int(customers)
            for before, now, customers in self.engine.rows(
                "select b.segment_id, n.segment_id, count(*) from assigned_before as b "
                "join assigned_now as n on b.customer_id = n.customer_id group by b.segment_id, n.segment_id"
            )
        }
        named = carried(old, new, overlap, self.workspace.used_ids(new.name))
        return replace(named, version=old.version + 1)

    def make(self, definitions: Mapping[str, Definition]) -> None:
        """Assign, profile and tell every segmentation."""
        cleaned, features = self.prepare()
        for name, definition in definitions.items():
            self.made[name] = self._make(name, definition, cleaned, features)

    def save(self, run_id: str, identity: Mapping[str, Any]) -> None:
        """Put everything that was made in its place, whole."""
        cleaned, features = self.prepare()
        self.asked.stage("Saving")
        fitted = [each.definition for each in self.made.values()] + ([self.value] if self.value else [])
        notes = [note for each in fitted for note in _notes(each, cleaned, self.as_of)]
        findings = (*self.tables.findings, *cleaned.findings, *features.findings, *self.findings, *notes)
        with self.workspace.new_run(run_id) as folder:
            saved.write_tables(self.engine, folder, list(self.made))
            saved.write_documents(
                folder, cleaned.ledger, features.features, features.left_out, findings, self.made, self.value
            )
            saved.write_manifest(folder, identity, run_id)

    def _make(self, name: str, definition: Definition, cleaned: Cleaned, features: Features) -> Made:
        self.asked.stage(f"Segmenting and profiling {name}")
        assigned = assign(self.engine, definition, self.as_of, f"assignments_{name}")
        self.engine.view("assignments", f"select * from {assigned.name}")
        value = self.value
        frame = Frame(
            name, self.settings.name, self.settings.currency, cleaned.start, self.as_of,
            tops(definition.rule), value.recipe["horizon_days"] if value else None,
        )  # fmt: skip
        facts = profile(self.engine, frame, definition.segments, features.features)
        meanings = {segment.id: segment.meaning for segment in definition.segments}
        unsure = doubt(value.as_json()) if value else ""
        return Made(definition, facts, narrate(facts, meanings, unsure))


def _notes(definition: Definition | ValueDefinition, cleaned: Cleaned, as_of: date) -> list[Finding]:
    """The doubts that arose in fitting; where that was on other customers or another day, they say so."""
    fitted = definition.fitted
    if (fitted["customers"], fitted["as_of"]) == (cleaned.ledger.totals["customers"], as_of.isoformat()):
        return list(definition.notes)
    when = f"When version {definition.version} was fitted, as of {fitted['as_of']}: "
    return [replace(note, what=when + note.what) for note in definition.notes]
