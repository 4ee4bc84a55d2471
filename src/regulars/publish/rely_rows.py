"""What is drawn of each question: rows of figures with their intervals, on one scale a card."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from regulars.figures import signed, written
from regulars.publish.charts.interval import interval
from regulars.publish.marks import Mark
from regulars.publish.moved import PLAIN

LARGEST = 8
"""Features that are drawn at most: the list is in order, and the rest matters less."""


@dataclass(frozen=True)
class Row:
    """A name, its track, the figure and its interval in text. ``track`` is empty where a figure is hidden."""

    name: str
    classes: str
    track: Markup
    value: str
    between: str


@dataclass(frozen=True)
class _Figure:
    """One row before it is drawn: all of a card share a scale."""

    name: str
    classes: str
    at: float | None
    low: float | None
    high: float | None


Drawn = tuple[list[Row], str]
Told = Mapping[str, Any]
Marks = Mapping[str, Mark]


def _stability(section: Told, marks: Marks) -> Drawn:
    segments = section["segments"]
    if any(each["jaccard"] is not None for each in segments):
        figures = [
            # Bootstrap Jaccard has no spread of its own: its mean is kept with the choice of k.
            _Figure(each["segment_name"], _classes(each, marks), *_spread(each["stability_within"], 1.0))
            for each in segments
        ]
        scale = (
            "How far each comes back, 0 to 1, when customers are drawn again and grouped anew (SLSw); bar: "
            "nine of ten pairs of draws. It ranks, and has no cut-off."
        )
        return _drawn(figures, 0.0, 1.0, None, "ratio"), scale
    figures = [
        _Figure(each["segment_name"], _classes(each, marks), *_spread(each["refit_share"], 100.0))
        for each in segments
    ]
    most = max((each.high or each.at or 0.0 for each in figures), default=0.0)
    scale = "Share who would be elsewhere by fitting anew on another draw; bar: nine of ten pairs."
    return _drawn(figures, 0.0, most, None, "percent"), scale


def _prediction(section: Told, marks: Marks) -> Drawn:
    what = "revenue" if any(each["revenue"] for each in section["lifts"]) else "repeat"
    figures = [
        _Figure(each["segment_name"], _classes(each, marks), *_value(each[what])) for each in section["lifts"]
    ]
    most = max((each.high or each.at or 0.0 for each in figures), default=1.0)
    said = "What a customer of it brought afterwards" if what == "revenue" else "How many of it came back"
    return _drawn(
        figures, 0.0, max(most, 1.0), 1.0, "times"
    ), f"{said}, over the average. Tick: as all customers; one bar in twenty misses it by chance alone."


def _difference(section: Told, _: Marks) -> Drawn:
    read = section["importance"]["read"]
    labels = {each["feature"]: each["label"] for each in section["features"]}
    figures = [
        _Figure(labels.get(each["feature"], each["feature"]), "k0", *_value(each["percent"])) for each in read
    ]
    figures.sort(key=lambda each: -(each.at or 0.0))
    scale = "Share who change segment where a feature is dealt out anew: what the segments hang on."
    return _drawn(figures[:LARGEST], 0.0, 100.0, None, "percent"), scale


def _drift(section: Told, marks: Marks) -> Drawn:
    figures = [
        _Figure(each["segment_name"], _classes(each, marks), each["change_points"], each["low"], each["high"])
        for each in section["segments"]
    ]
    ends = [abs(end) for each in figures for end in (each.low, each.high) if end is not None]
    most = max(ends, default=1.0)
    return _drawn(
        figures, -most, most, 0.0, "points"
    ), "Share of customers, in points, since then. Tick: no change."


DRAWN: Mapping[str, Callable[[Told, Marks], Drawn]] = {
    "stability": _stability,
    "prediction": _prediction,
    "difference": _difference,
    "drift": _drift,
}


def _drawn(figures: Sequence[_Figure], least: float, most: float, mark: float | None, unit: str) -> list[Row]:
    return list(_rows(figures, least, most, mark, unit))


def _rows(
    figures: Sequence[_Figure], least: float, most: float, mark: float | None, unit: str
) -> Iterator[Row]:
    for each in figures:
        if each.at is None:
            yield Row(each.name, each.classes, Markup(""), "", "")
            continue
        known = each.low is not None and each.high is not None
        between = f"{_text(each.low, unit)} to {_text(each.high, unit)}" if known else ""
        track = interval(each.at, each.low, each.high, least, most, mark)
        yield Row(each.name, each.classes, track, _text(each.at, unit), between)


def _text(value: float | None, unit: str) -> str:
    if value is None:
        return ""
    if unit == "points":
        return signed(value)
    if unit == "times":
        return f"{written(value, 'ratio')}×"
    return written(value, unit)


def _classes(each: Told, marks: Marks) -> str:
    mark = marks.get(each["segment_id"])
    return mark.classes if mark else PLAIN


def _value(found: Told | None) -> tuple[float | None, float | None, float | None]:
    return (found["value"], found["low"], found["high"]) if found else (None, None, None)


def _spread(found: Told | None, times: float) -> tuple[float | None, float | None, float | None]:
    return (
        (times * found["mean"], times * found["low"], times * found["high"]) if found else (None, None, None)
    )
