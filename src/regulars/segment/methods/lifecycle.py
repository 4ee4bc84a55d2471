"""Lifecycle: new, reactivated, active, at risk and lapsed customers, each by their own purchase rhythm."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Any, ClassVar

from pydantic import Field, model_validator

from regulars.engine import Engine, quoted
from regulars.errors import NotReady, SettingsError, every_fault
from regulars.segment.definition import Definition
from regulars.segment.eligible import Reason, named, protected_allowed
from regulars.segment.kinds import kinds
from regulars.segment.methods import Ground, Method
from regulars.segment.preview import preview
from regulars.segment.rhythm import FEWEST, Rhythm, Silence, measured
from regulars.segment.rules.conditions import AllOf, Compare, Condition, IsUnknown, Not, OneOfTexts
from regulars.segment.rules.waterfall import Waterfall
from regulars.segment.stages import Stages, stage_doubts
from regulars.types import Finding, Segment

Multiple = Annotated[Decimal, Field(gt=0, le=100, decimal_places=2)]
Days = Annotated[int, Field(ge=1, le=10_000)]

STATES = {
    "new": ("New", "bought for the first time a short while ago"),
    "reactivated": ("Reactivated", "back a short while ago after a silence that counted as lapsed"),
    "active": ("Active", "buying in the rhythm that is usual for them"),
    "at_risk": ("At risk", "silent for longer than is usual for them, but not much longer"),
    "lapsed": ("Lapsed", "silent for much longer than is usual for them"),
    "unaware": ("Unaware", "no purchase known; by their stage they do not know the offer yet"),
    "evaluating": ("Evaluating", "no purchase known; by their stage they are weighing the offer"),
    "customer": ("Customers without a known purchase", "customers by their stage, but no purchase is known"),
    "unplaced": ("No purchase known", "neither a purchase nor a stage that says where they stand"),
}
"""Every state: its name, and what its customers are like."""
_REST = STATES["unplaced"][0]


class Lifecycle(Method):
    """Where customers stand between their first purchase and their last, by the rhythm of their purchases.

    Ties go to the better state: a silence of exactly two gaps is still active.
    """

    method: ClassVar[str] = "lifecycle"

    at_risk_after: Multiple = Decimal(2)
    """Gaps of silence. Of one who buys at random times at a steady rate, one gap in seven is longer."""
    lapsed_after: Multiple = Decimal(3)
    """Gaps of silence. One gap in twenty is longer: the usual line between chance and a change."""
    own_rhythm_from: Annotated[int, Field(ge=3, le=1000)] = 3
    """Purchases from which a customer's own gap counts: two gaps are the fewest that make a rhythm."""
    gap: str = "gap_days"
    """The feature that holds the days that usually lie between a customer's purchases."""
    usual_gap_days: Annotated[Decimal, Field(gt=0, le=10_000, decimal_places=2)] | None = None
    """The gap of those without a rhythm of their own. None: that of the middle customer."""
    new_days: Days | None = None
    """Days for which the first purchase makes a customer new, and one after a lapse reactivated. None: one
    usual gap, within which half of those who come back have done so."""
    stage: str | None = None
    """The feature of text that says how far people without a purchase are (a stage of the CRM)."""
    stages: Stages | None = None
    """What its values mean."""
    allow_protected: Reason | None = None
    """The reason for which the stage may be a protected attribute; it is kept in the definition."""

    @model_validator(mode="after")
    def _in_order(self) -> Lifecycle:
        if self.lapsed_after <= self.at_risk_after:
            raise ValueError("lapsed_after must be more than at_risk_after")
        if (self.stage is None) != (self.stages is None):
            raise ValueError("stage and stages go together: the feature, and what its values mean")
        return self

    def preflight(self, ground: Ground, engine: Engine) -> None:
        """The faults that ``fit`` would find in the gap, the stage, and what the data has for them."""
        every_fault((lambda: self._stage_used(ground, engine), lambda: self._require_gap(ground, engine)))
        where = f"segmentations.{ground.name}"
        if ground.feature("recency_days") is None and self.stage is None:
            raise NotReady(
                where, "this data has no recency_days to tell a silence by",
                "Map orders with their days, or the days since each customer's last order, or set stage.",
            )  # fmt: skip
        needs_gap = ground.feature("recency_days") is not None and self.usual_gap_days is None
        if needs_gap and ground.feature(self.gap) is None:
            raise NotReady(
                where, f"this data has no {self.gap}, the days between purchases", self._mend_gap(where)
            )

    def fit(self, ground: Ground, engine: Engine) -> Definition:
        """The states that this data can tell, with every limit as a number of days or of gaps.

        Raises NotReady without customers, where the data has neither days since the last order nor a stage,
        and where too few gaps are known and there is no ``usual_gap_days``; SettingsError for a gap or a
        stage that cannot be.
        """
        customers = engine.count(ground.table.name)
        if not customers:
            raise NotReady(
                f"segmentations.{ground.name}", "there are no customers to place",
                "Check the ledger for what set the rows aside.",
            )  # fmt: skip
        self.preflight(ground, engine)
        notes = self._stage_notes(ground, engine)
        there = {each.name for each in ground.features}
        states: dict[str, Condition] = {}
        evidence: dict[str, Any] = {}
        strangers = customers
        if "recency_days" in there:
            counted = (
                f"select count(*) - count(recency_days), max(recency_days) from {quoted(ground.table.name)}"
            )
            ((strangers, longest),) = engine.rows(counted, "silences")
            rhythm = self._rhythm(ground, engine)
            fresh = self.new_days or max(1, int(rhythm.usual.to_integral_value(ROUND_HALF_UP)))
            states = self._buying(rhythm, fresh, there)
            notes += [_left_out(ground, state, lacking) for state, lacking in _untold(there)]
            notes += _too_short(ground, longest, self.lapsed_after * rhythm.usual)
            evidence = _evidence(rhythm, fresh)
        if self.stages is not None:
            states |= self._placed(str(self.stage), self.stages)
        rest = "unplaced" if strangers or self.stage else "lapsed"
        rule = Waterfall(tuple((state, when) for state, when in states.items() if state != rest), rest)
        return self.defined(
            ground,
            rule=rule,
            segments=tuple(
                Segment(each, STATES[each][0], rule.words(each), STATES[each][1]) for each in rule.segment_ids
            ),
            fitted={"customers": customers},
            notes=tuple(notes),
            choice={**preview(engine, ground.table, rule).as_json(), **evidence},
        )

    def _rhythm(self, ground: Ground, engine: Engine) -> Rhythm:
        """The gaps to go by: measured, with the usual one as set; as set alone where none can be measured."""
        found = measured(engine, ground.table.name, self.gap) if ground.feature(self.gap) else None
        if self.usual_gap_days is not None:
            return Rhythm(self.usual_gap_days, found.own if found else None)
        if found:
            return found
        where = f"segmentations.{ground.name}"
        raise NotReady(
            where, f"fewer than {FEWEST} customers came back after days that can be counted, so there is no "
            "rhythm to go by", self._mend_gap(where),
        )  # fmt: skip

    def _mend_gap(self, where: str) -> str:
        return (
            f"Say in {where}.usual_gap_days after how many days customers usually buy again, or name in "
            f"{where}.gap a feature that holds them."
        )

    def _require_gap(self, ground: Ground, engine: Engine) -> None:
        """Raises SettingsError where a name that was set is no number of this data."""
        if self.gap != "gap_days":
            named(ground, [self.gap], "gap")
        if ground.feature(self.gap) and kinds(ground, engine).get(self.gap) not in ("exact", "double"):
            raise SettingsError(
                f"segmentations.{ground.name}.gap", f"{self.gap} is no number of days", "Name one that is."
            )

    def _buying(self, rhythm: Rhythm, fresh: int, there: Collection[str]) -> dict[str, Condition]:
        """The states of those with a purchase, in the order in which they are tried."""
        orders = "orders" if "orders" in there else None
        now = Silence("recency_days", self.gap, orders, self.own_rhythm_from)
        states: dict[str, Condition] = {}
        if "tenure_days" in there:
            states["new"] = Compare("tenure_days", "<=", Decimal(fresh))
        elif orders:
            # One whose only purchase is recent made their first one then.
            states["new"] = AllOf((Compare(orders, "=", Decimal(1)), _recent(fresh)))
        if _tells_reactivated(there):
            # The purchase that ended the silence is none of those that made the rhythm before it.
            before = Silence("last_gap_days", "earlier_gap_days", orders, self.own_rhythm_from + 1)
            states["reactivated"] = AllOf((_recent(fresh), before.beyond(rhythm, self.lapsed_after)))
        states["active"] = now.within(rhythm, self.at_risk_after)
        states["at_risk"] = now.within(rhythm, self.lapsed_after)
        states["lapsed"] = Not(IsUnknown("recency_days"))
        return states

    def _placed(self, stage: str, stages: Stages) -> dict[str, Condition]:
        """The states of those without a purchase, by their stage."""
        listed = {"unaware": stages.unaware, "evaluating": stages.evaluating, "customer": stages.customer}
        return {state: OneOfTexts(stage, texts) for state, texts in listed.items() if texts}

    def _stage_notes(self, ground: Ground, engine: Engine) -> list[Finding]:
        """What is to be said of the stage."""
        if self.stage is None or self.stages is None:
            return []
        where = f"segmentations.{ground.name}.stage"
        notes = self._stage_used(ground, engine)
        return [*notes, *stage_doubts(engine, ground.table.name, where, self.stage, self.stages, _REST)]

    def _stage_used(self, ground: Ground, engine: Engine) -> list[Finding]:
        """A note where it is protected. Raises SettingsError where there is none, or it is no text."""
        if self.stage is None:
            return []
        where = f"segmentations.{ground.name}.stage"
        used = named(ground, [self.stage], "stage")
        if kinds(ground, engine).get(self.stage) != "text":
            raise SettingsError(where, f"{self.stage} is not text", "Name the feature that holds the stage.")
        return protected_allowed(ground, used, self.allow_protected, "stage")


