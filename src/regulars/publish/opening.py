"""The first screen: what is so, on what footing, and the figures that matter most."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from markupsafe import Markup, escape

from regulars.figures import short, written
from regulars.publish.choice import choice, interval
from regulars.publish.evidence import Evidence
from regulars.publish.panels import brought
from regulars.publish.profile_table import amount
from regulars.types import Fact, Profile, Study
from regulars.value.standing import doubt

_MOST_KPIS = 6
_MOST_ADDENDS = 3
"""Segmentations whose numbers of segments are told one by one; a longer sum would fill its tile."""


@dataclass(frozen=True)
class Badge:
    kind: str
    text: str
    target: str


@dataclass(frozen=True)
class Kpi:
    label: str
    figure: Markup
    note: str


def badges(study: Study, evidence: Evidence) -> list[Badge]:
    """On what footing the page stands. Call it when every sentence has been written."""
    found = [_proven(evidence)] if evidence.cited + evidence.without else []
    found.append(_ledger(study))
    warnings = sum(f.severity != "note" for f in study.findings)
    if warnings:
        found.append(Badge("warn", f"{warnings} {'warning' if warnings == 1 else 'warnings'}", "#mind"))
    else:
        found.append(Badge("ok", "No warnings", "#mind"))
    return found


def _proven(evidence: Evidence) -> Badge:
    if evidence.without:
        whole = evidence.cited + evidence.without
        return Badge("bad", f"{evidence.without} of {whole} figures lack evidence", "#evidence")
    return Badge("ok", f"All {written(evidence.cited, 'count')} figures carry their evidence", "#evidence")


def _ledger(study: Study) -> Badge:
    if all(s.adds_up for s in study.ledger.sources):
        rows = written(sum(s.rows_in for s in study.ledger.sources), "count")
        return Badge("ok", f"All {rows} rows accounted for", "#rows")
    return Badge("bad", "The row ledger does not add up", "#rows")


def kpis(study: Study, evidence: Evidence) -> list[Kpi]:
    """Six headline figures at most, from whatever facts the first segmentation has."""
    if not study.segmentations:
        return []
    # Made one by one, for a figure that is made is counted among those that carry their evidence.
    return list(islice((each for each in _kpis(study, evidence) if each is not None), _MOST_KPIS))


def _kpis(study: Study, evidence: Evidence) -> Iterator[Kpi | None]:
    profile = study.segmentations[0].profile
    yield _segments_kpi([s.profile for s in study.segmentations])
    yield _overall(profile, "customers", "Customers", _period(profile), evidence)
    revenue = _overall(profile, "revenue", "Revenue", _said_by(study), evidence)
    yield revenue or _overall(profile, "orders", "Orders", "", evidence)
    yield _worth(study, profile, evidence)
    yield _top(profile, evidence)
    yield _separation(study)
    yield _overall(profile, "repeat_rate", "Repeat rate", "ordered more than once", evidence)
    yield _overall(profile, "recency_days", "Since last order", "median customer", evidence)
    yield _overall(profile, "aov", "Average order", "over all orders", evidence)
    yield _overall(profile, "orders_per_customer", "Orders per customer", "over all customers", evidence)


def _worth(study: Study, profile: Profile, evidence: Evidence) -> Kpi | None:
    """What today's customers are expected to bring, with the doubt that the model's trial leaves."""
    if study.value is None:
        return None
    ahead = f"next {written(study.value['recipe']['horizon_days'], 'days')}"
    said = "how far to trust it" if doubt(study.value) else "by the value model"
    note = Markup('{}, <a href="#worth">{}</a>').format(ahead, said)
    tile = _overall(profile, "predicted_value", "Predicted value", "", evidence)
    return tile and replace(tile, note=note)


def _said_by(study: Study) -> str:
    """What revenue is: worked out from orders, or as a table of customers has it."""
    sources = study.manifest.get("settings", {}).get("sources", {})
    return "as the table of customers has it" if sources and "orders" not in sources else "net of returns"


def _segments_kpi(profiles: Sequence[Profile]) -> Kpi:
    """Segments with customers to show; those that are empty or too small to show are told beside them."""
    shown = [sum(bool(amount(s, "customers")) for s in p.segments) for p in profiles]
    others = sum(len(p.segments) for p in profiles) - sum(shown)
    note = "in one segmentation" if len(shown) == 1 else f"in {len(shown)} segmentations"
    told = f"{note}; {others} not shown" if others else note
    figure = " + ".join(map(str, shown)) if len(shown) <= _MOST_ADDENDS else str(sum(shown))
    return Kpi("Segments", escape(figure), told)


def _period(profile: Profile) -> str:
    if profile.start == profile.end:
        return f"as of {written(profile.end.isoformat(), 'date')}"
    return f"{written(profile.start.isoformat(), 'date')} to {written(profile.end.isoformat(), 'date')}"


def _overall(profile: Profile, metric: str, label: str, note: str, evidence: Evidence) -> Kpi | None:
    fact = profile.overall.facts.get(metric)
    if fact is None or fact.value is None:
        return None
    return Kpi(label, _figure(profile, fact, evidence), note)


def _top(profile: Profile, evidence: Evidence) -> Kpi | None:
    """The segment that brings the most, where there are two segments or more to compare."""
    bring = brought(profile)
    known = [s for s in profile.segments if bring and bring.shares[s.id] is not None]
    if bring is None or len(known) < 2:
        return None
    first = max(known, key=lambda s: bring.shares[s.id] or 0.0)
    label = "Top segment, revenue" if bring.word == "revenue" else "Top segment, orders"
    size = first.facts.get("customer_share")
    of = f", {short(size.value, size.unit)} of customers" if size is not None else ""
    return Kpi(label, _figure(profile, first.facts[bring.metric], evidence), f"{first.name[:40]}{of}")


def _separation(study: Study) -> Kpi | None:
    """How well the first clustering parts its segments: the silhouette of the number taken, and its card."""
    for place, segmentation in enumerate(study.segmentations):
        made = segmentation.definition.get("choice") or {}
        tried: Iterable[Mapping[str, Any]] = made.get("candidates", ())
        taken = next((c for c in tried if c["k"] == made["k"] and c.get("silhouette") is not None), None)
        if taken is None or choice(segmentation) is None:
            continue
        ends = interval(taken.get("low"), taken.get("high"))
        of = Markup('<a href="#{}-why">{} of {}</a>').format(
            f"c{place + 1}", f"{made['k']} segments", segmentation.name.replace("_", " ")
        )
        note = of if ends == "–" else Markup("{}, {}").format(ends, of)
        return Kpi("Average silhouette", escape(written(taken["silhouette"], "ratio")), note)
    return None


def _figure(profile: Profile, fact: Fact, evidence: Evidence) -> Markup:
    return evidence.figure(profile, fact, short(fact.value, fact.unit))
