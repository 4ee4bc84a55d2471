"""Numbers that stand for somebody: cards, accounts, what states give their people, and telephones.

Figures are read in runs (groups of digits with spaces, hyphens, dots, slashes or brackets between), and in a
run every stretch of neighbouring groups is tried, so that "order 12345 4111 1111 1111 1111" hides no card.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

Span = tuple[int, int]
_RUN = re.compile(r"(?:\+[ ]?|\(\+?[ ]?|(?<![\w.,])(?<!\w-))\d(?:[ ./()-]{0,3}+\d)*+", re.ASCII)
_GROUP = re.compile(r"\d+")
MOST_DIGITS = 19
"""The longest card; nothing that is looked for here has more."""
_IBAN_BEGINS = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}")
_IBAN = re.compile(r"[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]){11,30}+")
_CARD = re.compile(
    r"""4\d{15}(?:\d{3})?                                                   # Visa
      | (?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}     # Mastercard
      | 3[47]\d{13}                                                         # American Express
      | 3(?:0[0-59]|[689]\d)\d{11}                                          # Diners Club
      | (?:6011|64[4-9]\d|65\d\d|35(?:2[89]|[3-8]\d)|62\d\d)\d{12}           # Discover, JCB, UnionPay
      | (?:50|5[6-8]|6[0379])\d{14}                                         # Maestro
    """,
    re.VERBOSE,
)
_CARD_GROUPS = {(4, 4, 4, 4), (4, 4, 4, 4, 3), (4, 6, 5), (4, 6, 4)}


@dataclass(frozen=True, slots=True)
class Stretch:
    """Neighbouring groups of digits of one run."""

    start: int
    end: int
    groups: tuple[int, ...]
    """How many digits each has."""
    digits: str

    @property
    def is_spelt(self) -> bool:
        """Whether the digits stand one by one."""
        return len(self.groups) > 1 and max(self.groups) == 1


def stretches(text: str) -> Iterator[Stretch]:
    """Every stretch of 7 to 19 digits, the longest first from each place.

    Digits that stand one by one are read from the first of them only: from each, they would be read 19 times.
    """
    for run in _RUN.finditer(text):
        groups = [found.span() for found in _GROUP.finditer(text, *run.span())]
        alone = False
        for first, (left, right) in enumerate(groups):
            was_alone, alone = alone, right - left == 1
            if not (alone and was_alone):
                yield from reversed(list(_from(text, run.start(), groups, first)))


def _from(text: str, begin: int, groups: list[Span], first: int) -> Iterator[Stretch]:
    start = _with_sign(text, groups[first][0], begin)
    digits, sizes = "", []
    for at in range(first, min(first + MOST_DIGITS, len(groups))):
        left, right = groups[at]
        if len(digits) + right - left > MOST_DIGITS:
            return
        digits += text[left:right]
        sizes.append(right - left)
        if len(digits) >= 7 and not text[right : right + 1].isalpha():
            yield Stretch(start, right, tuple(sizes), digits)


def _with_sign(text: str, at: int, begin: int) -> int:
    """Where the group begins with the plus or the bracket before it."""
    while at > begin and text[at - 1] in "+( " and text[begin:at].strip(" "):
        at -= 1
    while text[at] == " ":
        at += 1
    return at


def ibans(text: str) -> Iterator[Span]:
    """Bank accounts (ISO 13616): the country's own form, and the check digits (mod 97)."""
    past = 0
    for begun in _IBAN_BEGINS.finditer(text):
        found = _IBAN.match(text, begun.start()) if begun.start() >= past else None
        if found:
            past = _end_of_iban(text, *found.span())
            if past:
                yield found.start(), past


def _end_of_iban(text: str, start: int, end: int) -> int:
    """Where it ends, or 0: the next word may follow as if it were one more group, so the longest is taken."""
    from stdnum import iban

    ends = (
        at for at in range(end, start + 14, -1) if text[at - 1].isalnum() and not text[at : at + 1].isalnum()
    )
    return next((at for at in ends if iban.is_valid(text[start:at])), 0)


def is_card(stretch: Stretch) -> bool:
    """A payment card: its maker's first digits and length, in the groups that cards are written in, and
    Luhn's check digit (ISO/IEC 7812-1)."""
    if len(stretch.digits) < 14 or not (
        len(stretch.groups) == 1 or stretch.is_spelt or stretch.groups in _CARD_GROUPS
    ):
        return False
    return bool(_CARD.fullmatch(stretch.digits)) and _luhn(stretch.digits)


def _luhn(digits: str) -> bool:
    doubled = (int(each) * 2 for each in digits[-2::-2])
    return (sum(int(each) for each in digits[-1::-2]) + sum(n - 9 * (n > 9) for n in doubled)) % 10 == 0
