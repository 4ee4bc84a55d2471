"""What the parts of a record are made of: their words for things, and the forms of their values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    SerializerFunctionWrapHandler,
    StringConstraints,
    model_serializer,
)

from regulars.documents import canonical

Kind = Literal["profile", "persona", "nba", "customer_message", "interview_script", "report"]
Audience = Literal["internal", "customer", "public"]
State = Literal[
    "draft", "checks_failed", "in_review", "changes_requested", "approved", "rejected", "expired",
    "superseded", "withdrawn",
]  # fmt: skip
Action = Literal[
    "generated", "checked", "submitted", "edited", "commented", "override", "approved", "rejected",
    "published", "expired", "superseded", "withdrawn",
]  # fmt: skip
CheckName = Literal[
    "claims", "protected_attributes", "promissory_terms", "pii", "small_cells", "required_disclosures",
    "readability", "template_conformance",
]  # fmt: skip
Ruled = Literal["supported", "contradicted", "unsupported", "not_checkable", "needs_review"]


def _spelt(document: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """The document, if it has a digest: NaN and half a character have none."""
    canonical(document).encode()
    return document


Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Named = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
Locale = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
Moment = Annotated[AwareDatetime, AfterValidator(lambda at: at.astimezone(UTC))]
Document = Annotated[dict[str, JsonValue], AfterValidator(_spelt)]
Count = Annotated[int, Field(ge=0)]


class Part(BaseModel):
    """Strict, frozen, and told without what is not known. Its errors do not repeat what was read."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)

    @model_serializer(mode="wrap")
    def _without_unknowns(self, told: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {name: value for name, value in told(self).items() if value is not None}

    def as_json(self) -> dict[str, Any]:
        return self.model_dump(mode="json", by_alias=True)

    @classmethod
    def from_json(cls, saved: Mapping[str, Any]) -> Self:
        """What :meth:`as_json` gave. Raises ValueError with every fault of the document."""
        return cls.model_validate_json(canonical(saved))
