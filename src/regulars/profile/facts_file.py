"""The facts file, ``segment-facts/1``: a profile as the JSON that checkers, prompts and people read.

The fixed part holds metrics and values. What is ours stands under ``detail``: intervals, n, derived
figures (index, rank), the queries and chart panels.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from regulars.profile.aliases import ALIASES
from regulars.types import Fact, Metric, Profile, SegmentFacts

SCHEMA = "segment-facts/1"


def as_json(profile: Profile, descriptions: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The facts file of a profile. ``descriptions`` say by segment id what its definition makes of it."""
    groups = (profile.overall, *profile.segments)
    facts = [fact for group in groups for fact in group.facts.values()]
    return {
        "schema": SCHEMA,
        "dataset": profile.dataset,
        "currency": profile.currency,
        "period": {"start": profile.start.isoformat(), "end": profile.end.isoformat()},
        "as_of": profile.as_of.isoformat(),
        "notes": {fact.id: fact.note for fact in facts if fact.note and not _is_derived(fact)},
        "metrics": {m.id: {"label": m.label, "unit": m.unit, "agg": m.agg} for m in profile.metrics},
        "overall": _group(profile.overall, profile, "ALL"),
        "segments": {
            group.id: _group(group, profile, code)
            for group, code in zip(profile.segments, _codes(profile.segments), strict=True)
        },
        "detail": {
            "segmentation": profile.segmentation,
            "meanings": {m.id: m.meaning for m in profile.metrics},
            "descriptions": {name: said for name, said in (descriptions or {}).items() if said},
            "aliases": {m.id: list(ALIASES[m.id]) for m in profile.metrics if m.id in ALIASES},
            "facts": {fact.id: _detail(fact) for fact in facts},
            "panels": profile.panels,
            "queries": profile.queries,
        },
    }


def from_json(saved: dict[str, Any]) -> Profile:
    """The profile of a facts file that :func:`as_json` wrote."""
    detail = saved["detail"]
    metrics = tuple(
        Metric(name, m["label"], m["unit"], m["agg"], detail["meanings"][name])
        for name, m in saved["metrics"].items()
    )
    facts = {name: Fact(id=name, **each) for name, each in detail["facts"].items()}
    groups = {"overall": saved["overall"], **saved["segments"]}
    made = {
        group: SegmentFacts(
            group,
            of["name"],
            {name.partition(".")[2]: fact for name, fact in facts.items() if name.partition(".")[0] == group},
        )
        for group, of in groups.items()
    }
    return Profile(
        detail["segmentation"], saved["dataset"], saved["currency"],
        date.fromisoformat(saved["period"]["start"]), date.fromisoformat(saved["period"]["end"]),
        date.fromisoformat(saved["as_of"]), metrics, made.pop("overall"), tuple(made.values()),
        detail["panels"], detail["queries"],
    )  # fmt: skip


def _group(group: SegmentFacts, profile: Profile, code: str) -> dict[str, Any]:
    return {
        "code": code,
        "name": group.name,
        "metrics": {m.id: group.facts[m.id].value for m in profile.metrics},
    }


def _codes(segments: Sequence[SegmentFacts]) -> list[str]:
    """Short codes for tight places: the initials of each name, with a number where two would be alike."""
    codes: list[str] = []
    for segment in segments:
        words = re.findall(r"\w+", segment.name) or [segment.id]
        initials = ("".join(word[0] for word in words) if len(words) > 1 else words[0][:2]).upper()
        code, nth = initials, 2
        while code in {"ALL", *codes}:
            code, nth = f"{initials}{nth}", nth + 1
        codes.append(code)
    return codes


def _is_derived(fact: Fact) -> bool:
    return fact.id.count(".") > 1


def _detail(fact: Fact) -> dict[str, Any]:
    return {name: value for name, value in asdict(fact).items() if name != "id"}
