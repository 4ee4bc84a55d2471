"""What a script without data is asked for: a table, its columns, metrics and bands, all checked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlglot import exp

from regulars.app.script_tables import Made, prefixed
from regulars.errors import UsageError, did_you_mean
from regulars.segment.rules import outer_name

Letter = Literal["R", "F", "M", ""]
_PART = re.compile(r'"([^"`]+)"|`([^"`]+)`|([\w$#-][\w $#-]*)')
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OURS = re.compile(r"[a-z][a-z0-9_]{0,59}")
MOST_BANDS = 10


@dataclass(frozen=True)
class Metric:
    """A column of the features: what it is called, what it measures, and what it is scored as, if it is."""

    name: str
    kind: str
    letter: Letter

    @property
    def scored(self) -> str:
        """The number that is cut into bands: a date is scored by the days since."""
        return RECENCY if self.letter == "R" else self.name


RECENCY = "recency_days"
KINDS: dict[str, Letter] = {
    "last_order_date": "R",
    "recency_days": "R",
    "order_frequency": "F",
    "total_spent": "M",
    "average_order_value": "M",
    "first_order_date": "",
}
"""The metrics there are. The first of each letter is scored; the others are shown."""
_ALSO = {
    "days_since_last_order": "recency_days", "recency": "recency_days", "last_order": "last_order_date",
    "orders": "order_frequency", "order_count": "order_frequency", "frequency": "order_frequency",
    "spend": "total_spent", "total_spend": "total_spent", "monetary": "total_spent", "revenue": "total_spent",
    "average_order": "average_order_value", "avg_order_value": "average_order_value",
    "first_order": "first_order_date",
}  # fmt: skip
DEFAULT_METRICS = ("last_order_date", "order_frequency", "total_spent")


@dataclass(frozen=True)
class Asked:
    """A warehouse's table of orders, one row an order (a line, where ``order`` names the order's column)."""

    table: exp.Table
    customer: exp.Identifier
    time: exp.Identifier
    amount: exp.Identifier | None
    order: exp.Identifier | None
    metrics: tuple[Metric, ...]
    bands: int
    scheme: str
    as_of: date | None
    made: Made

    @property
    def axes(self) -> tuple[Metric, ...]:
        """The metric that is scored for each of R, F and, where it is asked for, M."""
        found = [next((m for m in self.metrics if m.letter == letter), None) for letter in "RFM"]
        return tuple(each for each in found if each)


def asked(
    *,
    table: str,
    customer: str | None,
    time: str | None,
    amount: str | None,
    order: str | None,
    metrics: str | None,
    bands: int,
    scheme: str | None,
    as_of: date | None,
    prefix: str | None = None,
) -> Asked:
    """The question, checked. Raises UsageError for what is no name, no metric, or does not fit together."""
    if customer is None or time is None:
        raise UsageError(
            f"--table {table!r}", "it needs --customer and --time",
            "Name the columns of the customer and of the order's date.",
        )  # fmt: skip
    chosen = _metrics(metrics, has_amount=amount is not None)
    if not 2 <= bands <= MOST_BANDS:
        raise UsageError(
            f"--segments {bands}", "no number of bands", f"Choose 2 to {MOST_BANDS}; 5 is usual."
        )
    source, made = _table(table), prefixed(prefix)
    if made.has(source.name):
        raise UsageError(
            f"--table {table!r}", "the script makes a table of that name in the place of the one there",
            "Name the table of orders, or choose another --prefix.",
        )  # fmt: skip
    return Asked(
        source, _column("--customer", customer), _column("--time", time),
        _column("--amount", amount) if amount else None, _column("--order", order) if order else None,
        chosen, bands, _scheme(scheme, bands), as_of, made,
    )  # fmt: skip


def _scheme(scheme: str | None, bands: int) -> str:
    known = ("eleven", "five", "sum")
    if scheme is not None and scheme not in known:
        raise UsageError(
            f"--scheme {scheme!r}",
            f"not one of {', '.join(known)}",
            f"Choose one.{did_you_mean(scheme, known)}",
        )
    if scheme in ("eleven", "five") and bands != 5:
        raise UsageError(
            f"--scheme {scheme}", f"it names cells of five bands, and --segments is {bands}",
            "Choose --segments 5, or --scheme sum, which any number of bands can carry.",
        )  # fmt: skip
    return scheme or ("eleven" if bands == 5 else "sum")


def _metrics(said: str | None, *, has_amount: bool) -> tuple[Metric, ...]:
    """``total_spent`` or, under a name of one's own, ``value=total_spent``."""
    default = [each for each in DEFAULT_METRICS if has_amount or KINDS[each] != "M"]
    listed = [each.strip() for each in said.split(",")] if said is not None else default
    found = tuple(map(_metric, listed))
    names = [each.name for each in found]
    if len(set(names)) < len(names):
        raise UsageError(f"--metrics {said}", "two columns of one name", "Name each column once.")
    letters = {each.letter for each in found}
    if not {"R", "F"} <= letters:
        raise UsageError(
            f"--metrics {said}", "RFM needs a recency and a frequency",
            "Name last_order_date or recency_days, and order_frequency.",
        )  # fmt: skip
    if "M" in letters and not has_amount:
        spent = next(each.kind for each in found if each.letter == "M")
        raise UsageError(f"--metrics {spent}", "there is no --amount to add up", "Name the amount's column.")
    return found


