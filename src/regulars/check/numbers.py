"""The number grammar: figures, number words, scales, fractions, "one in eight" and "three times".

``number_at`` reads the longest number that starts at a token. It knows nothing of units or hedges.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Literal

from regulars.check.locale import Language
from regulars.check.tokens import Token

Kind = Literal["stated", "fraction", "times"]
_MOST_OF = 1000
"""The largest whole of "three in five": beyond it, a figure after "in" is a year or another figure."""
_FEWEST_OF_YEARS = 1900
_LARGEST = 10**18
"""The largest number in words: what goes beyond it is none."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number in tokens ``start`` to ``end``: its value and one unit of its last stated place.

    A ``fraction`` is in percent; one that was counted ("41 of every 100") has a place, one in words none.
    """

    value: float
    place: float
    kind: Kind
    start: int
    end: int
    is_word: bool = False


def number_at(tokens: Sequence[Token], start: int, language: Language) -> Number | None:
    """The longest number that starts at the token, or None.

    >>> from regulars.check.locale import english
    >>> from regulars.check.tokens import tokens
    >>> def read(text):
    ...     found = number_at(tokens(text, english()), 0, english())
    ...     return found and (found.value, found.place, found.kind)
    >>> read("1.2k"), read("thirty-one pounds"), read("two million")
    ((1200.0, 100.0, 'stated'), (31.0, 1.0, 'stated'), (2000000.0, 1000000.0, 'stated'))
    >>> read("three quarters"), read("one in eight"), read("715 of every 1,000"), read("twice")
    ((75.0, 0.0, 'fraction'), (12.5, 0.0, 'fraction'), (71.5, 0.1, 'fraction'), (2, 0.0, 'times'))
    """
    if start >= len(tokens) or not (tokens[start].is_figure or tokens[start].low in language.counting):
        return None
    reader = _Reader(tokens, language)
    for read in (reader.multiple, reader.part, reader.counted, reader.plain):
        found = read(start)
        if found:
            return found
    return None


class _Reader:
    def __init__(self, tokens: Sequence[Token], language: Language) -> None:
        self.tokens = tokens
        self.words = language

    def low(self, at: int) -> str:
        return self.tokens[at].low if 0 <= at < len(self.tokens) else ""

    def multiple(self, start: int) -> Number | None:
        """Twice, double, thrice."""
        times = self.words.times.get(self.low(start))
        return Number(times, 0.0, "times", start, start + 1, is_word=True) if times else None

    def part(self, start: int) -> Number | None:
        """Half, a third, three quarters, one seventh."""
        low, after = self.low(start), start + 1
        if low in self.words.articles and self.low(after) in self.words.parts and self.low(after) != "second":
            return self._fraction(1, self.low(after), start, after + 1)
        if low == "half":
            return self._fraction(1, low, start, after)
        above = self._whole(start)
        if above and self.low(above.end) in self.words.parts and above.value < self._part(above.end):
            return self._fraction(above.value, self.low(above.end), start, above.end + 1)
        return None

    def _part(self, at: int) -> int:
        return self.words.parts.get(self.low(at), 0)

    def _fraction(self, above: float, part: str, start: int, end: int) -> Number:
        return Number(100 * above / self.words.parts[part], 0.0, "fraction", start, end, is_word=True)

    def counted(self, start: int) -> Number | None:
        """One in eight, three out of five, one order in eight, 715 of every 1,000."""
        above = self._whole(start)
        if above is None or above.value != int(above.value):
            return None
        at = above.end
        for _ in range(2):  # one order in eight, one loan payment in seven
            if self.low(at) not in self._in and self.low(at).isalpha():
                at += 1
        joined = at
        while self.low(joined) in self._between:
            joined += 1
        if self.low(joined) == "a" and self.low(joined + 1) in {"hundred", "thousand"}:
            joined += 1  # one in a hundred
        below = self._round(joined) if joined > at and self.low(at) in self._in else None
        if below is None or not self._is_part_of(
            above, below, " ".join(self._lows(at, joined)).removesuffix(" a")
        ):
            return None
        is_counted = self.tokens[start].is_figure and below.value >= 100
        place = 100.0 / below.value if is_counted else 0.0
        return Number(100 * above.value / below.value, place, "fraction", start, below.end, is_word=True)

    def _round(self, at: int) -> Number | None:
        """A number, or a hundred or thousand without one."""
        if self.low(at) in {"hundred", "thousand"} and self.low(at - 1) == "a":
            return Number(float(self.words.scales[self.low(at)]), 1.0, "stated", at, at + 1, is_word=True)
        return self._whole(at)

    _in = ("in", "out", "of")
    _between = ("in", "out", "of", "every", "each")

    def _lows(self, start: int, end: int) -> list[str]:
        return [token.low for token in self.tokens[start:end]]

    def _is_part_of(self, above: Number, below: Number, joint: str) -> bool:
        if joint not in {"in", "in every", "out of", "out of every", "of every", "of each", "in each"}:
            return False
        is_whole = above.value == int(above.value) and below.value == int(below.value)
        return is_whole and 0 < above.value < below.value <= _MOST_OF

    def plain(self, start: int) -> Number | None:
        """3,600, 2.1 million, thirty-one, minus 6.8."""
        if self.low(start) in {"-", "−", "+", "minus"} and self._is_sign(start):
            found = self._whole(start + 1)
            sign = 1 if self.low(start) == "+" else -1
            return found and Number(
                sign * found.value, found.place, "stated", start, found.end, found.is_word
            )
        found = self._whole(start)
        if found and [self.low(found.end + n) for n in range(3)] == ["and", "a", "half"]:
            return Number(found.value + 0.5, 0.5, "stated", start, found.end + 3, found.is_word)
        is_counted = found is not None and self.low(found.end) in {"percent", "per", "%"}
        if found and found.value == 1 and found.is_word and found.end == start + 1 and not is_counted:
            return None  # "one" is mostly a pronoun; what counts with it is read above.
        return found

    def _is_sign(self, at: int) -> bool:
        here = self.tokens[at]
        is_apart = at == 0 or self.tokens[at - 1].end < here.start or self.low(at - 1) == "("
        # "Savers - 60%" is a dash, and no figure below zero.
        return (
            is_apart and at + 1 < len(self.tokens) and (here.is_word or here.end == self.tokens[at + 1].start)
        )

    def _whole(self, start: int) -> Number | None:
        """A number without sign: in figures, or in words."""
        if start >= len(self.tokens):
            return None
        token = self.tokens[start]
        if token.is_figure and "/" not in token.text and token.text.count("-") == 0:
            digits = token.text.replace(",", "")
            place = 10.0 ** -len(digits.partition(".")[2])
            found = Number(float(digits), place, "stated", start, start + 1)
            return self._scaled(found) if isfinite(found.value) else None
        return self._in_words(start)

    def _scaled(self, number: Number) -> Number | None:
        end = number.end
        scale = self.words.scales.get(self.low(end))
        is_apart = scale is not None and self.tokens[end].start != self.tokens[end - 1].end
        is_money = number.start > 0 and self.tokens[number.start - 1].text in self.words.currencies
        if scale is None or (is_apart and len(self.low(end)) == 1 and not is_money):
            return number
        if not isfinite(number.value * scale):
            return None
        return Number(
            number.value * scale, number.place * scale, "stated", number.start, end + 1, number.is_word
        )

    def _in_words(self, start: int) -> Number | None:
        total, current, place, at, last = 0, 0, 1, start, start
        is_any = False
        while at < len(self.tokens):
            low = self.low(at)
            if low in self.words.numbers:
                value = self.words.numbers[low]
                if is_any and current % 100 and (value >= 10 or current % 10):
                    break
                current, is_any, place = current + value, True, 1
            elif is_any and low == "hundred":
                current *= 100
                place = 100
            elif is_any and low in self.words.scales and len(low) > 2:
                scale = self.words.scales[low]
                total, current, place = total + current * scale, 0, scale
            elif is_any and low in {"-", "and"} and self._goes_on(at + 1, place, low):
                at += 1
                continue
            else:
                break
            at += 1
            last = at
        if not is_any or total + current > _LARGEST:
            return None
        return Number(float(total + current), float(place), "stated", start, last, is_word=True)

    def _goes_on(self, at: int, place: int, joint: str) -> bool:
        is_number = self.low(at) in self.words.numbers
        return is_number and (joint == "-" or place >= 100)
