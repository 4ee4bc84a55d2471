"""Sentences with their evidence: each figure carries a marker, each metric one panel that the marker opens.

A panel holds its metric's figures for every segment, not one panel a figure: a page cites hundreds of
figures but a few dozen metrics, and a figure says more beside the others.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from markupsafe import Markup, escape

from regulars.figures import written
from regulars.profile.metrics import FORETOLD
from regulars.publish.profile_table import amount
from regulars.types import Fact, Profile, SegmentFacts, Sentence, Span

_SHORT = 24
"""A longer text (a name, say) may break over lines; a figure and its marker stay together."""
# Without quotes where nothing of a study stands: a page has some hundreds of these.
_MARKER = Markup('<button class=ev popovertarget={} value={} aria-label="Evidence: {}"></button>')
_FIGURE, _LONG = Markup("<span class=fig>{}{}</span>"), Markup('<span class="fig long">{}{}</span>')
_TOP = "top_"
_DERIVED = {
    "index": "As an index: 100 is all customers.",
    "rank": "As a rank among the segments: 1 is the highest.",
}
_COUNTED = "Full counts: no sampling interval."
_EXPECTED = "Expected and not counted: no sampling interval."
_ALONE = {"horizon": "Counted from the day of the study. A setting, chosen and not measured."}
"""Derived figures that do not follow from the plain one, only belong to it."""


@dataclass(frozen=True)
class Query:
    """The SQL of a metric, shown once; panels point to it by its anchor."""

    anchor: str
    of: str
    """The segmentation that it is about."""
    measures: str
    sql: str

    @property
    def title(self) -> str:
        return f"{self.of.replace('_', ' ')}: {self.measures}"


@dataclass(frozen=True)
class ProofRow:
    """One segment's figure: in full, on how many customers, and within what interval."""

    name: str
    value: str
    n: str
    interval: str
    note: str | None


@dataclass(frozen=True)
class Proof:
    """What a marker opens: how a metric is measured, and its figure for each segment and for everybody."""

    anchor: str
    label: str
    meaning: str
    rows: tuple[ProofRow, ...]
    query: Query | None
    made_of: str
    """What its figures are, where they have no interval; empty for a setting."""

    @property
    def is_sampled(self) -> bool:
        """Whether any of its figures has an interval; full counts have none."""
        return any(row.interval for row in self.rows)


class Evidence:
    """Gathers what a page cites while its sentences are written: one proof a metric, one entry a query."""

    def __init__(self) -> None:
        self._proofs: dict[tuple[str, str], Proof] = {}
        self._queries: dict[tuple[str, str], Query] = {}
        self.cited = 0
        self.without = 0
        """Figures whose fact is not in the profile: shown, but marked as unproven."""

    @property
    def proofs(self) -> list[Proof]:
        return list(self._proofs.values())

    @property
    def queries(self) -> list[Query]:
        return list(self._queries.values())

    @property
    def asked(self) -> dict[str, list[Query]]:
        """The queries of each segmentation, in the order of the page."""
        names = dict.fromkeys(q.of for q in self.queries)
        return {name: [q for q in self.queries if q.of == name] for name in names}

    def sentence(self, profile: Profile, sentence: Sentence) -> Markup:
        """The sentence as HTML, with a marker after each figure."""
        return Markup("").join(self._span(profile, span) for span in sentence)

    def sentences(self, profile: Profile, several: Iterable[Sentence]) -> Markup:
        """Several sentences as one run of text."""
        return Markup(" ").join(self.sentence(profile, each) for each in several)

    def figure(self, profile: Profile, fact: Fact, text: str) -> Markup:
        """A figure outside a sentence (a headline number), with its marker."""
        return self._span(profile, Span(text, fact.id))

    def _span(self, profile: Profile, span: Span) -> Markup:
        if span.fact is None:
            return escape(span.text)
        try:
            fact = profile.fact(span.fact)
        except (KeyError, StopIteration, ValueError):
            self.without += 1
            return Markup('<span class="unproven">{}</span>').format(span.text)
        self.cited += 1
        marker = _MARKER.format(self._prove(profile, fact).anchor, _row(profile, fact), span.text[:60])
        form = _FIGURE if len(span.text) <= _SHORT else _LONG
        return form.format(span.text, marker)

    def _prove(self, profile: Profile, fact: Fact) -> Proof:
        key = (profile.segmentation, _metric(fact))
        if key not in self._proofs:
            anchor = f"e{len(self._proofs) + 1}"
            label, meaning, rows = _told(profile, fact)
            query = self._query(profile, fact)
            self._proofs[key] = Proof(anchor, label, meaning, rows, query, _made_of(_metric(fact)))
        return self._proofs[key]

    def _query(self, profile: Profile, fact: Fact) -> Query | None:
        if fact.query is None or fact.query not in profile.queries:
            return None
        key = (profile.segmentation, fact.query)
        if key not in self._queries:
            anchor, measures = f"q{len(self._queries) + 1}", fact.query.replace("_", " ")
            sql = profile.queries[fact.query]
            self._queries[key] = Query(anchor, profile.segmentation, measures, sql)
        return self._queries[key]


