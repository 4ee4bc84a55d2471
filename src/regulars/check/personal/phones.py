"""Telephone numbers, by the numbering plans in the phonenumbers library."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from regulars.check.personal.numbers import Stretch

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

MARKETS = ("GB", "DE", "FR", "IT", "ES", "NL", "PL", "SE", "IE", "AT", "CH", "BE", "US", "IN", "AU", "BR")
"""Whose national numbers are known where no country is said; +1 stands for North America."""
MOST_GROUPS = 6
LONGEST_NATIONAL = 12
WITHOUT_ZERO = {(3, 3, 4), (3, 3, 3), (3, 2, 2, 2), (2, 3, 2, 2), (2, 5, 4), (2, 4, 4)}
"""Groups of national numbers that begin with no 0, in the markets that have such."""
_DATE = re.compile(
    r"(?:19|20)\d\d([-./])\d{1,2}\1\d{1,2}(?!\d)|\d{1,2}([-./])\d{1,2}\2(?:19|20)?\d\d|(?:19|20)\d\d\s?-\s?(?:19|20)\d\d"
)
_COUNTED = re.compile(
    r"(?:order|invoice|receipt|ticket|item|article|product|sku|ean|gtin|isbn|batch|id|ref(?:erence)?|customer|"
    r"account|parcel|tracking|case|contract|serial|transaction|no|nr|number|\#|£|\$|€|eur|usd|gbp)"
    r"(?:\s(?:id|no|nr|number|code))?[\s.:#=-]{0,3}$",
    re.IGNORECASE,
)
_GOES_ON = re.compile(r"[ .-]\d")
_CALLED = re.compile(
    r"(?:phone|telephone|mobile|cell|whats ?app|sms|text|call|ring|fax|tel|contact)\b\W?[\w\s.:#=-]{0,12}$",
    re.IGNORECASE,
)


def is_phone(stretch: Stretch, text: str, country: str | None) -> bool:
    """Whether a stretch of digits is a telephone number.

    With + or 00 in front: of any country. Else of ``country`` (two letters, ISO 3166); where that is None,
    of one of the ``MARKETS``, in the groups that its numbers are written in, or a mobile one. Dates are none,
    nor is a number that is called an order's, unless it is called a telephone's.
    """
    if not stretch.is_spelt and len(stretch.groups) > MOST_GROUPS:
        return False
    if text[stretch.start : stretch.start + 2].lstrip("(").startswith("+"):
        return _is_number(stretch.digits, None)
    if stretch.digits.startswith("00"):
        return _is_number(stretch.digits[2:], None)
    before = text[max(0, stretch.start - 30) : stretch.start]
    strictly = country is None and not _CALLED.search(before)
    if "  " in text[stretch.start : stretch.end] or (strictly and _is_in_a_row(stretch, text)):
        return False
    if not _is_national(stretch, country, strictly=strictly):
        return False
    is_counted = _DATE.match(text, stretch.start, stretch.end) or _COUNTED.search(before)
    return not is_counted or bool(_CALLED.search(before))


def _is_in_a_row(stretch: Stretch, text: str) -> bool:
    """Whether it may as well be figures of a table, or an amount: thousands stand in groups of three."""
    if stretch.digits[0] == "0":
        return False
    start, end = stretch.start, stretch.end
    is_amount = set(stretch.groups) == {3} and " " in text[start:end]
    return is_amount or bool(
        re.search(r"\d[ .-]$", text[max(0, start - 2) : start]) or _GOES_ON.match(text, end)
    )


def _is_national(stretch: Stretch, country: str | None, *, strictly: bool) -> bool:
    """``strictly``: only as the country writes it."""
    groups, digits = stretch.groups, stretch.digits
    if len(digits) > LONGEST_NATIONAL or (min(groups[:-1], default=2) == 1 and not stretch.is_spelt):
        return False
    if strictly and digits[0] != "0" and groups not in WITHOUT_ZERO:
        return False
    return any(
        _is_number(digits, each) and (not strictly or _is_written_so(stretch, each))
        for each in ((country.upper(),) if country else MARKETS)
    )


@lru_cache(maxsize=65_536)
def _is_number(digits: str, country: str | None) -> bool:
    import phonenumbers

    if country and not _may_be(digits, country):
        return False
    try:
        number = phonenumbers.parse(digits if country else f"+{digits}", country)
    except phonenumbers.NumberParseException:
        return False
    if country and number.country_code != phonenumbers.country_code_for_region(country):
        return False
    return phonenumbers.is_valid_number(number)


def _may_be(digits: str, country: str) -> bool:
    lengths, begin = _plan(country)
    return len(digits) in lengths and (not begin or digits.startswith(begin))


@cache
def _plan(country: str) -> tuple[frozenset[int], str]:
    """How many digits a country's numbers have as they are dialled there, and what they all begin with."""
    import phonenumbers

    plan = phonenumbers.PhoneMetadata.metadata_for_region(country)
    if plan is None or plan.general_desc is None:
        return frozenset(), ""
    lengths = frozenset(plan.general_desc.possible_length)
    if plan.national_prefix == "0":
        return frozenset(each + 1 for each in lengths), "0"
    return lengths | {each + len(plan.national_prefix or "") for each in lengths}, ""


def _is_written_so(stretch: Stretch, country: str) -> bool:
    """Whether the groups are those of the country, or the number stands alone and is a mobile one."""
    import phonenumbers

    number = phonenumbers.parse(stretch.digits, country)
    if stretch.is_spelt:
        return stretch.digits.startswith("0")
    if len(stretch.groups) == 1:
        mobile = phonenumbers.PhoneNumberType.MOBILE
        return stretch.digits.startswith("0") and phonenumbers.number_type(number) == mobile
    return any(stretch.groups == form for form in _forms(number))


def _forms(number: PhoneNumber) -> Iterator[tuple[int, ...]]:
    import phonenumbers

    national = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    yield tuple(len(each) for each in re.findall(r"\d+", national))
