"""Ranks: highest, second-largest, fourth by revenue, more than any other; and whole orders of segments."""

from __future__ import annotations

from dataclasses import replace

from regulars.check.clause import Clause
from regulars.check.computed import Computed, cell
from regulars.check.grammar.changes import is_denied
from regulars.check.grammar.choosing import NUMERIC, chosen, is_telling, said_hits, size_entry
from regulars.check.grammar.comparisons import (
    direction,
    hardly_told,
    is_bad,
    is_speed,
    is_upside_down,
    is_wanting,
)
from regulars.check.holding import Claim, Groups, finding, judged
from regulars.check.lexicon import Match
from regulars.check.scene import best, hits_in
from regulars.check.subjects import Mention
from regulars.check.table import Column, Facts
from regulars.check.tolerance import Interval, stated
from regulars.check.unknown import unknown_words
from regulars.check.verdicts import Finding, Label


def rank_claim(clause: Clause, column: Column, sign: int, position: int) -> Claim:
    """The claim that the subject stands at a position among the segments; from the end where it is −1."""
    facts = clause.scene.facts

    def of(groups: Groups) -> Computed:
        return rank(facts, groups[0], column, sign)

    last = len(facts.segments)
    holds = stated(float(position if position > 0 else last), 1.0)
    which = "highest" if sign > 0 else "lowest"
    at = clause.span()
    return Claim(
        of, holds, f"{column.label}, its place from the {which}", "wrong_rank", column, at, is_denied(clause)
    )


def rank(facts: Facts, group: str, column: Column, sign: int) -> Computed:
    """The place of a segment by a metric: one more than how many are strictly ahead of it."""
    cells = {name: cell(facts, name, column) for name in facts.segments}
    read = {key: value for each in cells.values() for key, value in each.cells.items()}
    own = cells[group].value if group in cells else None
    if own is None:
        return Computed(None, read, "count")
    ahead = [each for each in cells.values() if each.value is not None and sign * each.value > sign * own]
    return Computed(float(1 + len(ahead)), read, "count")


def superlative(clause: Clause) -> list[Finding]:
    """The verdict on the highest, the second-lowest, more than any other, second only to …"""
    mark, sign, position = _place(clause)
    if not sign:
        return []
    column = _column(clause)
    if column is None:
        return []
    if is_speed(clause, column) or is_wanting(clause, column):
        sign = -sign
    if mark in {"best", "worst"}:
        sign = sign * (-1 if is_bad(clause, column) else 1)
    if clause.subject and clause.subject.kind == "subset":
        return []
    if is_upside_down(clause, column):
        told = judged(rank_claim(clause, column, -sign, position), replace(clause, is_joint=False))
        return [hardly_told(each) for each in told]
    claim = rank_claim(clause, column, sign, position)
    own = replace(clause, is_joint=False)
    made = judged(claim, own)
    ahead = clause.mark("second_to") or (position == 2 and clause.other is not None)
    if ahead and clause.other and clause.other.groups and clause.other.kind == "segments":
        made += judged(rank_claim(clause, column, sign, 1), replace(own, subject=clause.other))
    elif position > 2 and (clause.mark("below") or clause.is_behind) and _is_named(clause.other):
        # "Third behind A and B": they are the first and the second.
        first = replace(claim, holds=Interval(1, position - 1), denied=False)
        made += judged(first, replace(own, subject=clause.other))
    for each in listed(clause, column):
        made += judged(rank_claim(clause, each, sign, position), own)
    return [_of_others(each, clause) for each in made]


def _is_named(other: Mention | None) -> bool:
    return other is not None and other.kind == "segments"


def _of_others(found: Finding, clause: Clause) -> Finding:
    """A rank of one segment says nothing of another that the clause names too."""
    read = {group for each in (clause.subject, clause.other) if each for group in each.groups}
    named = [each for each in clause.mentions if each.kind == "segments" and not set(each.groups) <= read]
    own = clause.subject
    is_filled = own is not None and not clause.holds(own.start, own.end)
    if found.label != "supported" or not named or is_filled or clause.mark("except", "ordered"):
        return found
    who = clause.scene.text(named[0].start, named[0].end)
    return replace(found, label="needs_review", why=f"{found.why}; it was not read what is said of {who}")


_CLAIMING = frozenset(
    {"most", "least", "best", "worst", "more", "less", "than", "above", "below", "up", "down", "not", "as"}
)
"""Marks by which a part of a list makes a claim of its own."""


def _items(clause: Clause) -> list[list[int]]:
    """The parts of a clause between commas and "and"."""
    found: list[list[int]] = [[]]
    for n in clause.at:
        is_joint = clause.scene.tokens[n].low in {"and", "or", "&"}
        if found[-1] and (is_joint or n != found[-1][-1] + 1):
            found.append([])
        if not is_joint:
            found[-1].append(n)
    return found


