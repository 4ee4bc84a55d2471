"""Numbers that states give to people, by python-stdnum's check digits.

A number is told where chance writes it rarely: by letters, by marks that little else is written with, or by
check digits that at most one in two hundred random numbers of the form has. Where more have them (one in
fifty numbers of eleven digits could be a Polish PESEL), its name must stand before it. What cannot be told
from an order number even so (Dutch, Portuguese, Australian, Israeli and Japanese ones) is not looked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from regulars.check.personal.numbers import Span, Stretch


@dataclass(frozen=True)
class Number:
    """One kind of number: the module of stdnum that knows its check digits, and the form it is told by."""

    module: str
    groups: tuple[tuple[int, ...], ...] = ()
    """Groups of digits that it is written in."""
    mark: str = ""
    """The marks that must stand between the groups; empty: any."""
    name: str = ""
    """What must stand before it where it has groups of no mark; empty: nothing."""
    shape: str = ""
    """A pattern, for what has letters."""


NUMBERS = (
    Number("us.ssn", ((3, 2, 4),), "-"),
    Number("us.ssn", ((3, 2, 4), (9,)), "", r"ssn|social security(?: number| no)?"),
    Number("ca.sin", ((3, 3, 3),), "-"),
    Number("ca.sin", ((3, 3, 3), (9,)), "", r"sin|social insurance(?: number| no)?"),
    Number("gb.nhs", ((3, 3, 4), (10,)), "", r"nhs(?: number| no)?"),
    Number("", shape=r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z](?: ?\d{2}){3} ?[A-D]"),  # gb National Insurance
    Number("es.dni", shape=r"\d{8}-?[A-HJ-NP-TV-Z]"),
    Number("es.nie", shape=r"[XYZ]-?\d{7}-?[A-HJ-NP-TV-Z]"),
    Number("it.codicefiscale", shape=r"[A-Z]{6}[\dL-V]{2}[A-EHLMPRST][\dL-V]{2}[A-Z][\dL-V]{3}[A-Z]"),
    Number("fr.nir", shape=r"[12] ?\d\d ?(?:0[1-9]|1[0-2]) ?\d[\dAB] ?\d{3} ?\d{3} ?\d\d"),
    Number("de.idnr", ((2, 3, 3, 3),)),
    Number("de.idnr", ((11,),), "", r"steuer-?id|steuerliche\s\w{1,30}|idnr|tax id|tin"),
    Number("pl.pesel", ((11,),), "", r"pesel"),
    Number("se.personnummer", ((6, 4), (8, 4)), "-"),
    Number("fi.hetu", shape=r"\d{6}[-+A-FU-Y]\d{3}[\dA-Y]"),
    Number("dk.cpr", ((6, 4),), "-", r"cpr(?:-?nummer|-?nr)?"),
    Number("no.fodselsnummer", ((11,), (6, 5))),
    Number("be.nn", ((11,), (2, 2, 2, 3, 2))),
    Number("ch.ssn", ((13,), (3, 4, 4, 2))),
    Number("br.cpf", ((3, 3, 3, 2),), ".-"),
    Number("br.cpf", ((11,),), "", r"cpf"),
    Number("in_.aadhaar", ((4, 4, 4), (12,)), "", r"aadhaar(?: number| no)?|uid"),
    Number("in_.pan", shape=r"[A-Z]{3}P[A-Z]\d{4}[A-Z]"),
    Number("cn.ric", shape=r"\d{17}[\dX]"),
    Number("kr.rrn", ((6, 7),), "-"),
    Number("tr.tckimlik", ((11,),), "", r"tckn|t\.?c\.? kimlik(?: no)?"),
    Number("za.idnr", ((13,), (6, 4, 2, 1), (6, 4, 3))),
    Number("mx.curp", shape=r"[A-Z][AEIOUX][A-Z]{2}\d{6}[HMX][A-Z]{5}[A-Z\d]\d"),
    Number("ro.cnp", ((13,),)),
    Number("cz.rc", ((6, 3), (6, 4)), "/"),
    Number("bg.egn", ((10,),), "", r"egn"),
    Number("ee.ik", ((11,),), "", r"isikukood|asmens kodas"),
)  # fmt: skip
_SHAPED = [
    (each, re.compile(rf"(?<![A-Za-z0-9])(?:{each.shape})(?![A-Za-z0-9])", re.ASCII | re.IGNORECASE))
    for each in NUMBERS
    if each.shape
]
_BEFORE = 40
"""Characters before a number in which its name is looked for."""


def shaped(text: str) -> Iterator[Span]:
    """Numbers that have letters, or are told by a pattern."""
    for number, shape in _SHAPED:
        for found in shape.finditer(text):
            if _holds(number.module, found[0]):
                yield found.span()


def is_a_persons(stretch: Stretch, text: str) -> bool:
    """Whether a stretch of digits is a number that a state gave to somebody."""
    before = text[max(0, stretch.start - _BEFORE) : stretch.start]
    said = text[stretch.start : stretch.end].lstrip("(+ ")
    return any(
        (not number.mark or set(re.sub(r"\d", "", said)) == set(number.mark))
        and (not number.name or _is_named(number.name, before))
        and _holds(number.module, said)
        for number in _grouped().get(stretch.groups, ())
    )


@cache
def _grouped() -> dict[tuple[int, ...], list[Number]]:
    made: dict[tuple[int, ...], list[Number]] = {}
    for number in NUMBERS:
        for groups in number.groups:
            made.setdefault(groups, []).append(number)
    return made


def _is_named(name: str, before: str) -> bool:
    return bool(
        re.search(rf"(?<!\w)(?:{name})(?:\s(?:is|was|number|no))?[\s:.#=]{{0,4}}$", before, re.IGNORECASE)
    )


@cache
def _module(name: str) -> Any:
    return import_module(f"stdnum.{name}")


def _holds(module: str, said: str) -> bool:
    return not module or bool(_module(module).is_valid(said))