def _metric(said: str) -> Metric:
    name, equals, kind = (part.strip() for part in said.partition("="))
    kind = kind if equals else name
    meant = _ALSO.get(kind, kind)
    if meant not in KINDS:
        known = [*KINDS, *_ALSO]
        raise UsageError(
            f"--metrics {said!r}", f"no such metric.{did_you_mean(kind, known)}",
            f"There are {', '.join(KINDS)}; name=metric gives one a name of your own.",
        )  # fmt: skip
    is_plain = _OURS.fullmatch(name) and not outer_name(name).args["quoted"]
    # A column of the script's own, or the days that R is scored by, under another meaning.
    taken = name in {"customer_id", "as_of"} or (name == RECENCY and meant != RECENCY)
    if not is_plain or taken:
        raise UsageError(
            f"--metrics {said!r}", f"{name!r} cannot name a column here",
            "Use letters a to z, digits and _, and no word of SQL.",
        )  # fmt: skip
    return Metric(name, meant, KINDS[meant])


def _table(said: str) -> exp.Table:
    """``table``, ``schema.table`` or ``catalog.schema.table``; any part may stand in quotes."""
    parts = _parts("--table", said)
    if len(parts) > 3:
        raise UsageError(
            f"--table {said!r}", "more than catalog.schema.table", "Name it with at most two dots."
        )
    name, *above = reversed(parts)
    db, catalog = [*above, None, None][:2]
    return exp.table_(name, db=db, catalog=catalog)


def _column(option: str, said: str) -> exp.Identifier:
    """One column; quotes around it are taken off, and what needs quotes gets those of its dialect."""
    match = _PART.fullmatch(said)
    if match is None:
        raise _no_name(option, said)
    return _identifier(option, said, match)


def _parts(option: str, said: str) -> list[exp.Identifier]:
    parts, at = [], 0
    while True:
        match = _PART.match(said, at)
        if match is None:
            raise _no_name(option, said)
        parts.append(_identifier(option, said, match))
        at = match.end()
        if at == len(said):
            return parts
        if said[at] != ".":
            raise _no_name(option, said)
        at += 1


def _identifier(option: str, said: str, match: re.Match[str]) -> exp.Identifier:
    quoted, name = match[1] or match[2], match[1] or match[2] or match[3]
    if not name.isprintable() or "\\" in name or name != name.strip() or len(name) > 128:
        raise _no_name(option, said)
    if quoted or not _PLAIN.fullmatch(name):
        return exp.to_identifier(name, quoted=True)
    return outer_name(name)


def _no_name(option: str, said: str) -> UsageError:
    remedy = 'Write it as your warehouse has it, such as orders, sales.orders or "Order Date"; no SQL.'
    return UsageError(f"{option} {said!r}", "not a name", remedy)
