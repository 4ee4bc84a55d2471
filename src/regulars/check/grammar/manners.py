"""Manners: levels that are told in a word. "They order often", "their baskets are small", "gone quiet".

Such a word is held to the figure of all customers: high is at least a tenth above it, low a tenth below.
What hardly differs is left to a reader; what lies on the other side is false.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from regulars.check.clause import Clause
from regulars.check.computed import Computed, over, total
from regulars.check.grammar.choosing import NUMERIC, SPANS, is_telling, size_entry
from regulars.check.holding import Claim, Groups, judged
from regulars.check.lexicon import Entry, Hit
from regulars.check.locale import Found
from regulars.check.scene import Scene, best, hits_in
from regulars.check.table import OVERALL, Column
from regulars.check.tolerance import ABOUT, Interval
from regulars.check.verdicts import Finding

FAIR = 1.5
"""How many times its even part of a total a large share is at least; its inverse for a small one."""
QUOTED = "quoted"
"""The key of a hit that is a whole label; its second key is the metric's id."""
_COMPARED = ("more", "less", "most", "least", "best", "worst", "than", "as", "vague", "match")
_COUNTED = ("all_of", "none_of", "few_of", "mostly")
_OF_CUSTOMERS = frozenset({"level", "size", "rhythm"})
"""Manners that say nothing by themselves of what they are the level of."""
_GROUPS = frozenset({"group", "segment", "cohort", "minority", "crowd"})
_AMONG = frozenset({"among", "of", "for", "with", "like"})
_RATED = tuple(each for each in NUMERIC if each not in {"money", *SPANS})


def manners(clause: Clause) -> list[Finding]:
    """The verdicts on the levels that a clause tells in words, of one or several segments."""
    subject = clause.subject
    if subject is None or subject.kind != "segments" or not subject.groups or clause.quantities:
        return []
    made: list[Finding] = []
    before: list[Hit] = []
    last: Found | None = None
    for piece in pieces(clause):
        hits = _hits(clause, piece)
        marks = told_in(clause.scene, piece)
        if not marks and last and hits and _goes_on(clause.scene, piece):
            marks = [last]
        for mark in marks:
            made += _one(clause, piece, mark, hits or before)
            last = mark if _family(mark) == "level" else None
        before = hits or before
    return made


def _goes_on(scene: Scene, piece: Sequence[int]) -> bool:
    """Whether a part only names another metric of the same level: "high in logins and tickets"."""
    labels = scene.quoted
    return all(
        n in labels
        or scene.reader.lexicon.knows(token.stem)
        or token.stem in scene.language.light
        or not token.is_word
        for n, token in ((n, scene.tokens[n]) for n in piece)
    )


def pieces(clause: Clause) -> list[list[int]]:
    """The parts of a clause that say one thing each: "they order seldom | and spend little"."""
    found: list[list[int]] = [[]]
    for n in clause.at:
        if clause.scene.tokens[n].low in {"and", "but", "or", "yet", ",", "with"} and found[-1]:
            found.append([])
        found[-1].append(n)
    return found


def told_in(scene: Scene, piece: Sequence[int]) -> list[Found]:
    """The manners that a part asserts: none where it compares; of several, those that say what they are of
    only where no other does, and none of these where it counts ("few of them came back")."""
    inside = set(piece)
    if any(scene.tokens[n].low == "those" and scene.tokens[n - 1].low in _AMONG for n in piece if n):
        return []  # of whom it is said, and no claim
    marks = [each for each in scene.marks if each.start in inside]
    if any(not set(_COMPARED).isdisjoint(each.kinds) for each in marks):
        return []
    found = [each for each in scene.manners if each.start in inside]
    if any(not set(_COUNTED).isdisjoint(each.kinds) for each in marks):
        return []
    loose = [each for each in found if _family(each) in _OF_CUSTOMERS]
    return loose or found


def _family(mark: Found) -> str:
    return mark.kinds[0][:-1]


def _hits(clause: Clause, piece: Sequence[int]) -> list[Hit]:
    """The words of a part by which metrics go, without the manners themselves."""
    loose = [each for each in clause.scene.manners if _family(each) in _OF_CUSTOMERS]
    taken = {n for each in loose for n in range(each.start, each.end)}
    found = hits_in(clause.scene, [n for n in piece if n not in taken])
    for each in clause.scene.labels:
        if each.start in piece:
            return [Hit((QUOTED, each.column), each.start, each.end)]
    return [hit for hit in found if is_telling(clause, hit)]


