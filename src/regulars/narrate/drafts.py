"""Drafts: words about a segment as nobody has approved them yet, claim by claim, and back from JSON.

A claim is a sentence of the program's with figures, or words without any by whoever wrote them, or the one
followed by the other. Every figure is a span with the id of its fact, so that new facts can take its place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal

from regulars.documents import digest_of
from regulars.narrate.words_file import sentence_from, sentence_json
from regulars.types import Sentence, Span, plain

SCHEMA = "draft/1"
Kind = Literal["profile", "persona"]
Source = Literal["program", "model", "template", "person"]
LABELS = {
    "name": "Name", "meaning": "", "hypothesis": "Hypothesis", "advice": "Advice", "line": "In a line",
    "motivation": "Motivation (hypothesis)", "test": "Test", "need": "Need (hypothesis)",
    "job": "Job to be done (hypothesis)", "objection": "Objection (hypothesis)",
    "channel": "Channel to try first", "improvement": "Improvement", "positioning": "Positioning",
}  # fmt: skip
"""What stands before a claim, by its role; figures and headlines stand alone."""


@dataclass(frozen=True)
class Claim:
    """One claim of a draft: ``headline``, ``meaning``, ``advice`` and so on are its roles.

    ``source`` says who wrote the words: the ``model``, the rules (``template``) in its place, a ``person``;
    ``program`` where no words were asked of anybody. ``attempt`` counts how often the model was asked until
    they could stand; ``why`` is what was wrong with what it wrote, where it is not shown. ``statement`` is
    the id of what the words stand on, ``verdict`` the checker's label.
    """

    id: str
    role: str
    figures: Sentence
    words: str
    source: Source
    statement: str | None = None
    attempt: int = 0
    verdict: str = ""
    words_verdict: str = ""
    """The checker's label on the words alone, where they stand beside figures."""
    why: str = ""

    @property
    def sentence(self) -> Sentence:
        """The claim as it is read, figures first."""
        if not self.words:
            return self.figures
        return (*self.figures, Span(f" {self.words}" if self.figures else self.words))

    @property
    def text(self) -> str:
        return plain(self.sentence)


@dataclass(frozen=True)
class Draft:
    """The words of one kind about one segment, for one audience.

    ``facts_digest`` is of the facts that they were held to, ``policy_digest`` of the rules of wording.
    ``records`` are the provider's records of every answer that words of it are from.
    """

    kind: Kind
    segmentation: str
    segment_id: str
    segment_name: str
    audience: str
    length: str
    locale: str
    facts_digest: str
    policy_digest: str
    claims: tuple[Claim, ...]
    records: tuple[dict[str, Any], ...] = ()

    @property
    def text(self) -> str:
        """The draft as it is read, a claim a line, each with the label of its role."""
        return "\n".join(label + claim.text for label, claim in self._lines())

    def placed(self) -> Iterator[tuple[int, Claim]]:
        """Each claim with the place in the text at which it begins."""
        at = 0
        for label, claim in self._lines():
            yield at + len(label), claim
            at += len(label) + len(claim.text) + 1

    def _lines(self) -> Iterator[tuple[str, Claim]]:
        for claim in self.claims:
            if claim.text:
                yield f"{LABELS[claim.role]}: " if LABELS.get(claim.role) else "", claim

    @property
    def digest(self) -> str:
        """Of what is said and on what it stands; not of who was asked how often, nor when."""
        said = [[each.id, each.role, each.statement, sentence_json(each.figures), each.words, each.source]
                for each in self.claims]  # fmt: skip
        bound = [self.kind, self.segmentation, self.segment_id, self.audience, self.length, self.locale]
        return digest_of([*bound, self.facts_digest, self.policy_digest, said])

    @property
    def is_by_model(self) -> bool:
        """Whether any of its words are a model's: text that must be marked as such."""
        return any(claim.source == "model" for claim in self.claims)

    def claim(self, claim_id: str) -> Claim | None:
        return next((each for each in self.claims if each.id == claim_id), None)


@dataclass(frozen=True)
class Tally:
    """What became of the words that a model was asked for, in claims."""

    kept: int = 0
    retried: int = 0
    replaced: int = 0

    @property
    def asked(self) -> int:
        return self.kept + self.retried + self.replaced


def tally(drafts: tuple[Draft, ...] | list[Draft]) -> Tally:
    """Claims with the model's words at the first attempt, at the second, and with the rules' in their place.

    A draft that no model was asked for has none.
    """
    counts = Counter(
        "replaced" if claim.source == "template" else "kept" if claim.attempt == 1 else "retried"
        for draft in drafts
        for claim in draft.claims
        if claim.attempt
    )
    return Tally(counts["kept"], counts["retried"], counts["replaced"])


def as_json(draft: Draft) -> dict[str, Any]:
    """The draft as plain values; ``digest`` signs it."""
    return {
        "schema": SCHEMA,
        **{name: value for name, value in vars(draft).items() if name not in {"claims", "records"}},
        "claims": [{**asdict(each), "figures": sentence_json(each.figures)} for each in draft.claims],
        "records": list(draft.records),
        "text": draft.text,
        "digest": draft.digest,
    }


def from_json(saved: dict[str, Any]) -> Draft:
    """The draft that :func:`as_json` wrote."""
    claims = tuple(Claim(**{**each, "figures": sentence_from(each["figures"])}) for each in saved["claims"])
    rest = {
        name: value
        for name, value in saved.items()
        if name not in {"schema", "claims", "records", "text", "digest"}
    }
    return Draft(**rest, claims=claims, records=tuple(saved.get("records", ())))
