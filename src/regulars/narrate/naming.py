"""Names of segments: made of words that fit what is true of them, unlike any other's, and kind."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from regulars.check.locale import english
from regulars.narrate.cues import cues
from regulars.narrate.plain_words import Fault, words_of
from regulars.narrate.standing import Place

MOST_WORDS = 4
_NAME = re.compile(r"[A-Za-z]+(?:[ -][A-Za-z]+)*")
_SMALL = frozenset({"the", "and", "of", "with", "to", "in", "for", "a"})


def as_name(words: str) -> str:
    """A name as it is written: capitals, but for small words within it.

    >>> as_name("regulars of THE weekend.")
    'Regulars of the Weekend'
    """
    parts = words.strip().rstrip(".").lower().split()
    return " ".join(each if at and each in _SMALL else each.capitalize() for at, each in enumerate(parts))


def name_faults(
    words: str, places: Mapping[str, Place], taken: Collection[str], calls: Collection[str] = ()
) -> Iterator[Fault]:
    """What speaks against a name. Its words must be neutral, or say where the segment lies and be right: a
    name tells of nothing that the facts do not. Two names that differ in endings only are one."""
    name = words.strip().rstrip(".")
    if not _NAME.fullmatch(name) or len(name.split()) > MOST_WORDS:
        yield Fault("form", "a name has two or three plain words")
        return
    said = list(cues(name))
    if any(places.get(cue.metric) != cue.place for cue in said):
        yield Fault("direction", "the name does not fit what is true of them")
    called = [each for each in calls if re.search(rf"\b{re.escape(each)}\b", name.lower())]
    fitting = {word for each in (*(cue.words for cue in said), *called) for word in re.split(r"[ -]", each)}
    strange = [
        word for word in re.split(r"[ -]", name.lower()) if word not in words_of("neutral_in_names") | fitting
    ]
    if strange or not (said or called):
        yield Fault("unfounded", "a name uses only words for what the statements say")
    if any(word in words_of("unkind_in_names") for word in re.split(r"[ -]", name.lower())):
        yield Fault("unkind", "nobody would like to be called that")
    if stemmed(name) in {stemmed(each) for each in taken}:
        yield Fault("taken", "another group has that name")


def stemmed(name: str) -> frozenset[str]:
    """What is compared of two names: the stems of the words that tell them apart."""
    words = {
        english().stem(word)
        for word in re.split(r"[ -]", name.lower())
        if word not in words_of("nouns_in_names")
    }
    return frozenset(words or {name.lower()})
