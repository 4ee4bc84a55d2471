"""Choosing the metric that a clause speaks of, by its words, its unit and the clause before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import log

from regulars.check.clause import Clause
from regulars.check.lexicon import LIGHT, Entry, Hit, Match, kind_of
from regulars.check.quantities import Quantity
from regulars.check.scene import best, hits_in
from regulars.check.table import OVERALL, Column

SPANS = ("days", "months", "years")
NUMERIC = ("count", "percent", "percent_change", "ratio", "money", "points", "per_1000", *SPANS)
OF_MEASURE = {
    "percent": ("percent",),
    "money": ("money",),
    "duration": SPANS,
    "per_1000": ("per_1000",),
    "points": ("points",),
    "plain": ("count", "ratio", "points", "per_1000"),
    "times": ("ratio", "count"),
}
"""The units that a quantity's measure can be of."""
ACCEPTED = 0.05
"""The lowest score at which the words of a clause are taken for a metric."""
TIED = 0.35
"""Metrics that differ by less are told apart by the size of the figure, as a reader does."""


def said_hits(clause: Clause, quantity: Quantity | None = None, *, core: bool = False) -> list[Hit]:
    """The hits of a clause, with those that its form implies: one customer's worth, a time that passed."""
    hits = clause.hits(core=core)
    implied: list[str] = []
    if (quantity and quantity.per) or is_each(clause):
        implied.append("@per_customer")
    if quantity and quantity.measure == "duration" and _is_past(clause, quantity):
        is_start = any(not _START.isdisjoint(hit.keys) for hit in hits)
        implied.append("@tenure" if is_start else "@recency")
    telling = [hit for hit in hits if is_telling(clause, hit)]
    if any(hit not in _verbs(clause, telling) for hit in telling):
        hits = [hit for hit in hits if hit not in _verbs(clause, telling)]
    if telling and all("@order" in hit.keys for hit in telling) and _is_of_size(clause):
        implied += ["@order_value", "@per_customer"]
    if not telling:
        implied += _of_manners(clause)
        implied += _implied(clause, hits, quantity)
    shared = clause.scene.reader.lexicon.shared_by
    keys = tuple(key for key in implied if key in shared)
    return [*hits, Hit(keys, 0, 0)] if keys else hits


def _verbs(clause: Clause, hits: Sequence[Hit]) -> list[Hit]:
    """Paying and making, which beside a noun only say that there is some of it: "they pay more in fees"."""
    stems = {clause.scene.language.stem(verb) for verb in ("pay", "make")}
    tokens = clause.scene.tokens
    return [hit for hit in hits if hit.end - hit.start == 1 and tokens[hit.start].stem in stems]


def _is_of_size(clause: Clause) -> bool:
    """Whether orders are told to be large or small, and not that there are many: "larger orders"."""
    tokens = clause.scene.tokens
    return any(
        tokens[n].low in _SIZES and not (n + 1 < len(tokens) and tokens[n + 1].low in _AMOUNTS)
        for n in clause.at
    )


_SIZES = frozenset({"larger", "largest", "bigger", "biggest", "smaller", "smallest"})
_AMOUNTS = frozenset({"number", "share", "part", "count", "volume", "total", "segment", "group"})


def _of_manners(clause: Clause) -> list[str]:
    """What a manner that is compared speaks of: the most loyal order most often."""
    families = [each.kinds[0][:-1] for each in clause.scene.manners if each.start in clause.at]
    implied = ["@order", "@per_customer"] if "rhythm" in families else []
    return [
        *implied,
        *(f"@{each}" for each in families if f"@{each}" in clause.scene.reader.lexicon.shared_by),
    ]


def _implied(clause: Clause, hits: Sequence[Hit], quantity: Quantity | None) -> list[str]:
    """What verbs alone speak of: who brings or pays, brings revenue; who holds or keeps, has a balance.

    Of customers, a percentage can only be lost: 2% of them are brought by nobody.
    """
    lose = clause.scene.language.stem("lose")
    made = ["@churn"] if any(clause.scene.tokens[n].stem == lose for n in clause.at) else []
    if _is_share_of_people(hits, quantity):
        return made
    if clause.mark("keeps"):
        made += ["@balance", "@deposit", "@assets"]
    return [*made, "@revenue"] if clause.mark("brings") else made


_START = frozenset({"@tenure", "@first", "@opening"})


