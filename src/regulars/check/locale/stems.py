"""Stems: the part of a word that its forms share, so that "orders" and "ordered" are one word.

A handful of endings and a list of irregular words is enough: labels and texts go through the same hands, so
a stem need not be a word, only the same for both.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_WORDS = re.compile(r"'(?:re|ve|ll|d|m)\b|[^\W_]+(?:'(?!(?:s|re|ve|ll|d|m)\b)[^\W\d_]+)?|[%$+~]")


class Stems:
    """Stems by rule, save for the irregular words of a language."""

    def __init__(self, irregular: Mapping[str, str], contractions: Mapping[str, str] | None = None) -> None:
        self._contractions = contractions or {}
        plain = {form: word for word, forms in irregular.items() for form in forms.split()}
        self._known = {form: _ruled(word) for form, word in plain.items()}
        # A word without forms is its own stem.
        self._known |= {word: _ruled(word) if forms else word for word, forms in irregular.items()}

    def of(self, low: str) -> str:
        """The stem of a word in lower case."""
        known = self._known.get(low)
        if known is None:
            known = self._known[low] = _ruled(low)
        return known

    def of_phrase(self, phrase: str) -> list[str]:
        """The stems of a phrase, hyphens and underscores parting words."""
        words = _WORDS.findall(phrase.lower().replace("’", "'"))
        return [self.of(self._contractions.get(word, word)) for word in words]


def _ruled(word: str) -> str:
    if len(word) <= 3 or not word.isalpha():
        return word.replace(",", "")
    if word.endswith("ies") and len(word) > 4:
        word = word[:-3] + "y"
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "ed", "ly"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "lse":
                word = word[:-1]
            break
    if word.endswith("ction"):  # a transaction is what those who transact make
        return word[:-3]
    return word[:-1] if word.endswith("e") and len(word) > 3 else word
