"""Sentences with their evidence: each figure carries a marker, each fact one panel that the marker opens."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup, escape

from regulars.figures import written
from regulars.types import Fact, Profile, Sentence, Span

_SHORT = 24
"""A longer text (a name, say) may break over lines; a figure and its marker stay together."""


@dataclass(frozen=True)
class Query:
    """The SQL of one figure or many, shown once; panels point to it by its anchor."""

    anchor: str
    title: str
    sql: str


@dataclass(frozen=True)
class Proof:
    """What a marker opens: the figure in full, of whom, measured how, on how many, from which query."""

    anchor: str
    value: str
    subject: str
    label: str
    meaning: str
    n: str | None
    interval: str | None
    note: str | None
    query: Query | None


class Evidence:
    """Gathers what a page cites while its sentences are written; one proof a fact, one entry a query."""

    def __init__(self) -> None:
        self._proofs: dict[tuple[str, Fact, Query | None], Proof] = {}
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

    def sentence(self, profile: Profile, sentence: Sentence) -> Markup:
        """The sentence as HTML, with a marker after each figure."""
        return Markup("").join(self._span(profile, span) for span in sentence)

    def sentences(self, profile: Profile, several: Iterable[Sentence]) -> Markup:
        """Several sentences as one run of text."""
        return Markup(" ").join(self.sentence(profile, each) for each in several)

    def figure(self, profile: Profile, subject: str, fact: Fact, text: str) -> Markup:
        """A figure outside a sentence (a headline number), with its marker."""
        return self._marked(text, self._prove(profile, subject, fact))

    def _span(self, profile: Profile, span: Span) -> Markup:
        if span.fact is None:
            return escape(span.text)
        try:
            fact, subject = profile.fact(span.fact), _subject(profile, span.fact)
        except (KeyError, StopIteration, ValueError):
            self.without += 1
            return Markup('<span class="unproven">{}</span>').format(span.text)
        return self._marked(span.text, self._prove(profile, subject, fact))

    def _marked(self, text: str, proof: Proof) -> Markup:
        self.cited += 1
        return Markup(
            '<span class="fig{}">{}<button type="button" class="ev" popovertarget="{}" aria-label="Evidence: {}">'
            "</button></span>"
        ).format("" if len(text) <= _SHORT else " long", text, proof.anchor, text[:60])

    def _prove(self, profile: Profile, subject: str, fact: Fact) -> Proof:
        query = self._query(profile, fact.query)
        key = (subject, fact, query)
        if key not in self._proofs:
            metric = _metric(profile, fact)
            self._proofs[key] = Proof(
                f"e{len(self._proofs) + 1}",
                written(fact.value, fact.unit),
                subject,
                fact.label,
                metric,
                None if fact.n is None else written(fact.n, "count"),
                interval(fact),
                fact.note,
                query,
            )
        return self._proofs[key]

    def _query(self, profile: Profile, name: str | None) -> Query | None:
        if name is None or name not in profile.queries:
            return None
        key = (name, profile.queries[name])
        if key not in self._queries:
            self._queries[key] = Query(f"q{len(self._queries) + 1}", name.replace("_", " "), key[1])
        return self._queries[key]


def interval(fact: Fact) -> str | None:
    """The 95 % interval in words, or None for a full count that has none."""
    if fact.low is None or fact.high is None:
        return None
    return f"{written(fact.low, fact.unit)} to {written(fact.high, fact.unit)}"


def _subject(profile: Profile, fact_id: str) -> str:
    segment_id = fact_id.split(".", 1)[0]
    return profile.overall.name if segment_id == profile.overall.id else profile.segment(segment_id).name


def _metric(profile: Profile, fact: Fact) -> str:
    """What the figure means. A derived figure says how it follows from the plain one."""
    plain, _, derived = fact.id.split(".", 1)[1].partition(".")
    meaning = next((m.meaning for m in profile.metrics if m.id == plain), "")
    if derived == "index":
        return f"{meaning}. As an index: 100 is all customers." if meaning else "An index: 100 is all customers."
    if derived == "rank":
        return f"{meaning}. As a rank among the segments: 1 is the highest." if meaning else "A rank: 1 is the highest."
    return meaning
