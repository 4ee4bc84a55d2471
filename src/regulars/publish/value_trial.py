"""How a value model did on days that it had not seen: by week, by past repeats, by what it expected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from markupsafe import Markup

from regulars.figures import day, short, written
from regulars.measure.small_cells import SMALLEST_SHOWN, covered
from regulars.publish.charts.against import Pair, Words, against
from regulars.value.standing import judged

_MOST_POINTS, _MOST_ROWS = 40, 20
_DECILES = 10


@dataclass(frozen=True)
class Drawn:
    """A chart with its title, what it shows, and the table beneath."""

    title: str
    sub: str
    drawing: Markup
    headings: tuple[str, ...]
    rows: list[tuple[str, ...]]


def drawn(tried: Mapping[str, Any], first_day: date | None) -> list[Drawn]:
    """The charts of a trial. ``first_day`` of the orders is where its weeks begin."""
    made = (tracking(tried, first_day), by_repeats(tried), best_tenths(tried))
    return [each for each in made if each is not None]


def tracking(tried: Mapping[str, Any], first_day: date | None) -> Drawn | None:
    """Repeat purchases by week, with the day on which fitting ended; None of a single week."""
    weeks = tried["tracking"]
    if len(weeks) < 2:
        return None
    until, upto = (date.fromisoformat(tried[each]) for each in ("calibrated_until", "held_out_until"))
    first, last = weeks[0]["week"], weeks[-1]["week"]
    # Without a first day the last week is taken for a whole one.
    cut = ((until - first_day).days + 1) / 7 if first_day else last - (upto - until).days / 7
    pairs = [
        Pair(each["week"], each["actual"], each["expected"], _named(each["week"], first, last))
        for each in _thinned(weeks, _MOST_POINTS)
    ]
    came, told = (written(weeks[-1][side], "count") for side in ("actual", "expected"))
    words = Words("week", "repeat purchases", f"{came} came", f"{told} expected", f"fitted to {day(until)}")
    label = (
        f"Repeat purchases by week, added up. By week {last}, {came} came and {told} were expected. "
        f"The model was fitted up to {day(until)}."
    )
    made, meant = (written(tried["purchases"][side], "count") for side in ("actual", "expected"))
    return Drawn(
        f"{meant} purchases were expected in the days after; {made} came",
        "Tracking chart: repeat purchases, added up week by week. Solid: came. Dashed: expected.",
        against(pairs, words, label, lambda value: short(round(value), "count"), cut),
        ("Week", "Came", "Expected"),
        [
            (str(each["week"]), written(each["actual"], "count"), written(each["expected"], "count"))
            for each in _thinned(weeks, _MOST_ROWS)
        ],
    )


def _named(week: int, first: int, last: int) -> str:
    return str(week) if week in (first, last) else ""


def _thinned(weeks: Sequence[Mapping[str, Any]], most: int) -> list[Mapping[str, Any]]:
    """Evenly fewer weeks, the first and the last among them."""
    step = -(-(len(weeks) - 1) // (most - 1))
    return [*weeks[:-1:step], weeks[-1]]


def by_repeats(tried: Mapping[str, Any]) -> Drawn | None:
    """Purchases a customer by the number of repeats before; None with fewer than two classes to show.

    Classes of ten customers or fewer are not shown, nor others from which they would follow.
    """
    classes = tried["by_repeats"]
    counts = {int(each["x"]): int(each["customers"]) for each in classes}
    small = {x for x, n in counts.items() if 0 < n < SMALLEST_SHOWN}
    hidden = small | covered(counts, small)
    shown = [each for each in classes if each["x"] not in hidden]
    if len(shown) < 2:
        return None
    most = max(counts)
    names = {x: f"{x}+" if x == most else str(x) for x in counts}
    pairs = [Pair(each["x"], each["actual"], each["expected"], names[each["x"]]) for each in shown]
    told = "; ".join(
        f"{p.name} repeats: {written(p.actual, 'ratio')} came, {written(p.expected, 'ratio')} expected"
        for p in pairs
    )
    without = (
        " Not shown: classes of ten customers or fewer, and what would give them away." if hidden else ""
    )
    return Drawn(
        _repeats_title(pairs[-1]),
        f"Purchases a customer in the days after, by repeats before. Solid: came. Dashed: expected.{without}",
        against(
            pairs,
            Words("repeat purchases before", "purchases a customer", "came", "expected"),
            f"Purchases a customer in the days after, by repeat purchases before. {told}.",
            lambda value: f"{value:g}",
            dots=True,
        ),
        ("Repeats", "Customers", "Came", "Expected"),
        [_class_row(each, names[each["x"]], each["x"] in hidden) for each in classes],
    )


def _class_row(each: Mapping[str, Any], name: str, is_hidden: bool) -> tuple[str, ...]:
    if is_hidden:
        return name, "not shown", "–", "–"
    came, told = (written(each[side], "ratio") for side in ("actual", "expected"))
    return name, written(each["customers"], "count"), came, told


def _repeats_title(last: Pair) -> str:
    """Of those who had come back the most: what they were expected to buy, and what they did."""
    often = last.name.replace("+", " or more")
    told, came = (written(each, "ratio") for each in (last.expected, last.actual))
    return f"Those with {often} repeats were expected to buy {told} times each, and bought {came} times"


def best_tenths(tried: Mapping[str, Any]) -> Drawn | None:
    """What customers brought, in the order of what was expected; None where a tenth has ten or fewer."""
    shares = tried["share_of_actual_in_top_deciles"]
    if len(shares) != _DECILES or tried["customers"] < _DECILES * SMALLEST_SHOWN:
        return None
    what, _ = judged(tried)
    tenths = [(10 * at, 100.0 * share) for at, share in enumerate((0.0, *shares))]
    pairs = [Pair(at, share, at, "" if at % 50 else f"{at}%") for at, share in tenths]
    first = written(100 * shares[0], "percent")
    own, best = (written(tried["gini"][each], "ratio") for each in ("model", "perfect"))
    return Drawn(
        f"The tenth of whom most was expected brought {first} of {what}",
        f"Customers in the order of what was expected of them, and the share of {what} that they brought. "
        f"Dashed: in no order. Gini {own}; in the order of what came {best}.",
        against(
            pairs,
            Words("customers, the most expected first", f"share of {what}", "came", "in no order"),
            f"Share of {what} by customers in the order of what was expected. The first tenth: {first}.",
            lambda value: f"{value:.0f}%",
        ),
        ("Customers", f"Share of {what}"),
        [(f"{at}%", written(share, "percent")) for at, share in tenths[1:]],
    )
