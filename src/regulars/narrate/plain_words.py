"""Plain words: whether a text is no more than words, before anybody asks what it says.

No figure in any spelling, no mark, no name, nothing about the text itself, nothing of who somebody is. The
words are data, in ``plain_words.toml``.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from regulars.check.locale import Language, english
from regulars.check.tokens import Token, tokens
from regulars.narrate.cues import phrases
from regulars.narrate.slots import Slot
from regulars.narrate.vocabulary import vocabulary


@dataclass(frozen=True)
class Fault:
    """Why words may not stand: a code, and a line that says what to do better, without repeating them."""

    code: str
    why: str


_ALLOWED = re.compile(r"[A-Za-z’' ,;:.!?()–—-]+")
_SENTENCE_START = re.compile(r"(?:^|[.!?:]\s+)[\"'(]*$")
_INNOCENT = frozenset({"one", "once", "second", "m", "k"})
"""Words that stand in lists of numbers and mostly are none."""
_FOLD = re.compile(r"\w+fold")
_CLAUSES = re.compile(
    r"[:;]|[.!?]\s+\S|,|\b(?:which|that|who|whose|why|how|where|while|whereas)\b"
    r"|\b(?:though|although|now|given|if only)\b"
    r"|\b(?:all|most|many|few|none|half) of (?:them|these|those|our)\b"
    r"|\b(?:nobody|everyone|everybody|no one|anyone|anybody|none|never|always|every)\b",
    re.IGNORECASE,
)
"""Where a second statement hides behind the first, or all of them are spoken of."""
_SINCE = re.compile(r"\bsince (?!they\b|their\b|then\b)", re.IGNORECASE)
"""Since prices rose; not "since they first ordered", which is a time."""
SAME = 0.7
"""Share of their words that two sentences have in common where the one is the other said again."""


def plain_faults(words: str, slot: Slot) -> Iterator[Fault]:
    """What keeps a text from being plain words, the plainest fault alone."""
    if not any(each.isalpha() for each in words):
        yield Fault("empty", "write words")
    elif len(words) > slot.most_letters:
        yield Fault("too_long", "it is too long: one short sentence")
    elif any(unicodedata.category(each).startswith("N") for each in words):
        yield Fault("figure", "write no digits")
    elif not _ALLOWED.fullmatch(words):
        yield Fault("marks", "plain words only: no signs, quotes, links or line breaks")
    else:
        yield from _word_faults(words, slot)


def _word_faults(words: str, slot: Slot) -> Iterator[Fault]:
    read = tokens(words, english())
    if any(_is_number(each, english()) for each in read):
        yield Fault("figure", "write no numbers in words either")
    if _says("of_the_text", words):
        yield Fault("about_text", "write of customers, not of this text")
    if _says("people", words):
        yield Fault("people", "say nothing of who they are: age, sex, family, origin, health or means")
    if slot.mood != "named" and any(_is_name(each, words) for each in read):
        yield Fault("name", "name nobody and nothing: no capital letters within a sentence")


def strange_words(words: str) -> bool:
    """Whether a text uses a word that is neither of business, nor of ours."""
    known = _known()
    return any(each.is_word and each.stem not in known for each in tokens(words, english()))


def is_one_clause(words: str) -> bool:
    """Whether a text says one thing, and nothing of all or none of them."""
    return _CLAUSES.search(words.rstrip(" .!?")) is None


def foretells(words: str) -> bool:
    """Whether advice only tells what is, or will be."""
    return _says("foretells", words)


def boasts(words: str) -> bool:
    """Whether a text claims of us what no facts can prove."""
    return _says("boasts", words)


def says_no_more_than(words: str, rest: Iterable[str]) -> bool:
    """Whether all words of a text are those that any statement needs, or of ``rest``."""
    allowed = {*words_of("stated"), *(word for each in rest for word in each.lower().split())}
    return all(each.low in allowed for each in tokens(words, english()) if each.is_word)


def is_aimed_at(before: Sequence[str]) -> bool:
    """Whether words that stand before something say that we want it, so that it need not be so yet."""
    return any(english().stem(word) in _aims() for word in before)


@cache
def _aims() -> frozenset[str]:
    return frozenset(map(english().stem, words_of("aims")))


@cache
def _known() -> frozenset[str]:
    language = english()
    own = (
        text
        for said in vocabulary().values()
        for text in (said.told, said.so, said.maybe, said.test, said.do)
    )
    texts = [_data()["business"], *own, *phrases()]
    return (
        language.neutral
        | language.imperatives
        | {each.stem for text in texts for each in tokens(text, language)}
    )


def gives_a_cause(words: str) -> bool:
    """Whether a text says why something is so."""
    return _says("causes", words) or _SINCE.search(words) is not None


def is_echo(words: str, told: str) -> bool:
    """Whether the one text is the other said again, or nearly."""
    one, other = _stems(words), _stems(told)
    return len(one & other) >= SAME * len(one | other)


def _stems(words: str) -> frozenset[str]:
    hollow = words_of("hollow")
    return frozenset(
        each.stem for each in tokens(words, english()) if each.is_word and each.low not in hollow
    )


def _is_number(token: Token, language: Language) -> bool:
    word = token.low
    known = (language.numbers, language.scales, language.parts, language.times)
    forms = {word, word.removesuffix("s")}
    is_known = any(form in each for form in forms for each in known)
    is_count = word in words_of("counts") or _FOLD.fullmatch(word) is not None
    return (is_known and not forms & _INNOCENT) or is_count


def _is_name(token: Token, words: str) -> bool:
    """A capital letter where no sentence begins: a brand, a place, a person."""
    is_inside = not _SENTENCE_START.search(words[: token.start])
    return token.is_word and token.text[0].isupper() and token.text != "I" and is_inside


def _says(kind: str, words: str) -> bool:
    return _pattern(kind).search(words) is not None


@cache
def _pattern(kind: str) -> re.Pattern[str]:
    """Any of the words of a kind, whole and in any case."""
    said = _data()[kind]
    phrases = said.split() if isinstance(said, str) else said
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, phrases))})\b", re.IGNORECASE)


@cache
def words_of(kind: str) -> frozenset[str]:
    """The words of a kind, of those that are a list in the file."""
    return frozenset(_data()[kind].split())


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads((files("regulars.narrate") / "plain_words.toml").read_text(encoding="utf-8"))
