"""Words that nothing explains: neither the grammar, nor a name, nor a metric of the table."""

from __future__ import annotations

from regulars.check.clause import Clause
from regulars.check.scene import Scene


def unknown_words(clause: Clause, scene: Scene, *, moody: bool = True) -> list[str]:
    """The words of a clause that no part of the grammar and no metric of the table accounts for, in order.

    Words that show a mood ("star", "key") count as known where ``moody``.
    """
    return [scene.tokens[n].text for n in _unknown(clause, scene, moody=moody)]


def unknown_at(scene: Scene, at: int) -> bool:
    """Whether a word of a sentence is one that neither the grammar nor any metric of the table knows."""
    known = scene.names | scene.figures | scene.quoted
    for each in [*scene.marks, *scene.manners]:
        known |= set(range(each.start, each.end))
    for mention in scene.mentions:
        known |= set(range(mention.start, mention.end))
    is_metric = scene.reader.lexicon.knows(scene.tokens[at].stem)
    return at not in known and not is_metric and _is_telling(scene, at)


def qualifies(clause: Clause) -> bool:
    """Whether an unknown word stands right before a word of the metric: "household income"."""
    return any(n + 1 in clause.explained for n in _unknown(clause, clause.scene, moody=True))


def _unknown(clause: Clause, scene: Scene, *, moody: bool) -> list[int]:
    known = scene.names | scene.figures | clause.explained
    for mark in [*scene.marks, *scene.manners]:
        known.update(range(mark.start, mark.end))
    for mention in scene.mentions:
        known.update(range(mention.start, mention.end))
    for mood in scene.language.moods.all(scene.tokens, scene.names) if moody else ():
        known.update(range(mood.start, mood.end))
    core = set(clause.core)
    return [
        n
        for n in clause.at
        if n not in known and _is_telling(scene, n) and (n in core or not _is_of_label(scene, n))
    ]


def _is_telling(scene: Scene, at: int) -> bool:
    token = scene.tokens[at]
    if not token.is_word or len(token.low) == 1 or token.stem in scene.language.neutral:
        return False
    if token.low in scene.language.ordinals:
        return False
    return token.low not in scene.language.currencies and not _is_family(scene, at)


def _is_family(scene: Scene, at: int) -> bool:
    """A word of a family that some metric has: it says something of the table, if not of this metric."""
    phrase = scene.language.families.at(scene.tokens, at)
    shared = scene.reader.lexicon.shared_by
    return phrase is not None and any(f"@{family}" in shared for family in phrase.kinds)


def unread_words(clause: Clause) -> list[str]:
    """The words of other metrics' labels that stand in a clause and were read as no part of its claim.

    "18% of their deposits are made in the app" is not what "transactions made in the app" tells.
    """
    scene = clause.scene
    known = scene.names | scene.figures | clause.explained
    for mark in scene.marks:
        known.update(range(mark.start, mark.end))
    for mention in scene.mentions:
        known.update(range(mention.start, mention.end))
    unread = [n for n in clause.core if n not in known and _is_of_label(scene, n)]
    return [scene.tokens[n].text for n in unread if not _is_object(clause, n)]


def _is_object(clause: Clause, at: int) -> bool:
    """Whether a word only says of what the metric's verb speaks, or that it is used: "return products"."""
    token, before = clause.scene.tokens[at], at - 1
    said_of_them = any(each.end == at for each in clause.scene.mentions)
    is_thing = token.low in _THINGS and before in clause.explained
    return is_thing or (token.low in {"use", "uses"} and said_of_them)


_THINGS = frozenset({"product", "products", "item", "items", "goods", "things"})


def _is_of_label(scene: Scene, at: int) -> bool:
    stem = scene.tokens[at].stem
    return stem in scene.reader.lexicon.label_stems and stem not in scene.language.light