def _is_share_of_people(hits: Sequence[Hit], quantity: Quantity | None) -> bool:
    """Whether a percentage is of customers, so that the verb alone names no metric."""
    is_percent = quantity is not None and quantity.measure == "percent"
    return is_percent and any("@headcount" in hit.keys for hit in hits)


def _is_past(clause: Clause, quantity: Quantity) -> bool:
    """Whether a span of time counts back from now: "two weeks ago", "within the last month"."""
    said = {token.low for token in clause.scene.tokens[quantity.start : quantity.end + 1]}
    return "ago" in said or quantity.hedge == "within" or clause.mark("since") is not None


def is_each(clause: Clause) -> bool:
    """Whether it is said of one customer: in the clause, or by an "on average" that opens the sentence."""
    subject = clause.subject
    opening = clause.scene.is_named("on_average", 0, 3)
    is_one = subject is not None and subject.is_singular
    return is_one or clause.mark("on_average") is not None or opening is not None


def is_telling(clause: Clause, hit: Hit) -> bool:
    return not all(key in LIGHT or key in clause.scene.language.light for key in hit.keys)


def chosen(
    clause: Clause, units: Sequence[str], quantity: Quantity | None = None, also: Sequence[Hit] = ()
) -> Match | None:
    """The metric that a clause means, of some units; None where its words name none.

    The clause before it lends its metric where the words of this one name no other.
    """
    if found := _quoted(clause, units):
        clause.explained |= found.explained
        clause.column = found.entry.column
        return found
    hits = said_hits(clause, quantity)
    if units is NUMERIC:
        # "Do not buy more often" denies the comparison, and names no metric of those who do not buy.
        hits = [hit for hit in hits if hit.keys != ("@not",)]
    found = _carried(clause, hits, units)
    if found is None and len(clause.core) < len(clause.at):
        found = _fitting(clause, [*said_hits(clause, quantity, core=True), *also], units, quantity)
    found = found or _fitting(clause, [*hits, *also], units, quantity)
    if found is None and clause.column is not None and kind_of(clause.column) in units:
        found = Match(_entry(clause, clause.column), 0.0, frozenset())
    if found is None and (verbs := _implied(clause, hits, quantity)):
        each = ["@per_customer"] if is_each(clause) else []
        found = _fitting(clause, [Hit((key,), 0, 0) for key in [*verbs, *each]], units, quantity)
    if found is None:
        everywhere = hits_in(clause.scene, range(len(clause.scene.tokens)))
        found = _fitting(clause, [*everywhere, *also], units, quantity)
    if found:
        clause.explained |= found.explained
        clause.column = found.entry.column
    return found


def _quoted(clause: Clause, units: Sequence[str]) -> Match | None:
    """The metric whose whole label stands in the clause, where it is the only one of these units."""
    inside = [each for each in clause.scene.labels if clause.holds(each.start, each.end)]
    columns = clause.scene.facts.columns
    fitting = [each for each in inside if kind_of(columns[each.column]) in units]
    if not fitting or len({each.column for each in fitting}) > 1:
        return None
    explained = frozenset(n for each in fitting for n in range(each.start, each.end))
    return Match(_entry(clause, columns[fitting[0].column]), 1.0, explained)


def _carried(clause: Clause, hits: Sequence[Hit], units: Sequence[str]) -> Match | None:
    """The metric of the clause before, where all the words of this one are its words: "4.2% of orders"."""
    if clause.column is None or kind_of(clause.column) not in units or clause.mark("shares", "brings"):
        return None
    is_beside = clause.scene.tokens[clause.start].low in {"against", "versus", "vs", "compared"}
    if hits and all("@headcount" in hit.keys for hit in hits) and "percent" in units and not is_beside:
        return None  # "15% of customers" is a segment's size, whatever was spoken of before
    match = clause.scene.reader.lexicon.match(_entry(clause, clause.column), hits, clause.scene.language)
    named = (
        best(clause.scene, hits, units)
        if units is NUMERIC and any(is_telling(clause, hit) for hit in hits)
        else []
    )
    if named and named[0].score > match.score and named[0].explained >= match.explained:
        return None  # "the fewest card purchases" is not "the lowest share of card purchases disputed"
    said = [hit for hit in hits if hit.end and hit.keys != ("@not",)]
    covered = all(set(range(hit.start, hit.end)) <= match.explained for hit in said)
    return match if covered else None


