"""Tokens: a text cut into words, figures and marks that remember where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from regulars.check.locale import Language

_TOKEN = re.compile(
    r"""
    \d{4}-\d{2}-\d{2}(?!\d)            # 2025-08-19
  | \d{1,2}/\d{1,2}/\d{4}(?!\d)        # 19/08/2025
  | \d+(?:,\d{3})+(?:\.\d+)?(?!\d)     # 3,600
  | \d+\.\d+ | \d+ | (?<![\w.])\.\d+   # 45.4  12  .5
  | (?:[A-Z]{1,2})?\$ | [£€¥₹₩₪₺]      # US$
  | ['’](?:s|re|ve|ll|d|m)\b           # a possessive, or the rest of "they're"
  | [^\W\d_]+(?:['’](?!(?:s|re|ve|ll|d|m)\b)[^\W\d_]+)? # word, don't
  | [^\w\s] | _
    """,
    re.VERBOSE,
)
_SENTENCE_END = re.compile(r"[.!?]+[\"'”’)\]]*(?=\s+[\"'“‘(\[]?[A-Z0-9£$€])|\n+")


@dataclass(frozen=True, slots=True)
class Token:
    """One word, figure or mark: as written, in lower case, its stem, and its place in the text."""

    text: str
    low: str
    stem: str
    start: int
    end: int
    is_word: bool
    is_figure: bool


def tokens(text: str, language: Language, start: int = 0) -> list[Token]:
    """The tokens of a text; ``start`` is where it stands in a longer one.

    >>> from regulars.check.locale import english
    >>> [t.text for t in tokens("They spent £1.2k, or 3.5% more.", english())]
    ['They', 'spent', '£', '1.2', 'k', ',', 'or', '3.5', '%', 'more', '.']
    """
    made = []
    for found in _TOKEN.finditer(text):
        said = found[0]
        if said in _HYPHENS and _joins(text, found.start()):
            continue
        low = said.lower().replace("’", "'")
        low = language.contractions.get(low, low)
        is_figure = said[0].isdigit() or (said[0] == "." and len(said) > 1)
        begin, end = found.span()
        made.append(
            Token(said, low, language.stem(low), start + begin, start + end, low[0].isalpha(), is_figure)
        )
    return made


_HYPHENS = frozenset("-‑")


def _joins(text: str, at: int) -> bool:
    """Whether a hyphen joins two words: "promo-code", "12-month". Its two words then stand side by side."""
    return 0 < at < len(text) - 1 and text[at - 1].isalnum() and text[at + 1].isalpha()


def sentences(text: str) -> Iterator[tuple[int, str]]:
    """Each sentence of a text with the offset at which it starts.

    >>> list(sentences("They spend £1.50 each. Orders rose."))
    [(0, 'They spend £1.50 each.'), (23, 'Orders rose.')]
    """
    begin = 0
    for end in [*(found.end() for found in _SENTENCE_END.finditer(text)), len(text)]:
        piece = text[begin:end]
        if piece.strip():
            lead = len(piece) - len(piece.lstrip())
            yield begin + lead, piece.strip()
        begin = end
