"""Clauses: a sentence parted so that each part says one thing of one subject, beside whom it is compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from regulars.check.lexicon import Hit
from regulars.check.locale import Found
from regulars.check.quantities import Quantity
from regulars.check.scene import Category, Scene, hits_in
from regulars.check.subjects import Mention
from regulars.check.table import Column

_HARD = frozenset(
    {";", ":", ",", "(", ")", "—", "–", "but", "while", "whereas", "although", "though", "yet", "|", "•"}
)
_SOFT = frozenset({"and", "versus", "vs", "against", "compared", "but", "or", "with", "from", "to"})
_SKIPPED = frozenset(
    [
        "the",
        "that",
        "those",
        "of",
        "a",
        "an",
        "one",
        "what",
        "for",
        "in",
        "among",
        "by",
        "does",
        "do",
        "all",
        "average",
        "it",
        "is",
        "most",
        "any",
        "only",
        "to",
        "seen",
    ]
)
_COMPARING = frozenset(
    {"than", "versus", "as", "beat", "trail", "match", "above", "below", "second_to", "take"}
)


@dataclass
class Clause:
    """A part of a sentence: its tokens, and of what is found in the sentence what lies in it.

    ``subject`` is who it speaks of and ``other`` whom they are compared with; ``column`` the metric of the
    clause before, for parts that name none ("£214, the most of any segment").
    """

    scene: Scene
    at: list[int]
    core: list[int]
    """Of these, the tokens of the part that makes the claim, without parts that joined it."""
    subject: Mention | None = None
    other: Mention | None = None
    column: Column | None = None
    is_joint: bool = False
    explained: set[int] = field(default_factory=set)

    @property
    def start(self) -> int:
        return self.at[0]

    @property
    def end(self) -> int:
        return self.at[-1] + 1

    def holds(self, start: int, end: int) -> bool:
        wanted = set(self.at)
        return all(n in wanted for n in range(start, end))

    @property
    def quantities(self) -> list[Quantity]:
        return [each for each in self.scene.quantities if self.holds(each.start, each.end)]

    @property
    def mentions(self) -> list[Mention]:
        return [each for each in self.scene.mentions if self.holds(each.start, each.end)]

    @property
    def categories(self) -> list[Category]:
        return [each for each in self.scene.categories if self.holds(each.start, each.end)]

    @property
    def marks(self) -> list[Found]:
        wanted = set(self.at)
        return [each for each in self.scene.marks if each.start in wanted and each.end - 1 in wanted]

    def mark(self, *kinds: str) -> Found | None:
        """The first mark of any of the kinds."""
        return next((each for each in self.marks if any(kind in each.kinds for kind in kinds)), None)

    def hits(self, *, core: bool = False) -> list[Hit]:
        """The words in it that metrics go by, without those that only name whom it is compared with."""
        other = range(self.other.start, self.other.end) if self.other else range(0)
        return hits_in(self.scene, (n for n in (self.core if core else self.at) if n not in other))

    def span(self) -> tuple[int, int]:
        return self.start, self.end


def clauses(scene: Scene, context: Mention | None) -> list[Clause]:
    """The clauses of a sentence in order. A pronoun, or no subject at all, is the last one spoken of."""
    parts = _merged(scene, _parts(scene))
    made: list[Clause] = []
    said = _first_named(scene) or context
    for part, core in parts:
        clause = _with_subject(Clause(scene, part, core), made[-1] if made else None, said)
        made.append(clause)
    return made


def everything(scene: Scene) -> Clause:
    """The whole sentence as one clause."""
    at = list(range(len(scene.tokens)))
    return Clause(scene, at, at)


def _first_named(scene: Scene) -> Mention | None:
    """Whom the sentence names first other than to compare with: parts before the name speak of them too."""
    whole = everything(scene)
    for each in scene.mentions:
        if each.kind in {"segments", "every", "none", "count", "subset"} and not is_compared(whole, each):
            return each
    overall = [each for each in scene.mentions if each.kind == "overall" and not is_compared(whole, each)]
    if any(each.kind == "them" for each in scene.mentions):
        return None
    return overall[0] if overall else None


def _parts(scene: Scene) -> list[list[int]]:
    taken = scene.names | scene.figures
    parts: list[list[int]] = [[]]
    for n, token in enumerate(scene.tokens):
        is_break = token.low in _HARD and n not in taken
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
            n for n in range(one.end, two.start) if scene.tokens[n].low in _SOFT and n not in scene.names
        ]
        strong = [
            n for n in joints if scene.tokens[n].low in {"and", "versus", "vs", "against", "compared", "but"}
        ]
        if joints:
            cuts.append((strong or joints)[-1])
    pieces: list[list[int]] = [[]]
    for n in part:
        if n in cuts:
            pieces.append([])
        pieces[-1].append(n)
    return pieces


def _is_figure(each: Quantity, scene: Scene, inside: set[int]) -> bool:
    """A span of time beside another figure says when or how, and is no figure of its own."""
    if each.measure != "duration":
        return True
    return not any(q.measure != "duration" and q.start in inside for q in scene.quantities)


_CLAIMING = (
    "more", "less", "better", "worse", "most", "least", "best", "worst", "up", "down", "beat", "trail",
    "match", "all_of", "none_of", "ordered", "second_to", "missing", "gap", "flat",
)  # fmt: skip


def _merged(scene: Scene, parts: list[list[int]]) -> list[tuple[list[int], list[int]]]:
    """Parts in which nothing is claimed join the part before them, or else the one after."""
    made: list[tuple[list[int], list[int]]] = []
    waiting: list[int] = []
    for part in parts:
        if _claims(scene, part) or (made and is_elliptic(scene, part)):
            made.append(([*waiting, *part], part))
            waiting = []
        elif made:
            made[-1] = ([*made[-1][0], *part], made[-1][1])
        else:
            waiting += part
    return made or ([(waiting, waiting)] if waiting else [])


def is_elliptic(scene: Scene, part: Sequence[int]) -> bool:
    """Whether a part only says of whom else the part before holds: "…; Bargain Hunters do"."""
    words = [n for n in part if scene.tokens[n].is_word and n not in scene.names]
    named = any(each.kind == "segments" and each.start in set(part) for each in scene.mentions)
    return named and bool(words) and all(scene.tokens[n].low in _AUXILIARIES for n in words)


_AUXILIARIES = frozenset(
    {
        "do",
        "does",
        "did",
        "are",
        "is",
        "were",
        "was",
        "have",
        "has",
        "so",
        "too",
        "not",
        "don't",
        "aren't",
        "doesn't",
        "isn't",
    }
)


def _claims(scene: Scene, part: Sequence[int]) -> bool:
    inside = set(part)
    if any(each.start in inside for each in scene.quantities) or any(
        day.start in inside for day in scene.days
    ):
        return True
    if any(each.start in inside for each in scene.categories):
        return True
    return any(mark.start in inside and any(kind in _CLAIMING for kind in mark.kinds) for mark in scene.marks)


def is_compared(clause: Clause, mention: Mention) -> bool:
    """Whether a mention is whom the subject is compared with: it follows "than", "against", "twice the" …"""
    if mention.kind in {"others", "rest"} or clause.scene.tokens[mention.start].low in {
        "than",
        "above",
        "below",
    }:
        return True
    at = mention.start - 1
    wanted = set(clause.at)
    while at in wanted:
        if at in clause.scene.figures:
            found = next(q for q in [*clause.scene.quantities, None] if q is None or q.start <= at < q.end)
            if found is None or _is_measure_of(clause, found, mention):
                return found is not None
            at = found.start - 1
            continue
        mark = next((m for m in clause.scene.marks if m.start <= at < m.end), None)
        if mark and any(kind in _COMPARING for kind in mark.kinds):
            return True
        if clause.scene.tokens[at].low not in _SKIPPED and clause.scene.tokens[at].low not in {
            "'s",
            "'",
            "’",
        }:
            return _by_metric(clause, at)
        at -= 1
    return False


def _by_metric(clause: Clause, at: int) -> bool:
    """Whether only words of a metric stand between: "than the order value of", "15 times the deposits of"."""
    scene = clause.scene
    while at in set(clause.at) and at not in scene.names:
        if at in scene.figures:
            return any(each.measure == "times" and each.start <= at < each.end for each in scene.quantities)
        token = scene.tokens[at]
        if token.low == "than":
            return True
        is_metric = token.stem in scene.reader.lexicon.label_stems or token.stem in scene.language.light
        if not is_metric and token.low not in _SKIPPED:
            return False
        at -= 1
    return False


def _is_measure_of(clause: Clause, quantity: Quantity, mention: Mention) -> bool:
    """Whether a figure says how far the subject is from whom is mentioned after it."""
    if quantity.measure in {"times", "points"} or quantity.hedge == "within":
        return True
    return _is_multiple(clause, quantity, mention)


def _is_multiple(clause: Clause, quantity: Quantity, mention: Mention) -> bool:
    """A fraction of somebody else's figure: "half that of", "a tenth of the average customer"."""
    if quantity.kind != "fraction":
        return False
    between = [clause.scene.tokens[n].low for n in range(quantity.end, mention.start)]
    return (
        between[:2] == ["that", "of"]
        or "as" in between
        or (between == ["of"] and mention.kind == "overall" and _has_segment(clause))
    )