def _told(profile: Profile, fact: Fact) -> tuple[str, str, tuple[ProofRow, ...]]:
    """What a panel says: its label, what the figure means, and the rows that it stands among."""
    metric, summed = _metric(fact), _summed(profile, fact)
    if not summed:
        rows = tuple(_proof_row(s, s.facts[metric]) for s in _having(profile, metric))
        return fact.label, _meaning(profile, metric), rows
    plain = metric.partition(".")[0]
    label = f"{summed[0].facts[plain].label}: {_together(len(summed))}"
    meaning = f"{_meaning(profile, plain)} The segments listed, added up; the query gives each one's part."
    if len(summed) == 1:
        row = _proof_row(summed[0], summed[0].facts[plain])
        return label, _meaning(profile, plain), (replace(row, name=f"{row.name}: {_together(1)}"),)
    whole = ProofRow(_together(len(summed)).capitalize(), written(fact.value, fact.unit), "", "", fact.note)
    return label, meaning.strip(), (*(_proof_row(s, s.facts[plain]) for s in summed), whole)


def _summed(profile: Profile, fact: Fact) -> list[SegmentFacts]:
    """The segments whose figures a fact adds up: ``overall.revenue_share.top_2`` is the two largest shown."""
    owner, _, metric = fact.id.partition(".")
    plain, _, derived = metric.partition(".")
    number = derived.removeprefix(_TOP)
    if owner != profile.overall.id or not derived.startswith(_TOP) or not number.isdigit():
        return []
    sized = [(amount(s, plain), s) for s in profile.segments]
    known = [(value, s) for value, s in sized if value is not None]
    return [s for _, s in sorted(known, key=lambda pair: -pair[0])[: int(number)]]


def _together(k: int) -> str:
    return "the largest segment" if k == 1 else f"the {k} largest segments together"


def _metric(fact: Fact) -> str:
    return fact.id.split(".", 1)[1]


def _having(profile: Profile, metric: str) -> list[SegmentFacts]:
    return [s for s in (*profile.segments, profile.overall) if metric in s.facts]


def _row(profile: Profile, fact: Fact) -> int:
    """The place of the fact's segment among its panel's rows; a sum stands last."""
    summed = _summed(profile, fact)
    if summed:
        return len(summed) if len(summed) > 1 else 0
    segment_id = fact.id.split(".", 1)[0]
    return [s.id for s in _having(profile, _metric(fact))].index(segment_id)


def _proof_row(segment: SegmentFacts, fact: Fact) -> ProofRow:
    n = "" if fact.n is None or segment.is_suppressed else written(fact.n, "count")
    return ProofRow(segment.name, written(fact.value, fact.unit), n, _interval(fact), fact.note)


def _interval(fact: Fact) -> str:
    """The 95 % interval in words; empty for a full count, which has none."""
    if fact.low is None or fact.high is None:
        return ""
    return f"{written(fact.low, fact.unit)} to {written(fact.high, fact.unit)}"


def _made_of(metric: str) -> str:
    plain, _, derived = metric.partition(".")
    if derived in _ALONE:
        return ""
    return _EXPECTED if plain in FORETOLD else _COUNTED


def _meaning(profile: Profile, metric: str) -> str:
    """What the figure means; a derived figure also says how it follows from the plain one."""
    plain, _, derived = metric.partition(".")
    if derived in _ALONE:
        return _ALONE[derived]
    meaning = next((m.meaning for m in profile.metrics if m.id == plain), "")
    ended = f"{meaning.rstrip('.')}." if meaning else ""
    return f"{ended} {_DERIVED.get(derived, '')}".strip()
