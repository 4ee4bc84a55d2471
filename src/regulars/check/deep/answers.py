"""Answers: what the orders say to a claim about behaviour, asked by the first measure that they can give."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from regulars.check.deep.claims import Claim
from regulars.check.deep.measures import BEHAVIOURS, MEASURES, Measure
from regulars.check.deep.queries import Orders, Question
from regulars.check.deep.rulings import Cell, Outcome, Ruling, ruled
from regulars.check.deep.scope import Span, first_half

PLACES = 6
"""Decimals of what is written: far more than any figure can be relied on."""


@dataclass(frozen=True)
class Background:
    """What of the study bears on claims: its segments by id, the features that the data lacks and why, those
    that the segments are made by, and the currency."""

    segments: Mapping[str, str]
    lacking: Mapping[str, str]
    made_by: Collection[str]
    currency: str


@dataclass(frozen=True)
class Answer:
    """A claim, what it was asked by, and what it comes to. Without a measure, ``why`` says what is lacking.

    ``since`` is the claim in the second half of the days, of what "used to" be so.
    """

    claim: Claim
    measure: Measure | None
    ruling: Ruling | None
    why: str = ""
    since: Cell | None = None
    is_made_by: bool = False
    unit: str = ""

    @property
    def outcome(self) -> Outcome:
        return self.ruling.outcome if self.ruling else "cannot_be_told"


def answered(claim: Claim, orders: Orders, known: Background) -> Answer:
    """What the orders say to a claim: where it holds and where not."""
    ids, sign = BEHAVIOURS[claim.behaviour]
    measure = next((MEASURES[each] for each in ids if not _lack(MEASURES[each], claim, known)), None)
    if measure is None:
        return Answer(claim, None, None, "; ".join(_lack(MEASURES[each], claim, known) for each in ids))
    meant = replace(claim, sign=claim.sign * sign)
    days = first_half(orders.start, orders.as_of) if claim.is_past and not claim.spans else claim.spans
    ruling = _ruled(meant, measure, orders, known, days or ((orders.start, orders.as_of),))
    since = None
    if days is not None and claim.is_past and not claim.spans:
        later = ((days[-1][1], orders.as_of),)
        since = _ruled(replace(meant, is_only=False), measure, orders, known, later).whole
    unit = known.currency if measure.unit == "currency" else measure.unit
    return Answer(claim, measure, ruling, "", since, not measure.kin.isdisjoint(known.made_by), unit)


def _ruled(
    claim: Claim, measure: Measure, orders: Orders, known: Background, spans: tuple[Span, ...]
) -> Ruling:
    question = Question(measure, claim.segment, spans, claim.categories, claim.wanted)
    return ruled(claim, measure, orders.counted(question), tuple(known.segments))


def _lack(measure: Measure, claim: Claim, known: Background) -> str:
    """Why a claim cannot be asked by a measure; empty where it can."""
    if measure.feature in known.lacking:
        return f"{measure.label}: {known.lacking[measure.feature]}"
    if claim.categories and not measure.by_category:
        return f"{measure.label}: it is not known by category"
    return ""


def as_json(answer: Answer, words: str) -> dict[str, Any]:
    """The answer as an object of the verdict's line. Shares are percent, money is in the study's currency."""
    claim, ruling = answer.claim, answer.ruling
    return {
        "start": claim.start,
        "end": claim.end,
        "text": claim.text,
        "segment": claim.segment,
        "against": list(claim.against),
        "behaviour": claim.behaviour,
        "measure": answer.measure.id if answer.measure else None,
        "unit": answer.unit or None,
        "expected": "higher" if claim.sign * BEHAVIOURS[claim.behaviour][1] > 0 else "lower",
        "is_denied": claim.is_denied,
        "is_only": claim.is_only,
        "is_past": claim.is_past,
        "categories": list(claim.categories),
        "wanted": claim.wanted or None,
        "days": None if claim.spans is None else [[str(first), str(last)] for first, last in claim.spans],
        "verdict": answer.outcome,
        "why": answer.why or None,
        "is_mix": bool(ruling and ruling.is_mix),
        "is_by_construction": answer.is_made_by,
        "not_read": list(claim.not_read),
        "words": words,
        "cells": [_cell(each) for each in ruling.cells] if ruling else [],
        "since": _cell(answer.since) if answer.since else None,
    }


def _cell(cell: Cell) -> dict[str, Any]:
    found = cell.found
    return {
        "cut": cell.cut,
        "name": cell.name or None,
        "customers": cell.customers,
        "rate": _rounded(found.rate if found else None),
        "others": _rounded(found.others if found else None),
        "difference": _rounded(found.difference if found else None),
        "low": _rounded(found.low if found else None),
        "high": _rounded(found.high if found else None),
        "p": _rounded(cell.p),
        "verdict": cell.state,
        "note": cell.note or None,
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, PLACES) + 0.0