def _has_segment(clause: Clause) -> bool:
    return any(
        (each.kind in {"segments", "them"} and each.groups != ()) or each.kind == "them"
        for each in clause.scene.mentions
    ) and any(q.measure == "money" for q in clause.scene.quantities)


def _with_subject(clause: Clause, before: Clause | None, said: Mention | None) -> Clause:
    ranks = clause.mark("most", "least", "best", "worst") is not None
    own = [each for each in clause.mentions if each.kind != "scope" and not (each.kind == "any" and ranks)]
    compared = [each for each in own if is_compared(clause, each)]
    free = [each for each in own if each not in compared and each.kind not in {"them", "overall"}]
    overall = [each for each in own if each not in compared and each.kind == "overall"]
    spoken = any(each.kind == "them" for each in own)
    known = (before.subject if before else None) or said
    if before and before.subject and before.subject.kind == "none" and before.other and before.other.groups:
        known = before.other
    subject = free[0] if free else None
    if subject is None and (known is None or (overall and not spoken and before is None)) and overall:
        subject = overall[0]
    clause.subject = subject or known
    clause.other = compared[0] if compared else None
    clause.is_joint = clause.scene.is_named("together", 0, len(clause.scene.tokens)) is not None
    if len(free) > 1 and free[0].kind == "count" and free[1].kind == "segments":
        clause.subject = replace(free[1], count=free[0].count)
    return clause