def _one(clause: Clause, piece: Sequence[int], mark: Found, hits: Sequence[Hit]) -> list[Finding]:
    entry = _meant(clause, piece, mark, hits)
    if entry is None:
        return []
    sign = 1 if mark.kinds[0].endswith("+") else -1
    if _family(mark) != "while" and _is_denied(clause, piece, mark):
        sign = -sign
    claim = _claim(clause, entry.column, sign, (mark.start, mark.end))
    clause.explained |= {n for hit in hits for n in range(hit.start, hit.end)}
    clause.explained |= set(range(mark.start, mark.end))
    return [_on_its_side(each, claim) for each in judged(claim, replace(clause, is_joint=False))]


def _is_denied(clause: Clause, piece: Sequence[int], mark: Found) -> bool:
    """Whether a "not" stands in the part that is no word of the manner itself ("never came back")."""
    denials = [each.start for each in clause.scene.marks if "not" in each.kinds and each.start in piece]
    return any(not mark.start <= at < mark.end for at in denials)


def _meant(clause: Clause, piece: Sequence[int], mark: Found, hits: Sequence[Hit]) -> Entry | None:
    """The metric whose level is told, which is none that adds up over customers."""
    family, scene = _family(mark), clause.scene
    if family == "while":
        # "Not ordered for a long time" is silence, "customers for a long time" is not.
        family = "recency" if _is_denied(clause, piece, mark) else "tenure"
        if family == "tenure" and not any("@tenure" in hit.keys for hit in hits):
            return None
    if family in {"size", "level"} and not hits and _is_of_group(scene, mark):
        return _share_of_customers(scene)
    if family in _OF_CUSTOMERS and hits and hits[0].keys[0] == QUOTED:
        named = (each for each in scene.reader.lexicon.entries if each.column.id == hits[0].keys[1])
        return next((each for each in named if _has_level(each, scene)), None)
    said: list[Hit] = list(hits)
    units: Sequence[str] = NUMERIC
    if family == "rhythm":
        said, units = [*(hits or [Hit(("@order",), 0, 0)]), Hit(("@per_customer",), 0, 0)], _RATED
    elif family == "size" and hits and all("@order" in hit.keys for hit in hits):
        said = [Hit(("@order_value",), hits[0].start, hits[0].end), Hit(("@per_customer",), 0, 0)]
    elif family not in _OF_CUSTOMERS:
        said = [Hit((f"@{family}",), mark.start, mark.end)]
        units = SPANS if family in {"recency", "tenure"} else NUMERIC
    if not said:
        return None
    found = [each for each in best(scene, said, units) if _has_level(each.entry, scene)]
    return found[0].entry if found and found[0].score > 0 else None


def _has_level(entry: Entry, scene: Scene) -> bool:
    """Whether a segment's figure can be held to that of all: a mean or a share, and no total."""
    column = entry.column
    return column.agg != "sum" and column.id in scene.facts.columns and not entry.is_foretold


def _is_of_group(scene: Scene, mark: Found) -> bool:
    return mark.end < len(scene.tokens) and scene.tokens[mark.end].stem in _GROUPS


def _share_of_customers(scene: Scene) -> Entry | None:
    size = size_entry(scene.reader.lexicon.entries)
    shares = [each for each in scene.reader.lexicon.entries if each.column.agg == "share"]
    of_them = [each for each in shares if size and size.keys & each.keys & {"@headcount"}]
    return next((each for each in of_them if _is_of_total(scene, each.column)), None)


def _is_of_total(scene: Scene, column: Column) -> bool:
    """Whether the segments' figures are parts of one total, which add up to a hundred."""
    return column.agg == "share" and (scene.facts.number(OVERALL, column.id) or 0) > 99.9


def _claim(clause: Clause, column: Column, sign: int, at: tuple[int, int]) -> Claim:
    facts, is_part = clause.scene.facts, _is_of_total(clause.scene, column)
    even = 100 / len(facts.segments)
    margin = FAIR if is_part else 1 + ABOUT

    def of(groups: Groups) -> Computed:
        own = total(facts, groups, column)
        if is_part:
            return own.times(1 / even)
        return over(own, total(facts, (OVERALL,), column))

    holds = Interval(low=margin) if sign > 0 else Interval(high=1 / margin)
    which = "high" if sign > 0 else "low"
    beside = "an even share" if is_part else facts.overall.name
    return Claim(of, holds, f"{column.label}, {which} beside {beside}", "wrong_direction", column, at)


def _on_its_side(found: Finding, claim: Claim) -> Finding:
    """What is not far enough on its side is not proven; only what lies on the other one is false."""
    if not isinstance(found.computed, float) or found.label != "contradicted":
        return found
    is_high = claim.holds.high > 1e9
    if (found.computed > 1) is is_high and found.computed != 1:
        why = f"{claim.what}: it hardly differs"
        return replace(found, label="needs_review", why=why, error_type=None, correction=None)
    return replace(found, correction=None)