def listed(clause: Clause, first: Column) -> list[Column]:
    """The further metrics of a list: "they lead on deposits, mortgages and card use"."""
    mark = clause.mark("most", "least", "best", "worst") or clause.mark("rank", "copula")
    if mark is None or clause.quantities:
        return []
    found: list[Column] = []
    for piece in _items(clause):
        inside = [n for n in piece if n >= mark.end]
        own = [each for each in clause.marks if each.start in inside and not _CLAIMING.isdisjoint(each.kinds)]
        hits = [hit for hit in hits_in(clause.scene, inside) if is_telling(clause, hit)]
        match = (
            next((each for each in best(clause.scene, hits, NUMERIC) if each.score > 0), None)
            if hits
            else None
        )
        if match is None or own or mark.start in piece:
            continue
        clause.explained |= match.explained
        if match.entry.column.id != first.id and match.entry.column not in found:
            found.append(match.entry.column)
    return found


def _place(clause: Clause) -> tuple[str, int, int]:
    """The word that ranks, 1 for the top and −1 for the bottom (0: none), and the position."""
    if clause.mark("second_to"):
        return "second_to", 1, 2
    if clause.other and clause.other.kind == "others" and not clause.is_joint:
        sign = direction(clause, None)
        if sign:
            return "others", sign, 1
    for mark in clause.marks:
        for kind, sign in (("most", 1), ("least", -1), ("best", 1), ("worst", -1)):
            if kind in mark.kinds and not _ranks_nothing(clause, mark.start, mark.end):
                position = clause.scene.language.ordinals.get(_before(clause, mark.start), 1)
                if clause.is_behind and clause.other and position == 1:
                    position += len(clause.other.groups)
                return kind, sign, abs(position)
    return _ordinal(clause)


def _ordinal(clause: Clause) -> tuple[str, int, int]:
    """A place by its number: "ranks fourth", "third behind A and B"."""
    tokens = clause.scene.tokens
    for n, token in enumerate(tokens):
        nth = clause.scene.language.ordinals.get(token.low, 0)
        behind = tokens[n + 1].low if n + 1 < len(tokens) else ""
        if nth > 1 and n in clause.at and n not in clause.scene.figures and behind == "behind":
            return "rank", 1, nth
    for mark in clause.marks:
        # The ordinal stands right after: "ranks fourth", but not "place a second order".
        if (
            ("rank" in mark.kinds or "copula" in mark.kinds)
            and clause.holds(mark.end, mark.end + 1)
            and mark.end not in clause.scene.figures
        ):
            place = clause.scene.language.ordinals.get(tokens[mark.end].low)
            if place and _stands_alone(clause, mark.end + 1):
                return "rank", 1, place
    return "", 0, 0


def _stands_alone(clause: Clause, at: int) -> bool:
    """Whether an ordinal is a place by itself: what follows is no noun that it counts."""
    if not clause.holds(at, at + 1):
        return True
    token = clause.scene.tokens[at]
    return not token.is_word or token.low in _AFTER_PLACE


_GROUP_NOUNS = frozenset({"segment", "group", "cohort", "segments", "groups", "customers", "clients", "rate"})
_AFTER_PLACE = frozenset(
    {"by", "for", "in", "on", "of", "place", "among", "overall", "behind", "after", "to", "with", "at"}
)


def _before(clause: Clause, at: int) -> str:
    tokens = clause.scene.tokens
    while at > 0 and tokens[at - 1].low in {"-", "‑"}:
        at -= 1
    return tokens[at - 1].low if at else ""


def _ranks_nothing(clause: Clause, start: int, end: int) -> bool:
    """Whether "most" counts instead of ranking, or heightens praise: "our most exciting group"."""
    praise = clause.scene.language.moods.at(clause.scene.tokens, end) if clause.holds(end, end + 1) else None
    is_praise = praise is not None and "opinion" in praise.kinds
    return is_praise or _is_quantifier(clause, start, end) or _is_of_other_things(clause, start, end)


def _is_of_other_things(clause: Clause, start: int, end: int) -> bool:
    """Whether "best" is said of what is no metric and nobody: "their best days are behind them"."""
    scene = clause.scene
    if (
        scene.tokens[start].low not in {"best", "worst"}
        or not clause.holds(end, end + 1)
        or end in scene.names
    ):
        return False
    token = scene.tokens[end]
    is_group = token.stem in scene.language.peoples or token.low in _AFTER_PLACE or token.low in _GROUP_NOUNS
    return (
        token.is_word and not is_group and not _is_label(clause, end) and token.stem in scene.language.neutral
    )


def _is_quantifier(clause: Clause, start: int, end: int) -> bool:
    """Whether "most" is more than half: before a name, before "of their", or first in the clause."""
    tokens = clause.scene.tokens
    if tokens[start].low != "most" or end >= len(tokens):
        return False
    after = tokens[end].low
    if start and tokens[start - 1].low in {"on", "in", "for", "by"} and not _is_label(clause, end):
        return True
    if after == "of":
        following = tokens[end + 1].low if end + 1 < len(tokens) else ""
        return following not in {"any", "all", "the"} or any(m.start == end + 2 for m in clause.mentions)
    return end in clause.scene.names or start == clause.start


def _is_label(clause: Clause, at: int) -> bool:
    return clause.scene.reader.lexicon.knows(clause.scene.tokens[at].stem)


