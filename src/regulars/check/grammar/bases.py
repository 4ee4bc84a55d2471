"""Bases: of what a percentage is a part. A share of the segment, or the segment's part of all?

"76.4% of their orders use a code" speaks of their orders; "76.4% of orders with a code are theirs", and
"they place 76.4% of orders with a code", of all such orders.
"""

from __future__ import annotations

from regulars.check.clause import Clause
from regulars.check.computed import SHARE
from regulars.check.lexicon import Match
from regulars.check.quantities import Quantity
from regulars.check.table import Column
from regulars.check.tokens import Token
from regulars.check.tokens import tokens as tokens_of

_LINKS = frozenset({"are", "is", "were", "come", "comes", "came", "belong", "belongs", "sit", "sits"})
_AFTER_LINK = frozenset({"held", "made", "by", "owned", "from", "to", "with", "a", "an", "the", "in"})
_BASE_ENDS = _LINKS | {"on", "at", "with", "by", "from"}
_ONE_OF_THEM = frozenset({"a", "each", "every", "the"})
_POSSESSIVES = frozenset({"their", "its", "his", "her", "our"})


def is_part_of_all(clause: Clause, quantity: Quantity, match: Match) -> bool:
    """Whether a figure is the subject's part of all for whom it holds, and not how many of the subject's it
    holds for: all words of the metric stand in the base, and the base is nobody's own."""
    if match.entry.column.agg == "share" or match.entry.column.id.startswith(SHARE):
        return False
    scene = clause.scene
    linked = _linked(clause, quantity)
    has_of = [token.low for token in scene.tokens[quantity.end : quantity.end + 1]] == ["of"]
    if quantity.kind != "fraction" and not has_of and not linked:
        return False  # "50% app use" names the metric and no base
    base = range(quantity.end, linked or _base_end(clause, quantity.end))
    if _is_everybodys(clause, base) and clause.subject and clause.subject.start < quantity.start:
        return True
    telling = [n for n in match.explained if scene.tokens[n].stem not in scene.language.light]
    if not telling or not all(n in base for n in telling):
        return False
    owned = any(each.start in base and each.kind == "segments" for each in scene.mentions)
    owned = owned or any(
        scene.tokens[n].low == "'s" and scene.tokens[n - 2].low in _ONE_OF_THEM for n in base
    )
    if owned or not _POSSESSIVES.isdisjoint(scene.tokens[n].low for n in base):
        return False
    verb, subject = clause.mark("shares", "copula"), clause.subject
    leads = subject is not None and subject.start < quantity.start
    return linked is not None or (leads and verb is not None and verb.end <= quantity.start)


def _is_everybodys(clause: Clause, base: range) -> bool:
    """Whether the whole that a share is of is everybody's: "92% of the bank's mobile checks"."""
    tokens = clause.scene.tokens
    everybody = [each for each in clause.mentions if each.kind == "overall" and each.start in base]
    return any(each.end < len(tokens) and tokens[each.end].low in _POSSESSIVE for each in everybody)


def _leads_on(token: Token) -> bool:
    """What may stand between "are" and the segment: "held by", "made by", "from the"."""
    return token.low in _AFTER_LINK or token.low.endswith("ed")


def is_of_people(clause: Clause, quantity: Quantity) -> bool:
    """Whether a percentage is said of customers: "of them", "of their customers", "of Bargain Hunters"."""
    tokens = clause.scene.tokens
    at = _past_words(clause, quantity.end)
    named = [each for each in clause.scene.mentions if each.kind == "segments" and each.start == at]
    if named:
        if not _is_owner(clause, named[0].end):
            return True
        at = _past_words(clause, named[0].end)
    if at >= len(tokens):
        return False
    families = clause.scene.language.families.every_at(tokens, at)
    return tokens[at].low == "them" or any("headcount" in each.kinds for each in families)


def is_of_money(clause: Clause, quantity: Quantity, match: Match) -> str:
    """The word for money of which a share of customers or orders is said to be one; empty if there is none.

    "84% of their balances come from direct deposit" is not what "customers with direct deposit" tells.
    """
    scene, entry = clause.scene, match.entry
    tokens = scene.tokens
    if quantity.measure != "percent" or not entry.column.agg.startswith("mean_by_"):
        return ""
    if [token.low for token in tokens[quantity.end : quantity.end + 1]] != ["of"]:
        return ""
    own = {key for word in entry.label for key in word if key[0] != "@"}
    money = [each for each in scene.reader.lexicon.entries if each.column.is_money]
    stems = {key for each in money for word in each.label for key in word if key[0] != "@"} - own
    base = range(quantity.end + 1, min(quantity.end + 7, len(tokens)))
    for n in base:
        if tokens[n].low in _BASE_ENDS or not (tokens[n].is_word or tokens[n].low in _POSSESSIVE):
            break
        if n not in scene.names and tokens[n].stem in stems - scene.language.light:
            return tokens[n].low
    return ""


def _past_words(clause: Clause, at: int) -> int:
    while at < len(clause.scene.tokens) and clause.scene.tokens[at].low in _BEFORE_PEOPLE:
        at += 1
    return at


def _is_owner(clause: Clause, end: int) -> bool:
    """Whether the name that ends here only says whose: "Bargain Hunters' orders", "Campus Account logins"."""
    tokens = clause.scene.tokens
    if end >= len(tokens):
        return False
    is_noun = tokens[end].stem in clause.scene.reader.lexicon.label_stems and not tokens[
        end - 1
    ].low.endswith("s")
    return is_noun or tokens[end].low in {"'", "’", "'s"}


_POSSESSIVE = frozenset({"'", "’", "'s"})
_BEFORE_PEOPLE = _POSSESSIVE | frozenset({"of", "the", "all", "our", "their", "its", "these", "those"})


def is_by_people(clause: Clause, column: Column) -> bool:
    """Whether a share is one of customers, and not of orders or money: ``mean_by_customers``."""
    weight = column.agg.removeprefix("mean_by_")
    if weight == column.agg:
        return True
    said = clause.scene.language.families.every_at(tokens_of(weight, clause.scene.language), 0)
    return any("headcount" in each.kinds for each in said)


def _base_end(clause: Clause, start: int) -> int:
    end = start
    while clause.holds(end, end + 1):
        if clause.scene.tokens[end].low in _BASE_ENDS or end in clause.scene.names:
            break
        end += 1
    return end


def _linked(clause: Clause, quantity: Quantity) -> int | None:
    """Where "are" or "come from" stands between a share's whole and the segment: "x% of all savers are A"."""
    tokens = clause.scene.tokens
    for each in clause.mentions:
        if each.kind not in {"segments", "them"} or each.start <= quantity.end:
            continue
        first = max(quantity.end, each.start - 3)
        link = next((n for n in range(first, each.start) if tokens[n].low in _LINKS), None)
        if link is not None and all(_leads_on(token) for token in tokens[link + 1 : each.start]):
            return link
    return None
