"""Reading a sentence: its clauses one by one, each by the part of the grammar that it belongs to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from regulars.check.asides import asides, definite, described, figures_beside, loose
from regulars.check.clause import Clause, everything
from regulars.check.clauses import clauses, is_elliptic
from regulars.check.comparands import is_average
from regulars.check.grammar.categories import category
from regulars.check.grammar.changes import signed, trend
from regulars.check.grammar.choosing import chosen, is_telling
from regulars.check.grammar.comparisons import (
    difference,
    is_of_another,
    more_or_less,
    multiple,
    of_two_shares,
    shares_beside,
)
from regulars.check.grammar.idioms import exchange, fair_share, index
from regulars.check.grammar.leftovers import left_over
from regulars.check.grammar.levels import level, unbound
from regulars.check.grammar.manners import manners
from regulars.check.grammar.ranges import spread
from regulars.check.grammar.ranks import missing, order, subset, superlative
from regulars.check.grammar.times import ago, dated, half_within
from regulars.check.grammar.wholes import counting, whole
from regulars.check.grammar.windows import is_known
from regulars.check.moods import UNCHECKABLE, UNSUPPORTED, moods
from regulars.check.quantities import Quantity
from regulars.check.scene import Reader, Scene, scene
from regulars.check.subjects import Mention
from regulars.check.unknown import qualifies, unknown_words, unread_words
from regulars.check.verdicts import Finding

WHOLE: tuple[Callable[[Clause], list[Finding]], ...] = (order, missing, half_within, dated, category, spread)
"""Readers that take a clause with all its figures."""
WORDS: tuple[Callable[[Clause], list[Finding]], ...] = (
    shares_beside,
    superlative,
    more_or_less,
    trend,
    signed,
    whole,
)
"""Readers of what is said without a figure; the first that finds something is heard."""


def read(
    text: str, reader: Reader, start: int, context: Mention | None
) -> tuple[list[Finding], Mention | None]:
    """The findings on one sentence, and whom the next one's "they" are."""
    if described := _as_described(text, reader, start, context):
        rest = text[described.end - start :].lstrip(" :.")
        at = start + len(text) - len(rest)
        others, spoken = read(rest, reader, at, context) if rest else ([], context)
        return [described, *others], spoken
    found = scene(text, reader, start)
    moody = moods(found.tokens, reader.language, found.names | found.quoted, reader.lexicon.shared_by)
    spoken = _last_named(found) or context
    claimless = next(
        (kind for kind in ("question", "advice", "hypothesis", "conditional") if kind in moody), None
    )
    if claimless:
        return [_mooded(found, claimless, moody), *_beside(found, claimless, context, moody)], spoken
    findings: list[Finding] = []
    column = change = None
    before: Clause | None = None
    for clause in _prepared(found, context):
        clause.column, clause.change = column, change
        said = _filled(clause, before) if before and is_elliptic(found, clause.at) else clause
        findings += _clause(said)
        column = said.column or column
        change = said.mark("up", "down") or change
        before = said
    findings += left_over(found, findings)
    moods_held = [kind for kind in UNSUPPORTED if kind in moody and not _is_held(kind, found, findings)]
    if not {"forecast", "external"}.isdisjoint(moods_held):
        findings = []  # what is to come, or of others, is neither true nor false of these cells
    findings += [_mooded(found, kind, moody) for kind in moods_held]
    if not findings:
        findings = _without_claims(found, moody, context)
    return findings, spoken


def _as_described(text: str, reader: Reader, start: int, context: Mention | None) -> Finding | None:
    """A sentence that opens with the words by which the facts themselves describe the segment."""
    if context is None or len(context.groups) != 1:
        return None
    group = reader.facts.group(context.groups[0])
    notes = (each for name, each in reader.facts.notes.items() if name.partition(".")[0] == group.id)
    for said in (group.description, *notes):
        ends = text[len(said) : len(said) + 1] in {"", ":", "."}
        if said and ends and text[: len(said)].lower() == said.lower():
            why, cells = f"the facts' own words about {group.name}", {f"{group.id}.description": said}
            return Finding("supported", start, start + len(said), why, None, cells)
    return None


def _beside(
    found: Scene, mood: str, context: Mention | None, moody: dict[str, tuple[int, int]]
) -> list[Finding]:
    """What is stated as fact beside advice, a question or a supposition, and the figures taken for known."""
    stated = asides(found, mood, moody[mood][0]) if mood != "question" else []
    made: list[Finding] = []
    for each in stated:
        said, start = found.written(each.start, each.end), found.tokens[each.start].start
        made += read(said, found.reader, start, _last_named(found) or context)[0]
    clause = everything(found)
    clause.subject = _last_named(found) or context
    known = definite(found, stated)
    for quantity in known:
        now = replace(quantity, high=None) if quantity.high is not None else quantity
        made += _figure(clause, now)
    beside: list[Quantity] = []
    if mood == "hypothesis":
        beside = [each for each in figures_beside(found, stated) if each not in known]
    elif mood == "advice":
        beside = loose(found, stated)
    made += [_supposed(each, mood) for quantity in beside for each in _figure(clause, quantity)]
    return [*made, *(_described(found, *at) for at in described(found, stated))]


