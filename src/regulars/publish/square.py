"""The 2 × 2 of loyalty and spend: four quarters, each as large in customers and revenue as its bars."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup

from regulars.figures import written
from regulars.publish.charts import bars
from regulars.publish.evidence import Evidence
from regulars.publish.marks import Mark
from regulars.publish.profile_table import amount, every_figure
from regulars.types import Profile, Segmentation, SegmentFacts

LOW, HIGH = "1", "2"
_TO_WIN = f"{LOW}-{HIGH}"
_HOW = {"median": "the median", "mean": "the mean", "set": "a value that was set"}


@dataclass(frozen=True)
class Side:
    """One end of an axis: what it is called, and from where to where it reaches."""

    name: str
    reach: str


@dataclass(frozen=True)
class Quarter:
    """One segment in its place. Figures and bars are empty where they may not be shown."""

    name: str
    mark: Mark
    customers: str
    revenue: str
    customers_bar: Markup
    revenue_bar: Markup


@dataclass(frozen=True)
class Square:
    """The card: rows from the more loyal to the less, each from lower spend to higher."""

    title: Markup
    made: str
    columns: list[Side]
    rows: list[tuple[Side, list[Quarter]]]
    table: list[tuple[str, list[str]]]


def square(segmentation: Segmentation, marks: Mapping[str, Mark], evidence: Evidence) -> Square | None:
    """The square of a segmentation that was cut in four by two axes; None for any other."""
    choice = segmentation.definition.get("choice") or {}
    axes = list((choice.get("axes") or {}).values())
    if segmentation.method != "loyalty_monetary" or len(axes) != 2:
        return None
    profile = segmentation.profile
    at = {cells[0]: each for each, cells in segmentation.definition["rule"]["cells"].items()}
    largest = max(
        (amount(s, m) or 0.0 for s in profile.segments for m in ("customer_share", "revenue_share")),
        default=0.0,
    )
    quarters = {cell: _quarter(profile.segment(each), marks[each], largest) for cell, each in at.items()}
    loyalty, spend = axes
    return Square(
        _title(profile, at, "" if choice.get("proxy") else _ends(loyalty, spend), evidence),
        _made(loyalty, spend),
        [_side(spend, end, profile.currency) for end in (LOW, HIGH)],
        [
            (_row(loyalty, row, profile.currency), [quarters[f"{row}-{end}"] for end in (LOW, HIGH)])
            for row in (HIGH, LOW)
        ],
        [(m.label, texts) for m, texts in every_figure(profile, _COLUMNS)],
    )


_COLUMNS = ("customers", "customer_share", "revenue", "revenue_share", "revenue_per_customer")


def _quarter(segment: SegmentFacts, mark: Mark, largest: float) -> Quarter:
    customers, revenue = (_share(segment, metric) for metric in ("customer_share", "revenue_share"))
    return Quarter(
        segment.name, mark, customers, revenue,
        _bar(amount(segment, "customer_share"), largest, "base"),
        _bar(amount(segment, "revenue_share"), largest, "f"),
    )  # fmt: skip


def _share(segment: SegmentFacts, metric: str) -> str:
    fact = segment.facts.get(metric)
    return "" if fact is None or fact.value is None else written(fact.value, fact.unit)


def _bar(share: float | None, largest: float, class_: str) -> Markup:
    # A quarter that returned more than it bought has a share below zero, and no length.
    return Markup("") if share is None else bars.share(max(share, 0.0), largest, class_)


def _made(loyalty: Mapping[str, Any], spend: Mapping[str, Any]) -> str:
    """What the axes are, and how they were cut."""
    rows, columns = str(loyalty["label"]), str(spend["label"])
    lower = f"{columns[:1].lower()}{columns[1:]}"
    if loyalty["how"] == spend["how"]:
        return f"{rows} (rows) and {lower} (columns), each cut at {_HOW[loyalty['how']]}."
    return (
        f"{rows} (rows), cut at {_HOW[loyalty['how']]}, and {lower} (columns), cut at {_HOW[spend['how']]}."
    )


def _side(axis: Mapping[str, Any], end: str, currency: str) -> Side:
    """An end of an axis, with the cut in its unit. A value at the cut lies below it."""
    cut = _figure(axis, currency)
    is_above = (end == HIGH) != bool(axis["low_is_good"])
    return Side(str(axis["upper" if end == HIGH else "lower"]), f"over {cut}" if is_above else f"up to {cut}")


def _row(axis: Mapping[str, Any], end: str, currency: str) -> Side:
    """An end of the loyalty axis, where some customers are not known: they count as low."""
    side = _side(axis, end, currency)
    return side if end == HIGH else replace(side, reach=f"{side.reach}, or unknown")


def _figure(axis: Mapping[str, Any], currency: str) -> str:
    cut = float(axis["cut"])
    if axis["unit"] == "share":
        return written(100 * cut, "percent")
    return written(cut, currency if axis["unit"] == "currency" else str(axis["unit"]))


def _title(profile: Profile, at: Mapping[str, str], like: str, evidence: Evidence) -> Markup:
    """What there is to win: those with much spend and little loyalty (``like``), or where these are hidden,
    another quarter."""
    for cell in (_TO_WIN, f"{HIGH}-{HIGH}", f"{HIGH}-{LOW}", f"{LOW}-{LOW}"):
        segment = profile.segment(at[cell])
        facts = [segment.facts.get(metric) for metric in ("customer_share", "revenue_share")]
        shown = [fact for fact in facts if fact is not None and fact.value is not None]
        if len(shown) == len(facts):
            share, brought = (evidence.figure(profile, f, written(f.value, f.unit)) for f in shown)
            name = f"{segment.name}, {like}" if like and cell == _TO_WIN else segment.name
            return Markup("{}: {} of customers, {} of revenue").format(name, share, brought)
    return Markup("Four quarters of customers")


def _ends(loyalty: Mapping[str, Any], spend: Mapping[str, Any]) -> str:
    """``less loyal with higher spend``"""
    return f"{str(loyalty['lower']).lower()} with {str(spend['upper']).lower()}"
