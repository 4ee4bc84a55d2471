"""A text as a scan reads it: plain letters, digits, spaces and hyphens that know where they came from."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Plain:
    """``text`` with, for each of its characters, its place in the original (None where they are the same)."""

    text: str
    places: tuple[int, ...] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The span of the original that a span of ``text`` stands for."""
        if self.places is None:
            return start, end
        return self.places[start], self.places[end - 1] + 1


def plain(text: str) -> Plain:
    r"""The text with digits of every script as 0 to 9, every space as one, every dash as a hyphen, letters
    without their marks, and what has no width left out: none of these hides an address from a reader.

    >>> plain("０１７１\u200b\u00a0‑ Mü").text
    '0171 - Mu'
    """
    if text.isascii():
        return Plain(text)
    made, places = [], []
    for place, letter in enumerate(text):
        for each in _plain(letter):
            made.append(each)
            places.append(place)
    return Plain("".join(made), tuple(places))


@lru_cache(maxsize=4096)
def _plain(letter: str) -> str:
    return "".join(_one(each) for each in unicodedata.normalize("NFKD", letter))


def _one(letter: str) -> str:
    if letter.isascii():
        return letter
    if letter.isdecimal():
        return str(unicodedata.decimal(letter))
    if letter in "。․":
        return "."
    match unicodedata.category(letter):
        case "Cf" | "Mn":  # no width, and marks over letters
            return ""
        case "Zs":
            return " "
        case "Pd":
            return "-"
    return "-" if letter == "−" else letter
