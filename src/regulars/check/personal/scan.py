"""The scan of a text for personal data: what it finds is told by its kind and place, never by its value."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal

from regulars.check.personal import shapes
from regulars.check.personal.known import Known
from regulars.check.personal.numbers import Span, Stretch, ibans, is_card, stretches
from regulars.check.personal.people import is_a_persons, shaped
from regulars.check.personal.phones import is_phone
from regulars.check.personal.plain import Plain, plain

Kind = Literal[
    "api_key", "url_with_password", "e_mail", "iban", "card", "national_id", "phone", "ip_address",
    "identifier",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hit:
    """Personal data or a key in a text. ``text[start:end]`` is what it is; the hit does not hold it."""

    kind: Kind
    start: int
    end: int


def personal(
    text: str, *, identifiers: Collection[str] | Known = (), country: str | None = None
) -> tuple[Hit, ...]:
    """What in the text tells of a person or opens a door, in its order, none overlapping another.

    ``identifiers``: values of the caller's own (customer ids, names), found as whole words in any case; for
    many texts make a :class:`Known` of them once. ``country`` (ISO 3166, "GB"): whose telephone numbers are
    known in their national form; without it, those of sixteen large markets, in their own groups.
    Time is linear in the text. What is found and what is not, with rates: docs/privacy.md.

    >>> personal("write to anna (at) shop (dot) example, or call +44 20 7946 0958")
    (Hit(kind='e_mail', start=9, end=37), Hit(kind='phone', start=47, end=63))
    """
    read = plain(text)
    known = identifiers if isinstance(identifiers, Known) else Known(identifiers)
    taken: list[Hit] = []
    covered = bytearray(len(read.text))
    for kind, (start, end) in _found(read, known, country):
        if not any(covered[start:end]):
            covered[start:end] = b"\1" * (end - start)
            taken.append(Hit(kind, *read.span(start, end)))
    return tuple(sorted(taken, key=lambda hit: hit.start))


def _found(read: Plain, known: Known, country: str | None) -> Iterator[tuple[Kind, Span]]:
    """Spans of the plain text with what they are, the surest kinds first."""
    text = read.text
    yield from (("api_key", span) for span in shapes.keys(text))
    yield from (("url_with_password", span) for span in shapes.addresses_with_passwords(text))
    yield from (("e_mail", span) for span in shapes.e_mails(text))
    yield from (("iban", span) for span in ibans(text))
    yield from (("national_id", span) for span in shaped(text))
    yield from (("ip_address", span) for span in shapes.ip_addresses(text))
    yield from _figures(text, country)
    yield from (("identifier", span) for span in known.spans(text))


def _figures(text: str, country: str | None) -> Iterator[tuple[Kind, Span]]:
    past = 0
    for stretch in stretches(text):
        if stretch.start < past:
            continue
        kind = _figure(stretch, text, country)
        if kind:
            yield kind, (stretch.start, stretch.end)
            past = stretch.end


def _figure(stretch: Stretch, text: str, country: str | None) -> Kind | None:
    if is_card(stretch):
        return "card"
    if is_a_persons(stretch, text):
        return "national_id"
    return "phone" if is_phone(stretch, text, country) else None
