"""Rules and breaches: what a policy asks of a text, and where a text does not hold to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, get_args

from regulars.check.policy.terms import Term

Audience = Literal["internal", "customer"]
Severity = Literal["fail", "warn"]
Kind = Literal[
    "promissory", "misleading", "pressure", "prohibited", "protected", "proxy", "disclosure", "small_cell"
]
Read = Literal["text", "summary", "known", "own"]
AUDIENCES: tuple[Audience, ...] = get_args(Audience)


@dataclass(frozen=True)
class Source:
    """The law, code or house rule that a rule serves, with its section.

    ``dated`` is the day of the version that the rule was held against. ``read`` says how: its *text*, a
    *summary* by somebody else, *known* by its section only, or the user's *own*.
    """

    says: str
    dated: date
    read: Read
    url: str = ""


@dataclass(frozen=True)
class Rule:
    """One rule: what it looks for, in words for whom, why, and what to write instead.

    A rule is broken where one of its ``terms`` stands outside of ``unless`` and, with ``unless_denied``, is
    not denied. A *disclosure* is broken, once, where besides none of ``needs`` stands in the text; without
    terms every text needs it.
    """

    id: str
    kind: Kind
    audience: Literal["internal", "customer", "both"]
    severity: Severity
    terms: tuple[Term, ...]
    why: str
    remedy: str
    sources: tuple[Source, ...]
    unless: tuple[Term, ...] = ()
    needs: tuple[Term, ...] = ()
    unless_denied: bool = False
    attribute: str | None = None
    breaks: tuple[str, ...] = ()
    """Sentences that break it; ``passes`` come near and do not. Both are tested."""
    passes: tuple[str, ...] = ()

    @property
    def source(self) -> str:
        return "; ".join(each.says for each in self.sources)

    @property
    def dated(self) -> date:
        """The oldest of its sources' days."""
        return min(each.dated for each in self.sources)

    def is_for(self, audience: Audience) -> bool:
        return self.audience in (audience, "both")

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id, "kind": self.kind, "audience": self.audience, "severity": self.severity,
            "terms": [each.text for each in self.terms], "unless": [each.text for each in self.unless],
            "needs": [each.text for each in self.needs], "unless_denied": self.unless_denied,
            "attribute": self.attribute, "why": self.why, "remedy": self.remedy, "source": self.source,
            "dated": self.dated.isoformat(),
            "sources": [
                {"says": each.says, "dated": each.dated.isoformat(), "read": each.read, "url": each.url}
                for each in self.sources
            ],
        }  # fmt: skip


@dataclass(frozen=True)
class Breach:
    """Where a text breaks a rule: characters ``start`` to ``end``, why, and what to write instead.

    A disclosure that is missing stands at what asks for it; at the whole text where every text needs it.
    """

    rule: str
    kind: Kind
    start: int
    end: int
    text: str
    why: str
    remedy: str
    severity: Severity

    def as_json(self) -> dict[str, Any]:
        return {
            "rule": self.rule, "kind": self.kind, "severity": self.severity, "start": self.start,
            "end": self.end, "text": self.text, "why": self.why, "remedy": self.remedy,
        }  # fmt: skip
