"""A text as plain words that remember where they stand: case, accents, hyphens and look-alikes folded."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

# Letters of other alphabets that read like Latin ones. Compatibility forms (full width, mathematical) and
# accents fold by Unicode's own tables.
_LOOK_ALIKE = dict(
    zip(
        "асеіјорԁѕхуһԛԝгкмтвньαορνκτυιεηχβμıɡɩʟʀɪłøđħ",
        "aceijopdsxyhqwrkmtbhbaopvktuienxbmigllrilodh",
        strict=True,
    )
)
_ALSO = {"ß": "ss", "æ": "ae", "œ": "oe", "þ": "th"}
_APOSTROPHES = frozenset("’‘ʼ′‛＇`´")
_TOKEN = re.compile(
    r"""
    (?P<figure>\d+(?:[.,]\d+)*)
  | (?P<word>[^\W\d_]+)(?P<tail>'[^\W\d_]+)?
  | (?P<sign>[$£€¥₹])
  | (?P<percent>%)
  | (?P<end>[.!?]+(?=[\s"')\]]|$)|;|\n\s*\n)
  | (?P<pause>[,:()\u2013\u2014]|(?<=\s)-(?=\s))
    """,
    re.VERBOSE,
)
_TAILS = {"'ll": "will", "'re": "are", "'ve": "have", "'m": "am"}
_SHORTENED = {"ca": "can", "wo": "will", "sha": "shall", "ai": "is"}
_NUMBERS = {
    word: number
    for number, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
        ]
    )
}
PAUSE, END, SIGN = ",", ".", "$"


@dataclass(frozen=True, slots=True)
class Word:
    """One word, figure or mark, folded; ``number`` is the value of a figure or of a number's word."""

    text: str
    start: int
    end: int
    number: float | None = None


def words(text: str) -> list[Word]:
    """The words of a text, with the characters of it that each stands in.

    >>> [word.text for word in words("RISK-FREE: you can't lose 5%.")]
    ['risk', 'free', ',', 'you', 'can', 'not', 'lose', '5', 'percent', '.']
    """
    folded, origin = _folded(text)
    made: list[Word] = []
    for found in _TOKEN.finditer(folded):
        start, end = found.span()
        if origin is not None:
            start, end = origin[start], origin[end - 1] + 1
        made += (Word(said, start, end, number) for said, number in _read(found))
    return made


def _read(found: re.Match[str]) -> list[tuple[str, float | None]]:
    match found.lastgroup:
        case "figure":
            plain = found[0].replace(",", "")
            return [(plain, float(plain) if plain.count(".") < 2 else None)]
        case "word" | "tail":
            return [(said, _NUMBERS.get(said)) for said in _parts(found["word"], found["tail"])]
        case "sign":
            return [(SIGN, None)]
        case "percent":
            return [("percent", None)]
        case "end":
            return [(END, None)]
        case _:
            return [(PAUSE, None)]


@cache
def _parts(word: str, tail: str | None) -> tuple[str, ...]:
    """A word and what an apostrophe shortened: "can't" is can not, "women's" is women 's."""
    if tail is None:
        return ("can", "not") if word == "cannot" else (word,)
    if tail == "'t" and word.endswith("n"):
        return (_SHORTENED.get(word[:-1], word[:-1]), "not")
    return (word, _TAILS.get(tail, tail))


def _folded(text: str) -> tuple[str, list[int] | None]:
    """The text in plain small letters, and where each of them stood (None where nothing moved)."""
    if text.isascii():
        return text.lower().replace("`", "'"), None
    made: list[str] = []
    origin: list[int] = []
    for at, letter in enumerate(text):
        plain = _fold(letter)
        made.append(plain)
        origin += [at] * len(plain)
    return "".join(made), origin


@cache
def _fold(letter: str) -> str:
    if letter in _APOSTROPHES:
        return "'"
    if unicodedata.category(letter) == "Pd":
        return letter if letter in "–—-" else " "
    parts = (each.lower() for each in unicodedata.normalize("NFKD", letter))
    return "".join(
        _LOOK_ALIKE.get(each) or _ALSO.get(each) or each
        for part in parts
        for each in part
        # Soft hyphens, joiners and marks over a letter are not seen, so they are not read.
        if unicodedata.category(each) not in ("Cf", "Mn", "Me")
    )
