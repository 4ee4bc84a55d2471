"""Clauses: a sentence parted so that each part says one thing, each with its subject."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from regulars.check.clause import Clause, everything
from regulars.check.comparands import is_compared
from regulars.check.quantities import Quantity
from regulars.check.scene import Scene, hits_in
from regulars.check.subjects import Mention
from regulars.check.table import OVERALL

_HARD = frozenset(
    {";", ":", ",", "(", ")", "—", "–", "but", "while", "whereas", "although", "though", "yet", "|", "•"}
)
_SOFT = frozenset({"and", "versus", "vs", "against", "compared", "but", "or", "with", "from", "to"})


def clauses(scene: Scene, context: Mention | None) -> list[Clause]:
    """The clauses of a sentence in order. A pronoun, or no subject at all, is the last one spoken of."""
    parts = _merged(scene, _parts(scene))
    made: list[Clause] = []
    said = _first_named(scene, context) or context
    for part, core in parts:
        clause = _with_subject(Clause(scene, part, core), made[-1] if made else None, said)
        _turned(clause, context)
        made.append(clause)
    for one, two in pairwise(made):
        if one.other is None and one.mark("more", "less") and two.at[0] == one.at[-1] + 1:
            one.other = two.other  # "fewer orders and less spend than most"
    return made


def _turned(clause: Clause, context: Mention | None) -> None:
    """That nobody has more, of no one who is named, says that those spoken of have the most."""
    nobody = clause.subject
    if nobody is None or nobody.kind != "none" or clause.other is not None or context is None:
        return
    if context.kind == "segments" and clause.mark("more", "less") and not clause.quantities:
        clause.other = Mention("others", nobody.start, nobody.end)
        clause.subject = replace(context, start=nobody.start, end=nobody.end)


def _first_named(scene: Scene, said: Mention | None) -> Mention | None:
    """Whom the sentence names first other than to compare with: parts before the name speak of them too."""
    whole = everything(scene)
    ranks = whole.mark("most", "least", "best", "worst") is not None
    for each in scene.mentions:
        is_named = each.kind in {"segments", "every", "none", "count", "subset"}
        if is_named and not is_compared(whole, each) and not (ranks and _is_field(whole, each)):
            return each
    overall = [
        each
        for each in scene.mentions
        if each.kind == "overall"
        and not is_compared(whole, each)
        and not (said and _is_of_metric(whole, each))
    ]
    if any(each.kind == "them" for each in scene.mentions):
        return None
    return overall[0] if overall else None


def _parts(scene: Scene) -> list[list[int]]:
    taken = scene.names | scene.figures | scene.quoted
    exempting = {each.start for each in scene.marks if "except" in each.kinds}
    parts: list[list[int]] = [[]]
    for n, token in enumerate(scene.tokens):
        is_break = token.low in _HARD and n not in taken and n not in exempting
        if is_break and token.low == "yet" and n + 1 < len(scene.tokens) and scene.tokens[n + 1].low == "to":
            is_break = False
        if is_break:
            parts.append([])
        else:
            parts[-1].append(n)
    soft = [piece for part in parts if part for piece in _softly(scene, part)]
    return [part for part in soft if any(scene.tokens[n].is_word or n in taken for n in part)]


def _softly(scene: Scene, part: list[int]) -> list[list[int]]:
    """A part with several figures is cut at the joint word between them, where there is one."""
    inside = set(part)
    figures = [each for each in scene.quantities if each.start in inside and _is_figure(each, scene, inside)]
    cuts: list[int] = []
    for one, two in pairwise(figures):
        joints = [
            n
            for n in range(one.end, two.start)
            if scene.tokens[n].low in _SOFT and n not in scene.names | scene.quoted
        ]
        strong = [
            n for n in joints if scene.tokens[n].low in {"and", "versus", "vs", "against", "compared", "but"}
        ]
        if joints:
            cuts.append((strong or joints)[-1])
    if not figures:
        cuts = _between_claims(scene, part)
    pieces: list[list[int]] = [[]]
    for n in part:
        if n in cuts:
            pieces.append([])
        pieces[-1].append(n)
    return pieces


def _between_claims(scene: Scene, part: list[int]) -> list[int]:
    """The "and" between two things that are said in words: "order more often and bring most of it"."""
    joints = [
        n for n in part if scene.tokens[n].low in {"and", "but"} and n not in scene.names | scene.quoted
    ]
    ends = [part[0], *joints, part[-1] + 1]
    sides = [[n for n in part if start <= n < end] for start, end in pairwise(ends)]
    return [
        at
        for at, one, two in zip(joints, sides, sides[1:], strict=False)
        if _tells(scene, one) and _tells(scene, two)
    ]


def _tells(scene: Scene, side: Sequence[int]) -> bool:
    """Whether a side claims something of a metric that it names."""
    return _claims(scene, side) and bool(hits_in(scene, side))


def _is_figure(each: Quantity, scene: Scene, inside: set[int]) -> bool:
    """A span of time beside another figure says when or how, and is no figure of its own."""
    if each.measure != "duration":
        return True
    return not any(q.measure != "duration" and q.start in inside for q in scene.quantities)


_CLAIMING = (
    "more", "less", "better", "worse", "most", "least", "best", "worst", "up", "down", "beat", "trail",
    "match", "all_of", "none_of", "few_of", "mostly", "ordered", "second_to", "missing", "gap", "flat",
    "positive", "negative",
)  # fmt: skip


def _merged(scene: Scene, parts: list[list[int]]) -> list[tuple[list[int], list[int]]]:
    """Parts in which nothing is claimed join the part before them, or else the one after."""
    made: list[tuple[list[int], list[int]]] = []
    waiting: list[int] = []
    for at, part in enumerate(parts):
        if _names_next(scene, parts, at):
            waiting += part
        elif _claims(scene, part) or (made and is_elliptic(scene, part)):
            made.append(([*waiting, *part], part))
            waiting = []
        elif made:
            made[-1] = ([*made[-1][0], *part], made[-1][1])
        else:
            waiting += part
    return made or ([(waiting, waiting)] if waiting else [])


def _names_next(scene: Scene, parts: Sequence[Sequence[int]], at: int) -> bool:
    """Whether a part only names whose figure the next part gives: "A (52%), B (38%)", "A, at 41%, trail"."""
    part, tokens = parts[at], scene.tokens
    named = [each for each in scene.mentions if each.kind == "segments" and each.end == part[-1] + 1]
    if not named or at + 1 >= len(parts) or _claims(scene, part):
        return False
    figure = next((each for each in scene.quantities if each.start in parts[at + 1]), None)
    joint = tokens[part[-1] + 1].low if part[-1] + 1 < len(tokens) else ""
    rest = {tokens[n].low for n in part if n < named[0].start}
    if figure is None or not rest <= _LINKING:
        return False
    return joint == "(" or (joint == "," and tokens[parts[at + 1][0]].low in {"at", "with", "on"})


_LINKING = frozenset({"and", "but", "while", "then", "by", "followed", "the", "ahead", "of", "before"})


def is_elliptic(scene: Scene, part: Sequence[int]) -> bool:
    """Whether a part only says of whom else the part before holds: "…; Bargain Hunters do"."""
    words = [n for n in part if scene.tokens[n].is_word and n not in scene.names]
    named = any(each.kind == "segments" and each.start in set(part) for each in scene.mentions)
    return named and bool(words) and all(scene.tokens[n].low in _AUXILIARIES for n in words)


_AUXILIARIES = frozenset({"do", "does", "did", "are", "is", "were", "was", "have", "has", "so", "too"})


def _claims(scene: Scene, part: Sequence[int]) -> bool:
    inside = set(part)
    if any(each.start in inside for each in scene.quantities) or any(
        day.start in inside for day in scene.days
    ):
        return True
    if any(each.start in inside for each in scene.categories):
        return True
    told = [each for each in scene.marks if not set(_CLAIMING).isdisjoint(each.kinds)]
    return any(each.start in inside for each in [*told, *scene.manners])


def _is_field(clause: Clause, mention: Mention) -> bool:
    """Whether all segments are only those among whom one is ranked: "the least of all segments"."""
    before = clause.scene.tokens[mention.start - 1].low if mention.start else ""
    return mention.kind == "every" and before in {"of", "among", "amongst", "across"}


def _is_of_metric(clause: Clause, mention: Mention) -> bool:
    """Whether "the average" is that of the metric named after it, of those spoken of."""
    tokens = clause.scene.tokens
    if [each.low for each in tokens[mention.start : mention.end]] != ["the", "average"]:
        return False
    after = tokens[mention.end].stem if mention.end < len(tokens) else ""
    return after in clause.scene.reader.lexicon.label_stems


def _crowd(clause: Clause) -> Mention | None:
    """All customers, where somebody is compared with most: more than most is more than the average."""
    mark = clause.mark("crowd")
    return Mention("overall", mark.start, mark.end, (OVERALL,)) if mark else None


def _all_of_which(clause: Clause) -> Mention | None:
    """All customers, of a total that stands before its part: "$6m, of which A paid …", "of $6m, A paid …"."""
    tokens, scene = clause.scene.tokens, clause.scene
    named = next((each for each in scene.mentions if each.kind in {"segments", "them"}), None)
    if named is None or named.start < clause.end or named.kind == "them" or not clause.quantities:
        return None
    after = [token.low for token in tokens[clause.end : named.start]]
    is_parted = any(pair == ("of", "which") for pair in pairwise(after)) or [
        token.low for token in tokens[clause.start : clause.quantities[0].start]
    ] == ["of"]
    is_money = all(each.measure == "money" for each in clause.quantities)
    return Mention("overall", clause.start, clause.start, (OVERALL,)) if is_parted and is_money else None


def _is_behind(clause: Clause, mention: Mention) -> bool:
    """Whether who is mentioned comes before the subject: "after A, B hold the most"."""
    tokens = clause.scene.tokens
    before = [token.low for token in tokens[max(0, mention.start - 2) : mention.start]]
    if mention.kind != "segments" or not before:
        return False
    is_after = before[-1] in _BEHIND or before == ["next", "to"]
    ordinals = clause.scene.language.ordinals
    counted = any(tokens[n].low in ordinals and n not in clause.scene.figures for n in clause.at)
    return is_after and not counted and not clause.mark("second_to")


_BEHIND = frozenset({"after", "behind", "following"})


def _with_subject(clause: Clause, before: Clause | None, said: Mention | None) -> Clause:
    ranks = clause.mark("most", "least", "best", "worst") is not None
    own = [
        each
        for each in clause.mentions
        if each.kind != "scope" and not (ranks and (each.kind == "any" or _is_field(clause, each)))
    ]
    compared = [each for each in own if is_compared(clause, each)]
    behind = [each for each in own if ranks and each not in compared and _is_behind(clause, each)]
    clause.is_behind = bool(behind)
    compared = behind or compared
    free = [each for each in own if each not in compared and each.kind not in {"them", "overall"}]
    overall = [each for each in own if each not in compared and each.kind == "overall"]
    if said is not None and said.kind == "segments":
        overall = [each for each in overall if not _is_of_metric(clause, each)]
    spoken = any(each.kind == "them" for each in own)
    known = (before.subject if before else None) or said
    if before and before.subject and before.subject.kind == "none" and before.other and before.other.groups:
        known = before.other
    subject = free[0] if free else None
    if subject is None and (known is None or (overall and not spoken and before is None)) and overall:
        subject = overall[0]
    clause.subject = _all_of_which(clause) or subject or known
    clause.other = compared[0] if compared else _crowd(clause)
    if (
        clause.other
        and clause.other.kind == "them"
        and clause.subject
        and clause.subject.kind == "none"
        and said
    ):
        clause.other = replace(said, start=clause.other.start, end=clause.other.end)  # "nobody … than they"
    clause.is_joint = clause.scene.is_named("together", 0, len(clause.scene.tokens)) is not None
    if len(free) > 1 and free[0].kind == "count" and free[1].kind == "segments":
        clause.subject = replace(free[1], count=free[0].count)
    return clause
