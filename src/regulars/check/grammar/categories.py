"""Categories: what a segment buys, holds or uses most, and how large a part that is."""

from __future__ import annotations

from dataclasses import replace

from regulars.check.clause import Clause
from regulars.check.computed import Computed, cell
from regulars.check.grammar.bases import is_part_of_all
from regulars.check.grammar.changes import is_denied
from regulars.check.holding import Claim, Groups, finding, judged
from regulars.check.lexicon import Entry, Match
from regulars.check.scene import Category
from regulars.check.table import Column
from regulars.check.tolerance import ALL, Interval, stated
from regulars.check.verdicts import Finding


def category(clause: Clause) -> list[Finding]:
    """The verdict on a category that is named: whether it is the largest, and its share."""
    named = _meant(clause)
    if named is None:
        return []
    column, share = _columns(clause)
    if column is None:
        return []
    clause.explained |= set(clause.at)
    if _is_second(clause):
        return [_undecidable(clause, column, named, "the facts hold only the largest category")]
    if _is_base(clause, named):
        why = "the facts hold what part of a segment it is, not what part of it a segment is"
        return [_undecidable(clause, column, named, why, "wrong_base")]
    if not share and _is_of_holders(clause, named):
        why = "the facts hold what is largest for a segment, not who has any of it"
        return [_undecidable(clause, column, named, why)]
    if clause.mark("least", "worst"):
        return [_least(each) for each in judged(_is_top(clause, column, named), clause)]
    made = judged(_is_top(clause, column, named), clause)
    clause.column = share or clause.column
    if share is not None:
        for held in _shares(clause, share):
            made += judged(held, clause)
    return made


def _meant(clause: Clause) -> Category | None:
    """The category, where the clause speaks of categories: says the most of it, or what share it has."""
    if not clause.categories:
        return None
    cue = clause.mark("most", "best", "mostly", "shares", "copula", "all_of") or any(
        each.measure == "percent" for each in clause.quantities
    )
    column, _ = _columns(clause)
    if column is None or not cue:
        return None
    metric = _stronger_metric(clause, clause.categories[0]) and not _is_asked(clause, column)
    return None if metric else clause.categories[0]


def _stronger_metric(clause: Clause, named: Category) -> bool:
    """Whether its words are rather those of a metric's label, such as "card payments"."""
    lexicon = clause.scene.reader.lexicon
    stems = {clause.scene.tokens[n].stem for n in range(named.start, named.end)}
    return named.end - named.start == 1 and any(lexicon.knows(stem) for stem in stems)


def _is_asked(clause: Clause, column: Column) -> bool:
    """Whether the clause has all words of the label: "the most held product is the mortgage"."""
    said = {clause.scene.tokens[n].stem for n in clause.at}
    words = clause.scene.language.of_phrase(column.label)
    return len(words) > 1 and said.issuperset(words)


def _columns(clause: Clause) -> tuple[Column | None, Column | None]:
    """The metric of the largest category and the one of its share: percent, with the most words in common."""
    entries = clause.scene.reader.lexicon.entries
    tops = [each for each in entries if each.column.unit == "category"]
    if not tops:
        return None, None
    shares = [each for each in entries if each.column.unit == "percent" and _common(each, tops[0]) >= 1]
    best = max(shares, key=lambda each: _common(each, tops[0]), default=None)
    return tops[0].column, best.column if best else None


def _common(one: Entry, other: Entry) -> int:
    """Words that the two labels share, by stem or id; both must say that it is the largest."""
    ids = one.column.id.startswith(other.column.id) or other.column.id.startswith(one.column.id)
    both = {key for word in one.label for key in word} & {key for word in other.label for key in word}
    return (10 if ids else 0) + (len(both) if "@top" in both else 0)


def _is_second(clause: Clause) -> bool:
    ordinals = clause.scene.language.ordinals
    return any(
        clause.scene.tokens[n].low in ordinals
        and clause.scene.tokens[n].low != "first"
        and n not in clause.scene.figures
        for n in clause.at
    )


def _is_of_holders(clause: Clause, named: Category) -> bool:
    """Whether it is said who has something at all, or the most of it: "all of them hold bonds", "hold the
    most bonds", but not "all of them hold mostly bonds" or "put the most into bonds"."""
    tops = [each for each in clause.marks if not {"most", "best", "mostly"}.isdisjoint(each.kinds)]
    if not tops:
        return clause.mark("all_of", "none_of", "few_of", "only") is not None
    if any(each.start == tops[0].end and each.end not in _owning(clause) for each in clause.mentions):
        return True  # "most of A hold bonds" counts A's customers
    before = clause.scene.tokens[tops[0].start - 1].low if tops[0].start else ""
    return tops[0].end == named.start and before == "the" and clause.scene.tokens[tops[0].start].low == "most"


def _owning(clause: Clause) -> set[int]:
    """Where a name ends that only says whose something is: "most of A's money"."""
    tokens = clause.scene.tokens
    return {n for n in clause.at if tokens[n].low in {"'s", "'", "’"}}


def _is_base(clause: Clause, named: Category) -> bool:
    """Whether it is the whole that a share is of: "61% of Furniture revenue comes from them"."""
    for quantity in clause.quantities:
        if quantity.measure == "percent" and quantity.end <= named.start <= quantity.end + 3:
            match = Match(_entry_of(clause), 0.0, frozenset(range(named.start, named.end)))
            if is_part_of_all(clause, quantity, match):
                return True
    return False


def _entry_of(clause: Clause) -> Entry:
    entries = clause.scene.reader.lexicon.entries
    return next(each for each in entries if each.column.unit == "category")


def _is_top(clause: Clause, column: Column, named: Category) -> Claim:
    facts = clause.scene.facts

    def of(groups: Groups) -> Computed:
        value = facts.value(groups[0], column.id)
        is_it = None if value is None else float(value == named.name)
        return Computed(is_it, {f"{groups[0]}.{column.id}": value}, "count")

    what = f"{column.label}: {named.name}"
    at = (named.start, named.end)
    return Claim(of, stated(1.0, 1.0), what, "wrong_category", column, at, is_denied(clause))


def _least(top: Finding) -> Finding:
    """What is the largest is not the smallest; which one is, the facts do not hold."""
    if top.label == "supported":
        return replace(top, label="contradicted", error_type="wrong_category")
    why = "the facts hold only the largest category"
    return replace(top, label="unsupported_attribute", why=why, error_type="missing_value", correction=None)


def _shares(clause: Clause, share: Column) -> list[Claim]:
    facts = clause.scene.facts

    def of(groups: Groups) -> Computed:
        return cell(facts, groups[0], share)

    made = [
        Claim(of, each.interval, share.label, "wrong_number", share, (each.start, each.end))
        for each in clause.quantities
        if each.measure == "percent"
    ]
    if not made and clause.mark("all_of"):
        made.append(Claim(of, Interval(low=ALL), share.label, "over_generalisation", share, clause.span()))
    if not made and _is_bulk(clause):
        half = Interval(low=50, low_open=True)
        made.append(Claim(of, half, share.label, "wrong_number", share, clause.span()))
    return made


def _is_bulk(clause: Clause) -> bool:
    """More than half: "the bulk of", but not "most" alone, which is the largest."""
    mark = clause.mark("mostly")
    return mark is not None and clause.scene.tokens[mark.start].low != "most"


def _undecidable(
    clause: Clause, column: Column, named: Category, why: str, kind: str = "missing_value"
) -> Finding:
    at = (named.start, named.end)
    return finding(clause, "unsupported_attribute", why, at, column=column, error_type=kind)
