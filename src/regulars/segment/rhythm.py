"""Purchase rhythm: how long a silence is for a customer, by their own gaps or by the middle customer's."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from regulars.engine import Engine, quoted
from regulars.segment.rules.conditions import (
    AllOf,
    AnyOf,
    Compare,
    CompareFeatures,
    Condition,
    IsUnknown,
    Sign,
)

FEWEST = 30
"""Known gaps below which their middle and their tenths are too shaky to hold customers to."""
LONGEST = 100_000
"""Days beyond which a gap is a mistake: nobody waits for centuries."""


@dataclass(frozen=True)
class Rhythm:
    """Days between purchases: the middle customer's, and the bounds that a customer's own are held between.

    ``own`` is None where no customer is taken to have a rhythm of their own.
    """

    usual: Decimal
    own: tuple[Decimal, Decimal] | None


@dataclass(frozen=True)
class Silence:
    """The features that tell a silence: its days, the gap to hold it against, the purchases (None: not
    counted here) and from how many of these on the gap is a rhythm of the customer's own."""

    days: str
    gap: str
    purchases: str | None
    enough: int

    def within(self, rhythm: Rhythm, multiple: Decimal) -> Condition:
        """It has lasted no more than that many gaps."""
        return self._judged(rhythm, multiple, "<=")

    def beyond(self, rhythm: Rhythm, multiple: Decimal) -> Condition:
        """It has lasted longer than that many gaps: neither this nor ``within`` holds where it is unknown."""
        return self._judged(rhythm, multiple, ">")

    def _judged(self, rhythm: Rhythm, multiple: Decimal, sign: Sign) -> Condition:
        usual = self._against(sign, multiple * rhythm.usual)
        if rhythm.own is None:
            return usual
        low, high = (self._against(sign, multiple * bound) for bound in rhythm.own)
        own_gaps = CompareFeatures(self.days, sign, self.gap, multiple, exact=False)
        # Held between its bounds: no shorter than the low one, no longer than the high one.
        first, last = (low, high) if sign == "<=" else (high, low)
        held = AnyOf((first, AllOf((own_gaps, last))))
        return AnyOf((AllOf((*self._has_rhythm(), held)), AllOf((self._has_none(), usual))))

    def _against(self, sign: Sign, days: Decimal) -> Compare:
        """Whole days, as silences are counted: more than 47.3 days is more than 47. At least one."""
        return Compare(self.days, sign, max(Decimal(1), days.to_integral_value(ROUND_FLOOR)))

    def _has_rhythm(self) -> tuple[Condition, ...]:
        return (Compare(self.purchases, ">=", Decimal(self.enough)),) if self.purchases else ()

    def _has_none(self) -> Condition:
        unknown = IsUnknown(self.gap)
        if self.purchases is None:
            return unknown
        few = Compare(self.purchases, "<", Decimal(self.enough))
        return AnyOf((few, IsUnknown(self.purchases), unknown))


def measured(engine: Engine, table: str, gap: str) -> Rhythm | None:
    """The middle gap, and the 1st and the 9th tenth; None where fewer than ``FEWEST`` are known.

    Of an even number the smaller of the two in the middle; no order of the rows matters. A gap of nothing
    (orders of one day) is no rhythm, and what is no number has no place among them.
    """
    name = quoted(gap)
    known = f"from {quoted(table)} where {name} > 0 and {name} <= {LONGEST:d}"
    ((count,),) = engine.rows(f"select count(*) {known}", "known_gaps")
    if count < FEWEST:
        return None
    low, usual, high = (
        Decimal(str(engine.rows(f"select {name} {known} order by {name} limit 1 offset {place:d}")[0][0]))
        for place in (-(-count * tenths // 10) - 1 for tenths in (1, 5, 9))
    )
    return Rhythm(usual, (low, high))
