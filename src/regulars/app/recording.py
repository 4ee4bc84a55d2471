"""A draft as the governance record that the store keeps: what is said, of which facts, by whom, and what the
checks found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from regulars.narrate.drafts import Draft, as_json
from regulars.narrate.providers.request import BY_CALL

if TYPE_CHECKING:
    from regulars.check.policy import Policy
    from regulars.review.record import Check, Facts, Generation, NewRecord, Ruling
    from regulars.review.shape import CheckName, Ruled

CHECKS_VERSION = "1"
Result = Literal["pass", "fail", "warn"]
_RULED: Mapping[str, Ruled] = {
    "supported": "supported", "contradicted": "contradicted", "unsupported_attribute": "unsupported",
    "not_checkable": "not_checkable", "needs_review": "needs_review",
}  # fmt: skip
"""Labels of the checker, as the record has them."""
_FORBIDDEN: Mapping[CheckName, set[str]] = {
    "promissory_terms": {"promissory", "misleading", "pressure", "prohibited"},
    "protected_attributes": {"protected", "proxy"},
    "small_cells": {"small_cell"},
}
"""Checks of a record by the kinds of a policy's rules that they are made of."""


def new_record(draft: Draft, facts: Facts, policy: Policy, *, actor: str, at: datetime) -> NewRecord:
    """The draft as a record for the store."""
    from regulars.review.record import NewRecord, Words

    words = Words(
        kind=draft.kind,
        segmentation=draft.segmentation,
        segment_id=draft.segment_id,
        audience="internal",
        locale=draft.locale,
        text=draft.text,
        ai_generated_label=draft.is_by_model,
        draft=_said(draft),
    )
    return NewRecord(
        words=words,
        facts=facts,
        generation=_generation(draft),
        checks=(_claims(draft, at), *_policy_checks(draft, policy, at)),
        actor=actor,
        at=at,
    )


def _said(draft: Draft) -> dict[str, Any]:
    """The draft without what differs by call: how long an answer took, and the like."""
    records = [{name: said for name, said in each.items() if name not in BY_CALL} for each in draft.records]
    return as_json(draft) | {"records": records}


def _generation(draft: Draft) -> Generation:
    from regulars.review.record import EgressScan, Generation

    first: Mapping[str, Any] = next(iter(draft.records), {})
    if not draft.is_by_model or not first:
        return Generation(engine="template")
    return Generation(
        engine="llm",
        provider=first["provider"],
        endpoint_host=urlsplit(first["address"]).hostname,
        model=first["model"] or first["answered_by"],
        model_reported=first["answered_by"] or None,
        params=first["settings"],
        prompt_template_id=first["prompt"],
        prompt_sha256=first["prompt_digest"],
        response_sha256=first["text_digest"],
        tokens={
            "input": sum(each["input_tokens"] for each in draft.records),
            "output": sum(each["output_tokens"] for each in draft.records),
        },
        egress_scan=EgressScan(),
    )


def _claims(draft: Draft, at: datetime) -> Check:
    from regulars.review.record import Check

    rulings = tuple(_rulings(draft))
    verdicts = {each.verdict for each in rulings}
    result: Result = "warn" if "needs_review" in verdicts else "pass"
    if verdicts & {"contradicted", "unsupported"}:
        result = "fail"
    return Check(name="claims", version=CHECKS_VERSION, result=result, ran_at=at, claims=rulings)


def _rulings(draft: Draft) -> Iterator[Ruling]:
    """What is ruled on each claim; where words follow figures, on the whole and on the words."""
    from regulars.review.record import Ruling

    for start, claim in draft.placed():
        end = start + len(claim.text)
        if claim.verdict:
            yield Ruling(span=(start, end), text=claim.text, verdict=_RULED[claim.verdict])
        if claim.words_verdict:
            span = (end - len(claim.words), end)
            yield Ruling(span=span, text=claim.words, verdict=_RULED[claim.words_verdict])


def _policy_checks(draft: Draft, policy: Policy, at: datetime) -> Iterator[Check]:
    from regulars.review.record import Check

    breaches = policy.breaches(draft.text, "internal", names=(draft.segment_name,))
    for name, kinds in _FORBIDDEN.items():
        severities = {each.severity for each in breaches if each.kind in kinds}
        result: Result = "fail" if "fail" in severities else "warn" if severities else "pass"
        yield Check(name=name, version=policy.version, policy_sha256=policy.digest, result=result, ran_at=at)
