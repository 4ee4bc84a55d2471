"""The nouns: what one room hands to the next. Frozen, small, and without rows."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal

Role = Literal["cause", "outcome", "attribute"]
Severity = Literal["note", "warning", "refusal"]
Value = int | float | str | None


@dataclass(frozen=True)
class Finding:
    """A doubt that travels with the result: how grave, where, what, and what to do about it."""

    severity: Severity
    where: str
    what: str
    remedy: str

    def as_json(self) -> dict[str, str]:
        return asdict(self)


@dataclass(frozen=True)
class Table:
    """A handle on a table in the engine: its name and its columns, never its rows."""

    name: str
    columns: tuple[str, ...]

    def __contains__(self, column: str) -> bool:
        return column in self.columns


@dataclass(frozen=True)
class Input:
    """What was read: a source's name, its content digest (sha256, hex) and its size in bytes."""

    name: str
    sha256: str
    size_bytes: int


@dataclass(frozen=True)
class Example:
    """One row of a source: its record number (1 = first row of data), file line, and offending value.

    ``line`` is None where the source has no lines (parquet, a table, a frame). ``value`` is never a
    customer's identifier.
    """

    record: int
    line: int | None
    value: str | None


@dataclass(frozen=True)
class SetAside:
    """Rows of a source that are not used, and why: a reason code, what it means, how many, a few of them."""

    reason: str
    meaning: str
    rows: int
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True)
class SourceLedger:
    """One source's account: ``rows_in == rows_kept + sum(s.rows for s in set_aside)``, always."""

    name: str
    rows_in: int
    rows_kept: int
    set_aside: tuple[SetAside, ...] = ()
    flagged: tuple[SetAside, ...] = ()
    """Rows that are kept but look odd (outliers); they are counted in ``rows_kept``."""

    @property
    def adds_up(self) -> bool:
        return self.rows_in == self.rows_kept + sum(s.rows for s in self.set_aside)


@dataclass(frozen=True)
class Ledger:
    """Every row accounted for, source by source; then every customer, and what the kept rows amount to."""

    sources: tuple[SourceLedger, ...]
    totals: dict[str, Value] = field(default_factory=dict)
    """customers, orders, lines, returns, value: what is left after cleaning (value as a decimal string)."""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def from_json(saved: dict[str, Any]) -> Ledger:
        def rows(each: list[dict[str, Any]]) -> tuple[SetAside, ...]:
            return tuple(
                SetAside(
                    s["reason"],
                    s["meaning"],
                    s["rows"],
                    tuple(Example(**e) for e in s["examples"]),
                )
                for s in each
            )

        sources = tuple(
            SourceLedger(s["name"], s["rows_in"], s["rows_kept"], rows(s["set_aside"]), rows(s["flagged"]))
            for s in saved["sources"]
        )
        return Ledger(sources, saved["totals"])


@dataclass(frozen=True)
class Feature:
    """One thing known of a customer: what it is called, its unit, what it means, and what it may be used for.

    ``role`` is *cause* for what a customer does (when, what and how regularly they buy), *outcome* for
    what follows from it (spend, order value) and *attribute* for what a customer is (size, region).
    Behavioural clustering takes causes only. Of unit ``category`` it is text, else a number.
    ``high`` and ``low`` are the words for a group that stands out on it, used in segment names.
    ``protected`` is why it may not tell customers apart (age, a postcode), empty where it may.
    ``kin`` names what it is measured on ("brands", "times"): of two features that share one, each half tells
    the other.
    """

    name: str
    label: str
    unit: str
    role: Role
    meaning: str
    high: str = ""
    low: str = ""
    protected: str = ""
    kin: tuple[str, ...] = ()

    @property
    def is_text(self) -> bool:
        return self.unit == "category"


@dataclass(frozen=True)
class Segment:
    """One group of a segmentation: a stable id, a name for people, its rule in plain words, and in a few
    words without figures what kind of customers they are."""

    id: str
    name: str
    rule: str
    meaning: str = ""


