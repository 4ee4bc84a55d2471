"""The governance record of one text: what it says, of which facts, who wrote it, what the checks found, and
every event since.

``record.schema.json`` beside this file is the same for other programs. A record and its words never change:
an edit is a new version. Its state is what its last event says.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import Field, JsonValue, SerializerFunctionWrapHandler, model_serializer, model_validator

from regulars.documents import digest_of
from regulars.review.shape import (
    Action,
    Audience,
    CheckName,
    Count,
    Document,
    Kind,
    Locale,
    Moment,
    Named,
    Part,
    Ruled,
    Sha256,
    State,
)

WHOLE = "overall"
"""The segment of words about all customers, as facts files call it."""
ID_LENGTH = 16
"""Hex digits of a record's digest that name it."""


class Words(Part):
    """A text, and what it is bound to: the same words for somebody else are another text."""

    kind: Kind
    segmentation: Named
    segment_id: Named
    """``overall`` for words about all customers, which a report's always are."""
    audience: Audience
    locale: Locale = "en"
    text: str = Field(min_length=1)
    channel: Named | None = None
    disclosures: tuple[str, ...] = ()
    ai_generated_label: bool = False
    draft: Document | None = None
    """The claims that the text was rendered from, each figure with its fact: new facts render them anew."""

    @model_validator(mode="after")
    def _a_report_is_of_the_whole(self) -> Self:
        if self.kind == "report" and self.segment_id != WHOLE:
            raise ValueError(f"a report is about the whole segmentation: its segment_id is {WHOLE!r}")
        return self

    @property
    def name(self) -> tuple[str, str, str, str, str]:
        """What versions of one text share: segmentation, segment, kind, audience, locale."""
        return self.segmentation, self.segment_id, self.kind, self.audience, self.locale

    @property
    def digest(self) -> str:
        """sha256 of the text and what it is bound to; not of the claims that it was rendered from."""
        bound = Words.model_dump(self, mode="json", include=set(Words.model_fields) - {"draft"})
        return digest_of(bound)


class Content(Words):
    """The words as one version of their text. ``parent_sha256`` is the digest of the version before."""

    version: int = Field(ge=1)
    parent_sha256: Sha256 | None = None
    sha256: Sha256

    @model_validator(mode="after")
    def _are_as_they_were_written(self) -> Self:
        if self.sha256 != self.digest:
            raise ValueError("the words are not those that sha256 is of")
        return self


class Period(Part):
    start: date
    end: date


class Facts(Part):
    """Which facts the words are about: the digest of the facts file, its day, and what it keeps back."""

    sha256: Sha256
    schema_: Named = Field(alias="schema")
    as_of: date
    period: Period
    segmentation_run: Named
    """The run's id."""
    data_snapshot: Named | None = None
    code_version: Named | None = None
    min_cohort: Count
    """The fewest customers that a figure is shown of."""
    suppressed_cells: Count


class EgressScan(Part):
    """That what was sent passed the scan: there is no other way to say it."""

    row_level_data: Literal[False] = False
    pii_hits: Literal[0] = 0
    small_cells: Literal[0] = 0


class Generation(Part):
    """Who wrote the words. Of a model: which, where, asked what, and what it took."""

    engine: Literal["template", "llm", "human"]
    provider: Named | None = None
    endpoint_host: Named | None = None
    model: Named | None = None
    model_reported: Named | None = None
    params: Document | None = None
    prompt_template_id: Named | None = None
    prompt_template_sha256: Sha256 | None = None
    prompt_sha256: Sha256 | None = None
    response_sha256: Sha256 | None = None
    attempt: Annotated[int, Field(ge=1)] | None = None
    started_at: Moment | None = None
    tokens: dict[Named, Count] | None = None
    egress_scan: EgressScan | None = None

    @model_validator(mode="after")
    def _a_model_is_named(self) -> Self:
        needed = ("provider", "model", "prompt_sha256", "tokens")
        lacking = [name for name in needed if getattr(self, name) is None]
        if self.engine == "llm" and lacking:
            raise ValueError(f"words of a model need {', '.join(lacking)}")
        return self