def _supposed(found: Finding, mood: str) -> Finding:
    """A figure that is supposed or advised is no error, and not proven by its "may" or "should" either."""
    if found.label in {"supported", "not_checkable"}:
        return found
    said = "supposed" if mood == "hypothesis" else "part of advice"
    return replace(found, label="needs_review", why=f"{found.why}, which is {said}", error_type=None)


def _described(found: Scene, start: int, end: int) -> Finding:
    first, last = found.tokens[start].start, found.tokens[end - 1].end
    return Finding("needs_review", first, last, "the facts hold nothing about them as such")


def _is_held(mood: str, found: Scene, findings: list[Finding]) -> bool:
    """Whether a forecast is one that the facts hold: "expected to bring" of a predicted value."""
    held = {entry.column.id for entry in found.reader.lexicon.entries if entry.is_foretold}
    return mood == "forecast" and any(each.metric in held for each in findings)


def _last_named(found: Scene) -> Mention | None:
    named = [each for each in found.mentions if each.kind == "segments"]
    return named[0] if named else None


def _prepared(found: Scene, context: Mention | None) -> list[Clause]:
    made = _likened(clauses(found, context))
    for clause in made:
        if clause.subject and clause.subject.kind == "subset":
            clause.subject = subset(clause)
            clause.is_joint = True
    return made


def _filled(clause: Clause, before: Clause) -> Clause:
    """What the clause before said, of somebody else and without its "not": "…; Bargain Hunters do"."""
    denied = {n for mark in before.marks if "not" in mark.kinds for n in range(mark.start, mark.end)}
    at = [n for n in before.at if n not in denied]
    return replace(before, at=at, core=at, subject=clause.mentions[0], column=None)


def _likened(made: list[Clause]) -> list[Clause]:
    """Whoever is likened is meant too: "like A, B spend most on …" says it of both."""
    if (
        len(made) > 1
        and made[0].mark("match")
        and made[0].other
        and made[0].other.groups
        and len(made[0].at) <= 6
    ):
        first, second = made[0], made[1]
        subject = second.subject
        if (
            subject
            and subject.kind == "segments"
            and not first.quantities
            and first.other
            and first.other.kind == "segments"
        ):
            second.subject = replace(subject, groups=(*subject.groups, *first.other.groups))
            return made[1:]
    return made


def _clause(clause: Clause) -> list[Finding]:
    made = [each for reader in WHOLE for each in reader(clause)]
    if not made:
        made = [each for quantity in clause.quantities for each in _figure(clause, quantity)]
        made += next((found for reader in WORDS if (found := reader(clause))), [])
        made += manners(clause)
    made = [_weighed(each, clause) for each in made]
    unread = _unread_place(clause, made)
    return [_doubted(each, unread) if unread else each for each in made]


def _unread_place(clause: Clause, made: list[Finding]) -> str:
    """An ordinal that no ranking took up, or a "halved" that no change did; empty where there is none."""
    scene = clause.scene
    known = scene.names | scene.figures | clause.explained
    known |= {n for each in scene.marks for n in range(each.start, each.end)}
    known |= {n for each in scene.mentions for n in range(each.start, each.end)}
    ranked = any("its place from" in each.why for each in made)
    for n in clause.at:
        low = scene.tokens[n].low
        is_place = low in scene.language.ordinals and low != "last" and not ranked
        if n not in known and (is_place or low in scene.language.multiplied):
            return low
    return ""


def _doubted(found: Finding, word: str) -> Finding:
    if found.label != "supported":
        return found
    return replace(found, label="needs_review", why=f"{found.why}; it was not read what {word!r} is to it")


def _weighed(found: Finding, clause: Clause) -> Finding:
    unknown = unknown_words(clause, clause.scene, moody=found.label != "needs_review")
    unread = unread_words(clause)
    if found.label == "supported" and unread:
        words = ", ".join(repr(word) for word in unread)
        return replace(found, label="needs_review", why=f"{found.why}; it was not read what {words} is to it")
    if unknown and found.label == "contradicted" and _is_of_size(found, clause):
        return _unheld(found, unknown)
    return _with_unknown(found, unknown, is_other_thing=bool(unknown) and qualifies(clause))


def _is_of_size(found: Finding, clause: Clause) -> bool:
    """Whether a claim without a figure was taken for one about how many customers there are."""
    sizes = [each for each in clause.scene.reader.lexicon.entries if each.column.id == found.metric]
    counts = any(any("@headcount" in word for word in each.label) and len(each.label) == 1 for each in sizes)
    return counts and not clause.quantities


def _unheld(found: Finding, unknown: list[str]) -> Finding:
    words = ", ".join(repr(word) for word in unknown)
    why = f"the facts hold nothing about {words}"
    return replace(found, label="unsupported_attribute", why=why, error_type="invented_attribute")