@dataclass(frozen=True)
class Metric:
    """What a column of a facts file means. Units and aggregations are those of segment-facts/1."""

    id: str
    label: str
    unit: str
    agg: str
    meaning: str = ""


@dataclass(frozen=True)
class Fact:
    """One figure about one segment: ``<segment>.<metric>``, with its n, 95 % interval and query.

    ``value`` is None where it does not exist or is suppressed; ``note`` then says why.
    ``low`` and ``high`` are None where the figure is a full count and has no sampling interval.
    """

    id: str
    value: Value
    unit: str
    label: str
    n: int | None = None
    low: float | None = None
    high: float | None = None
    query: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class SegmentFacts:
    """All of one segment's figures, in the order of the profile's metrics."""

    id: str
    name: str
    facts: dict[str, Fact]
    """By metric id; derived facts (``revenue.index``) stand beside the plain ones."""

    @property
    def is_suppressed(self) -> bool:
        return self.facts["customers"].value is None


@dataclass(frozen=True)
class Profile:
    """What is true of each segment of one segmentation: the content of a facts file."""

    segmentation: str
    dataset: str
    currency: str
    start: date
    end: date
    as_of: date
    metrics: tuple[Metric, ...]
    overall: SegmentFacts
    segments: tuple[SegmentFacts, ...]
    panels: dict[str, Any] = field(default_factory=dict)
    """Aggregates that charts need and metrics do not hold, such as the recency × spend grid."""
    queries: dict[str, str] = field(default_factory=dict)
    """SQL by query name; a fact's ``query`` points here."""

    def fact(self, fact_id: str) -> Fact:
        """The fact of that id. Raises KeyError where there is none."""
        segment_id, _, metric = fact_id.partition(".")
        group = self.overall if segment_id == self.overall.id else self.segment(segment_id)
        return group.facts[metric]

    def segment(self, segment_id: str) -> SegmentFacts:
        """The facts of one segment. Raises KeyError where there is none of that id."""
        for segment in self.segments:
            if segment.id == segment_id:
                return segment
        raise KeyError(segment_id)


@dataclass(frozen=True)
class Span:
    """A piece of a sentence. With a ``fact`` it is a figure and can show its evidence."""

    text: str
    fact: str | None = None


Sentence = tuple[Span, ...]


def plain(sentence: Sentence) -> str:
    """The sentence as a reader sees it."""
    return "".join(span.text for span in sentence)


@dataclass(frozen=True)
class SegmentWords:
    """What is said of one segment. Every figure in it is a span with its fact."""

    segment_id: str
    name: str
    headline: Sentence
    paragraph: tuple[Sentence, ...]
    apart: tuple[Sentence, ...]
    caveats: tuple[Sentence, ...]


@dataclass(frozen=True)
class Narrative:
    """The words about one segmentation: an opening for the whole, then one text a segment."""

    segmentation: str
    source: str
    headline: tuple[Sentence, ...]
    lede: tuple[Sentence, ...]
    segments: tuple[SegmentWords, ...]
    titles: dict[str, Sentence] = field(default_factory=dict)
    """Chart titles that state a finding: revenue, grid, features."""


@dataclass(frozen=True)
class Segmentation:
    """One segmentation of a saved study: its definition as plain JSON, its facts and its words."""

    name: str
    method: str
    version: int
    digest: str
    definition: dict[str, Any]
    profile: Profile
    narrative: Narrative


@dataclass(frozen=True)
class Study:
    """A whole run, as saved: what the dashboard, the command line and a notebook read."""

    run_id: str
    path: Path
    manifest: dict[str, Any]
    ledger: Ledger
    findings: tuple[Finding, ...]
    segmentations: tuple[Segmentation, ...]
    features: tuple[Feature, ...]
    left_out: dict[str, str] = field(default_factory=dict)
    """Features that this data cannot give, and why."""
    value: dict[str, Any] | None = None
    """The value model that the run foretells with, as plain JSON; None where it foretells nothing."""