def _recent(days: int) -> Condition:
    return Compare("recency_days", "<=", Decimal(days))


def _tells_reactivated(there: Collection[str]) -> bool:
    return {"last_gap_days", "earlier_gap_days"} <= set(there)


def _untold(there: Collection[str]) -> Iterator[tuple[str, str]]:
    """The states that this data cannot tell, each with what it lacks."""
    if not {"tenure_days", "orders"} & set(there):
        yield "new", "tenure_days"
    if not _tells_reactivated(there):
        yield "reactivated", "last_gap_days and earlier_gap_days"


def _left_out(ground: Ground, state: str, lacking: str) -> Finding:
    return Finding(
        "note", f"segmentations.{ground.name}.{state}",
        f"Nobody is told to be {STATES[state][0].lower()}: this data has no {lacking}.",
        "Bring the orders themselves; a table of one row a customer does not hold their days.",
    )  # fmt: skip


def _too_short(ground: Ground, longest: float | Decimal | None, limit: Decimal) -> Iterator[Finding]:
    if longest is not None and longest <= limit:
        yield Finding(
            "warning", f"segmentations.{ground.name}.lapsed",
            f"Hardly anybody can have lapsed: the longest silence is {longest:,.0f} days, and one counts as "
            f"lapsed from {limit:,.0f} days on.",
            "Bring orders of a longer time, or set a lower lapsed_after.",
        )  # fmt: skip


def _evidence(rhythm: Rhythm, fresh: int) -> dict[str, Any]:
    own = [f"{each:f}" for each in rhythm.own] if rhythm.own else None
    return {"rhythm": {"usual_gap_days": f"{rhythm.usual:f}", "own_gap_days": own, "new_days": fresh}}