def _figure(clause: Clause, quantity: Quantity) -> list[Finding]:
    for reader in (exchange, fair_share, index):
        if found := reader(clause, quantity):
            return found
    if _is_multiple(clause, quantity) and (found := multiple(clause, quantity)):
        return found
    if is_of_another(clause, quantity):
        return of_two_shares(clause, quantity) or [unbound(clause, quantity)]
    if _is_difference(clause, quantity) and (found := difference(clause, quantity)):
        return found
    if quantity.measure == "duration":
        return _span(clause, quantity)
    return level(clause, quantity)


def _is_multiple(clause: Clause, quantity: Quantity) -> bool:
    if quantity.measure == "times":
        return True
    return (
        quantity.kind == "fraction"
        and clause.other is not None
        and clause.other.start >= quantity.end
        and (clause.mark("as") is not None or _directly_of(clause, quantity))
    )


def _directly_of(clause: Clause, quantity: Quantity) -> bool:
    assert clause.other is not None
    between = [token.low for token in clause.scene.tokens[quantity.end : clause.other.start]]
    if not between:
        return is_average(clause, clause.other)
    return (
        between[:1] in (["that"], ["those"])
        or (between[:2] == ["of", "what"] and clause.scene.mentions[0].end <= quantity.start)
        or between in (["of"], ["of", "the"])
    )


def _is_difference(clause: Clause, quantity: Quantity) -> bool:
    if clause.mark("gap"):
        return True
    if clause.other is None and quantity.measure != "points":
        return False
    beside = clause.scene.tokens[quantity.end].low if quantity.end < len(clause.scene.tokens) else ""
    mark = clause.scene.language.marks.at(clause.scene.tokens, quantity.end) if beside else None
    directs = mark is not None and any(kind in {"more", "less", "above", "below"} for kind in mark.kinds)
    is_by = (
        quantity.start > 0
        and clause.scene.tokens[quantity.start - 1].low == "by"
        and clause.other is not None
    )
    return directs or is_by or (quantity.hedge == "within" and clause.other is not None)


def _span(clause: Clause, quantity: Quantity) -> list[Finding]:
    """A span of time is a claim of its own only where no other figure of the clause has it for its window."""
    if any(each.measure != "duration" for each in clause.quantities):
        return []
    if counting(clause):
        match = chosen(replace(clause, explained=set()), ("percent",))
        if match and is_known(quantity, match.entry, clause.scene):
            return []
    return ago(clause, quantity) or [unbound(clause, quantity)]


def _with_unknown(found: Finding, unknown: list[str], *, is_other_thing: bool) -> Finding:
    """A claim with a word that the facts do not know is not proven by what the other words say.

    Where that word stands before the metric's own ("household income"), it is another thing.
    """
    if not unknown or found.label not in {"supported", "needs_review"}:
        return found
    if found.label == "needs_review" or is_other_thing:
        return _unheld(found, unknown)
    words = ", ".join(repr(word) for word in unknown)
    return replace(found, label="needs_review", why=f"{found.why}; the facts do not tell of {words}")


def _mooded(found: Scene, kind: str, moody: dict[str, tuple[int, int]]) -> Finding:
    start, end = moody[kind]
    first, last = found.tokens[start].start, found.tokens[end - 1].end
    if kind in UNSUPPORTED:
        error, why = UNSUPPORTED[kind]
        return Finding("unsupported_attribute", first, last, why, error)
    return Finding("not_checkable", first, last, UNCHECKABLE[kind])


def _is_of_people(found: Scene) -> bool:
    """Whether the sentence speaks of customers, other than by "it" or "this"."""
    return any(
        each.kind != "them" or found.tokens[each.end - 1].low not in {"it", "its", "this", "these"}
        for each in found.mentions
        if each.kind not in {"scope", "overall"}
    )


def _without_claims(
    found: Scene, moody: dict[str, tuple[int, int]], context: Mention | None
) -> list[Finding]:
    """A sentence in which nothing of the table was read: an opinion, an attribute that is made up, or words
    about a segment of which it is not certain what they say."""
    if not found.tokens:
        return []
    mood = next((kind for kind in ("opinion", "framing") if kind in moody), None)
    whole = everything(found)
    unknown = unknown_words(whole, found)
    is_about = context is not None or any(
        each.kind in {"segments", "them", "every", "none", "overall", "count"} for each in found.mentions
    )
    metrics = [hit for hit in whole.hits() if is_telling(whole, hit)]
    is_doubtful = is_about and (unknown or metrics) if mood == "opinion" else unknown and _is_of_people(found)
    if mood and not is_doubtful:
        return [_mooded(found, mood, moody)]
    if not is_about:
        return []
    first, last = found.tokens[0].start, found.tokens[-1].end
    if mood or not unknown:
        return [Finding("needs_review", first, last, "it was not read what this says of the facts")]
    words = ", ".join(repr(word) for word in unknown)
    why = f"the facts hold nothing about {words}"
    return [Finding("unsupported_attribute", first, last, why, "invented_attribute")]