def _column(clause: Clause) -> Column | None:
    """The metric that is ranked by; where none is named, a segment's size is its customers."""
    if clause.column is not None and _follows_its_figure(clause):
        return clause.column
    words = {clause.scene.tokens[n].low for n in clause.core}
    is_named = clause.column is not None or any(is_telling(clause, hit) for hit in clause.hits())
    is_of_them = not unknown_words(clause, clause.scene)
    if is_of_them and words & {"largest", "smallest", "biggest"} and not is_named:
        clause.column = size_of(clause)
        return clause.column
    if not is_named and not words & {"most", "fewest", "least", "top"}:
        found = [each for each in _named_elsewhere(clause) if each.score > 0]
        if found:
            clause.column = found[0].entry.column
            return clause.column
    match = chosen(clause, NUMERIC)
    if match:
        return match.entry.column
    words = {clause.scene.tokens[n].low for n in clause.at}
    if is_of_them and words & {"largest", "smallest", "biggest", "segment", "group", "headcount", "size"}:
        clause.column = size_of(clause)
        return clause.column
    return None


def _named_elsewhere(clause: Clause) -> list[Match]:
    """The metrics that the rest of the sentence names: "they rate us highest, with a score of 91"."""
    hits = hits_in(clause.scene, range(len(clause.scene.tokens)))
    telling = [hit for hit in hits if is_telling(clause, hit)]
    return best(clause.scene, telling, NUMERIC) if telling else []


def _follows_its_figure(clause: Clause) -> bool:
    """Whether a figure stands before and only it is ranked: "their average fee of $86 is the highest"."""
    mark = clause.mark("most", "least", "best", "worst")
    if mark is None or not clause.quantities or clause.quantities[-1].end > mark.start:
        return False
    return not any(is_telling(clause, hit) for hit in clause.hits() if hit.start >= clause.quantities[-1].end)


def size_of(clause: Clause) -> Column | None:
    entry = size_entry(clause.scene.reader.lexicon.entries)
    return entry.column if entry else None


def order(clause: Clause) -> list[Finding]:
    """The verdict on a whole order: "by revenue the order is A, B, C"."""
    mentions = clause.scene.mentions
    named = next((each for each in mentions if each.kind == "segments" and len(each.groups) > 2), None)
    if clause.scene.is_named("ordered", 0, len(clause.scene.tokens)) is None or named is None:
        return []
    match = chosen(clause, NUMERIC)
    if match is None:
        return []
    facts, column = clause.scene.facts, match.entry.column
    values = [cell(facts, group, column) for group in named.groups]
    known = [each.value for each in values if each.value is not None]
    is_rising = clause.mark("least") is not None
    is_true = len(known) == len(values) and known == sorted(known, reverse=not is_rising)
    cells = {key: value for each in values for key, value in each.cells.items()}
    return [
        finding(
            clause, "supported" if is_true else "contradicted", f"the order by {column.label}",
            (named.start, named.end), column=column, made=Computed(None, cells),
            error_type=None if is_true else "wrong_rank",
        )
    ]  # fmt: skip


def subset(clause: Clause) -> Mention | None:
    """The segments that "the three smallest segments by revenue" are."""
    said = clause.subject
    if said is None or said.kind != "subset":
        return said
    scene = clause.scene
    end = said.end
    column = size_of(clause)
    if end < len(scene.tokens) and scene.tokens[end].low == "by":
        by = range(end, min(end + 4, len(scene.tokens)))
        found: list[Match] = best(scene, hits_in(scene, by), NUMERIC)
        column = found[0].entry.column if found else column
    if column is None:
        return said
    mark = scene.language.marks.at(scene.tokens, said.end - 2)
    sign = -1 if mark and "least" in mark.kinds else 1
    places = {name: rank(scene.facts, name, column, sign).value or 99 for name in scene.facts.segments}
    chosen_groups = tuple(name for name in scene.facts.segments if places[name] <= said.count)
    return Mention("segments", said.start, said.end, chosen_groups)


def missing(clause: Clause) -> list[Finding]:
    """The verdict on what is said not to be known: "no figure is reported for them"."""
    if not clause.mark("missing") or not clause.mark("not", "none_of", "flat") or clause.quantities:
        return []
    hits = [hit for hit in said_hits(clause) if hit.keys != ("@not",)]
    found = best(clause.scene, hits, NUMERIC)
    if not found and any("@change" in hit.keys for hit in hits):
        entries = clause.scene.reader.lexicon.entries
        found = [Match(each, 0.0, frozenset()) for each in entries if each.column.unit == "percent_change"][
            :1
        ]
    subject = clause.subject
    if not found or subject is None or not subject.groups:
        return []
    column = found[0].entry.column
    clause.explained |= found[0].explained
    made = cell(clause.scene.facts, subject.groups[0], column)
    label: Label = "supported" if made.value is None else "contradicted"
    error_type = None if made.value is None else "missing_value"
    why = f"no value of {column.label}"
    return [finding(clause, label, why, clause.span(), column=column, made=made, error_type=error_type)]
