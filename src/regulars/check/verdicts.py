"""Verdicts: what the facts say of a claim, and of a sentence that makes several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from regulars.types import Value

Label = Literal["supported", "contradicted", "unsupported_attribute", "not_checkable", "needs_review"]
LABELS: tuple[Label, ...] = (
    "contradicted", "unsupported_attribute", "needs_review", "supported", "not_checkable",
)  # fmt: skip
"""In the order in which one claim decides about its sentence: supported only if nothing worse was found."""


@dataclass(frozen=True)
class Finding:
    """The verdict on one claim: the characters it stands in, why, and the cells that decided it.

    ``computed`` is the true value, and ``correction`` how it would be written. ``error_type`` is the kind
    of fault, where there is one.
    """

    label: Label
    start: int
    end: int
    why: str
    error_type: str | None = None
    evidence: Mapping[str, Value] = field(default_factory=dict)
    computed: float | str | None = None
    correction: str | None = None
    metric: str | None = None


@dataclass(frozen=True)
class Verdict:
    """What is ruled on one text: the label of its worst claim, and all claims that were found."""

    id: str
    text: str
    label: Label
    findings: tuple[Finding, ...]

    @property
    def error_type(self) -> str | None:
        return next((each.error_type for each in self.findings if each.label == self.label), None)

    def as_json(self) -> dict[str, Any]:
        """The verdict as one line of output: label, error type, spans, evidence, computed value."""
        decisive = [each for each in self.findings if each.label == self.label]
        return {
            "id": self.id,
            "label": self.label,
            "error_type": self.error_type,
            "spans": [self._span(each) for each in self.findings],
            "evidence": {name: value for each in self.findings for name, value in each.evidence.items()},
            "computed": next((each.computed for each in decisive if each.computed is not None), None),
        }

    def _span(self, found: Finding) -> dict[str, Any]:
        return {
            "start": found.start,
            "end": found.end,
            "text": self.text[found.start : found.end],
            "label": found.label,
            "metric": found.metric,
            "why": found.why,
            "computed": found.computed,
            "correction": found.correction,
        }


def ruled(name: str, text: str, findings: Sequence[Finding]) -> Verdict:
    """The verdict on a text: a worse finding outweighs a better one; a text without any claims nothing."""
    labels = {each.label for each in findings}
    label: Label = next((each for each in LABELS if each in labels), "not_checkable")
    return Verdict(name, text, label, tuple(findings))