def _fitting(
    clause: Clause, hits: Sequence[Hit], units: Sequence[str], quantity: Quantity | None
) -> Match | None:
    ranked = [_timed(clause, each) for each in best(clause.scene, hits, units)]
    matches = sorted((each for each in ranked if each.score >= ACCEPTED), key=lambda each: -each.score)
    if (
        is_each(clause)
        or _is_of_one(clause)
        or any("@per_customer" in hit.keys and "@headcount" not in hit.keys and hit.end for hit in hits)
    ):
        matches = _of_each(clause, matches)
    if _is_beside_all(clause):
        matches = [each for each in matches if not is_part_of_total(clause, each.entry.column)] or matches
    if _is_spent(clause, hits):
        matches = [each for each in matches if each.entry.column.is_money] or matches
    if clause.mark("often"):
        matches = [each for each in matches if not each.entry.column.is_money] or matches
    if not matches:
        return None
    if quantity and quantity.measure in {"plain", "money"}:
        return _nearest(clause, matches, quantity)
    return matches[0]


def _of_each(clause: Clause, matches: list[Match]) -> list[Match]:
    """What one customer can have: no total where there is a rate, no part of one where there is the total."""
    others = [each for each in matches if each.entry.column.agg != "sum"]
    rates = [each for each in others if not is_part_of_total(clause, each.entry.column)]
    return rates or [each for each in matches if each.entry.column.agg == "sum"] or matches


def _is_beside_all(clause: Clause) -> bool:
    """Whether a segment is compared with all customers, or all others, in words."""
    beside = clause.other is not None and clause.other.kind in {"overall", "rest"}
    return beside and not clause.quantities


def _is_of_one(clause: Clause) -> bool:
    """Whether it is then compared by what one customer has: always with all, whose total is larger anyhow."""
    if not _is_beside_all(clause) or clause.other is None:
        return False
    return clause.other.kind == "overall" or clause.mark("brings", "shares") is None


def _is_spent(clause: Clause, hits: Sequence[Hit]) -> bool:
    """Whether only a verb says what is compared: who spent more than others, spent more money."""
    verbs = {n for mark in clause.marks if "brings" in mark.kinds for n in range(mark.start, mark.end)}
    telling = [hit for hit in hits if hit.end and is_telling(clause, hit)]
    return _is_beside_all(clause) and bool(telling) and all(hit.start in verbs for hit in telling)


def is_part_of_total(clause: Clause, column: Column) -> bool:
    """Whether the segments' figures are parts of one total, which add up to a hundred."""
    return column.agg == "share" and (clause.scene.facts.number(OVERALL, column.id) or 100) > 99.9


WINDOW = 0.5
"""What a span of time that the metric's label names counts: "in the last 90 days"."""


def _timed(clause: Clause, match: Match) -> Match:
    spans = [(each.value, each.unit) for each in clause.quantities if each.measure == "duration"]
    is_window = any(span in match.entry.windows for span in spans)
    return replace(match, score=match.score + WINDOW) if is_window else match


def _nearest(clause: Clause, tied: Sequence[Match], quantity: Quantity) -> Match:
    """Of a total and its like per customer, the one whose size the figure has.

    Only for metrics that share a word: what a figure is about is never told from the figure alone.
    """
    first = tied[0]
    rivals = [
        each
        for each in tied
        if first.score - each.score < TIED
        and (each.explained <= first.explained or first.explained <= each.explained)
    ]

    def apart(match: Match) -> float:
        values = [
            clause.scene.facts.number(g, match.entry.column.id)
            for g in (OVERALL, *clause.scene.facts.segments)
        ]
        known = [abs(value) for value in values if value]
        return min((abs(log(abs(quantity.value or 1) / value)) for value in known), default=99.0)

    return min(rivals, key=lambda match: (round(apart(match), 1), -match.score))


def _entry(clause: Clause, column: Column) -> Entry:
    entries = clause.scene.reader.lexicon.entries
    return next(each for each in entries if each.column.id == column.id)


def size_entry(entries: Sequence[Entry]) -> Entry | None:
    """The metric that counts customers."""
    for entry in entries:
        is_count = entry.column.unit == "count" and len(entry.label) == 1
        if is_count and any("@headcount" in word for word in entry.label):
            return entry
    return None