class Ruling(Part):
    """What is ruled on one claim, and the characters of the text that make it: from ``span[0]`` to before
    ``span[1]``."""

    span: tuple[Count, Count]
    text: str | None = None
    verdict: Ruled
    error_type: str | None = None
    evidence: Document | None = None
    stated: JsonValue = None
    computed: JsonValue = None
    tolerance: str | None = None
    override: Document | None = None


class Check(Part):
    """One check of the words: by which version of it and of the policy, and what it found."""

    name: CheckName
    version: Named
    policy_sha256: Sha256 | None = None
    result: Literal["pass", "fail", "warn"]
    ran_at: Moment
    claims: tuple[Ruling, ...] = ()

    @model_validator(mode="after")
    def _what_is_contradicted_fails(self) -> Self:
        if self.result != "fail" and any(each.verdict == "contradicted" for each in self.claims):
            raise ValueError("a check that found a contradicted claim fails")
        return self


class Event(Part):
    """One thing that happened to a record. ``seq`` counts the events of a store from 1; each holds the digest
    of the one before, so that none can be changed, taken out or put in unseen."""

    seq: int = Field(ge=1)
    at: Moment
    actor: Named
    actor_kind: Literal["human", "system"]
    action: Action
    reason: str | None = None
    diff: str | None = None
    record_id: str
    state: State
    """The record's, after it."""
    content_sha256: Sha256
    record_sha256: Sha256
    prev_event_sha256: Sha256 | None
    event_sha256: Sha256

    @model_serializer(mode="wrap")
    def _without_unknowns(self, told: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return dict(told(self))  # every field is part of the digest, and has its column


class Review(Part):
    """Where the record stands. All of it follows from the events."""

    state: State
    author: Named | None = None
    approver: Named | None = None
    approver_role: Named | None = None
    approved_sha256: Sha256 | None = None
    approved_facts_sha256: Sha256 | None = None
    approved_at: Moment | None = None
    expires_at: Moment | None = None
    rationale: str | None = None
    permitted_use: tuple[str, ...] | None = None
    first_use: Moment | None = None
    last_use: Moment | None = None
    retain_until: Moment | None = None


class NewRecord(Part):
    """What is handed to the store, which gives it its version and its first events.

    ``actor`` is who had it written: the author, to whom no approval will ever be open.
    """

    words: Words
    facts: Facts
    generation: Generation
    checks: tuple[Check, ...] = ()
    actor: Named
    at: Moment

    @model_validator(mode="after")
    def _claims_stand_in_the_text(self) -> Self:
        length = len(self.words.text)
        if any(
            not a <= b <= length for check in self.checks for a, b in (each.span for each in check.claims)
        ):
            raise ValueError(f"a claim's span is not in the text, which has {length} characters")
        return self

    @property
    def state_when_checked(self) -> State:
        return "checks_failed" if any(each.result == "fail" for each in self.checks) else "draft"

    def numbered(self, version: int, parent_sha256: str | None) -> Body:
        """The record as that version of its text."""
        words = {name: getattr(self.words, name) for name in Words.model_fields}
        content = Content(**words, version=version, parent_sha256=parent_sha256, sha256=self.words.digest)
        return Body(content=content, facts=self.facts, generation=self.generation, checks=self.checks)


class Body(Part):
    """What of a record never changes. Its digest gives the record its name."""

    content: Content
    facts: Facts
    generation: Generation
    checks: tuple[Check, ...]

    @property
    def digest(self) -> str:
        return digest_of(self.model_dump(mode="json", by_alias=True, include=set(Body.model_fields)))


class Record(Body):
    """The whole record, as the schema has it."""

    record_id: str
    review: Review
    events: tuple[Event, ...] = Field(min_length=1)


def found_by(checks: Sequence[Check]) -> str:
    """sha256 of what the checks found, whenever they ran."""
    return digest_of(
        [{name: value for name, value in each.as_json().items() if name != "ran_at"} for each in checks]
    )
