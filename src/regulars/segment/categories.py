"""What a customer is, as categories: values of a text, or bands of a number, each as a condition."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlglot import exp

from regulars.engine import literal
from regulars.segment.rules.condition_words import figure
from regulars.segment.rules.conditions import (
    AllOf,
    AnyOf,
    Compare,
    CompareText,
    Condition,
    IsUnknown,
    Not,
    OneOfTexts,
    compiled,
)

Category = str | int | None
"""A text, the number of a band from 0, or None for unknown."""
OTHER = -1
"""A text that is not looked at by itself."""
LEFT_BLANK = "left blank"
BARE = 4
"""Letters from which a value says by itself what it is: "Retail", but "size XL"."""


@dataclass(frozen=True)
class Attribute:
    """A feature and its label. Without ``cuts`` it is text; with them a number in bands, each up to its cut
    and including it, the last above them all."""

    feature: str
    label: str
    cuts: tuple[Decimal, ...] = ()
    exact: bool = True
    is_whole: bool = False

    def position(self, texts: Sequence[str]) -> exp.Case:
        """The category of a row as SQL: its band, or its place among the texts (OTHER for none of them); null
        for unknown."""
        case = exp.Case().when(compiled(IsUnknown(self.feature)), exp.null())
        bands: list[Condition] = [self._up_to(cut) for cut in self.cuts]
        listed = bands or [self.is_one(text) for text in texts]
        for place, condition in enumerate(listed):
            case = case.when(compiled(condition), literal(place))
        return case.else_(literal(len(self.cuts) if self.cuts else OTHER))

    @property
    def bands(self) -> range:
        return range(len(self.cuts) + 1 if self.cuts else 0)

    def is_one(self, category: Category) -> Condition:
        """The customer is of that category."""
        if category is None:
            return IsUnknown(self.feature)
        if isinstance(category, str):
            return CompareText(self.feature, "=", category)
        above = [Compare(self.feature, ">", self.cuts[category - 1], self.exact)] if category else []
        below = [self._up_to(self.cuts[category])] if category < len(self.cuts) else []
        ends = (*above, *below)
        return ends[0] if len(ends) == 1 else AllOf(ends)

    def is_none_of(self, categories: Collection[Category]) -> Condition:
        """The customer is of none of these: of another one, seen or never seen before, or unknown."""
        if self.cuts:
            others = [self.is_one(band) for band in self.bands if band not in categories]
        else:
            texts = tuple(each for each in categories if isinstance(each, str))
            known = OneOfTexts(self.feature, texts) if texts else IsUnknown(self.feature)
            others = [Not(known)]
        if None not in categories:
            others.append(IsUnknown(self.feature))
        return others[0] if len(others) == 1 else AnyOf(tuple(others))

    def name(self, category: Category) -> str:
        """``Retail``, ``size XL``, ``size 11 to 50``, ``unknown size``."""
        if category is None:
            return f"unknown {self.label}"
        if isinstance(category, str):
            tells = len(category) >= BARE and category[0].isalpha()
            return category if tells else f"{self.label} {category.strip() or LEFT_BLANK}"
        return f"{self.label} {self._band(category)}"

    def _band(self, band: int) -> str:
        if band == len(self.cuts):
            return f"over {figure(self.cuts[-1], self.exact)}"
        high = figure(self.cuts[band], self.exact)
        if band == 0:
            return f"up to {high}"
        if self.is_whole:
            low = self.cuts[band - 1].to_integral_value("ROUND_FLOOR") + 1
            return high if low == self.cuts[band] else f"{figure(low, exact=True)} to {high}"
        return f"over {figure(self.cuts[band - 1], self.exact)} up to {high}"

    def _up_to(self, cut: Decimal) -> Compare:
        return Compare(self.feature, "<=", cut, self.exact)
