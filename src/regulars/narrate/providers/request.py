"""What is asked of a language model, what comes back, and the record that stays of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel

from regulars.documents import digest_of

T = TypeVar("T", bound=BaseModel)
Finish = Literal["stop", "length", "filtered", "other"]


@dataclass(frozen=True)
class Message:
    """What one side says. It does not show its text, so that no traceback does."""

    role: Literal["system", "user", "assistant"]
    text: str = field(repr=False)


@dataclass(frozen=True)
class Request(Generic[T]):
    """One question, and the form that its answer must have.

    ``answer`` is a pydantic model: its JSON schema goes to the server, and what comes back is held to it,
    because servers differ in what of a schema they keep. Enums of ids are made with ``create_model``.
    """

    messages: tuple[Message, ...]
    answer: type[T]
    facts_digest: str
    """Of the facts that the messages are made from."""
    prompt: str = ""
    """Name and version of the prompt's file, for people who read the record."""
    seed: int = 0
    max_tokens: int = 1000
    temperature: float = 0.0

    @cached_property
    def schema(self) -> dict[str, Any]:
        return self.answer.model_json_schema()

    @cached_property
    def prompt_digest(self) -> str:
        """Of everything that the model gets to read: the messages and the schema."""
        said = [[each.role, each.text] for each in self.messages]
        return digest_of({"messages": said, "schema": self.schema})

    @property
    def settings(self) -> dict[str, Any]:
        return {"seed": self.seed, "temperature": self.temperature, "max_tokens": self.max_tokens}


@dataclass(frozen=True)
class Reply:
    """What a server said, before anybody looked whether it is of use."""

    text: str
    model: str
    """The model that says it answered; often a dated version of the one that was asked."""
    finish: Finish
    input_tokens: int
    output_tokens: int


BY_CALL = frozenset({"seconds", "attempts", "from_cache"})
"""What of a record differs by call."""


@dataclass(frozen=True)
class Record:
    """Where an answer is from. Its digest leaves out what differs by call: time, attempts, cache."""

    provider: str
    address: str
    model: str
    """As it was asked for."""
    answered_by: str
    """As the server calls itself."""
    prompt: str
    prompt_digest: str
    facts_digest: str
    settings: dict[str, Any]
    text_digest: str
    input_tokens: int
    output_tokens: int
    seconds: float = 0.0
    attempts: int = 1
    from_cache: bool = False

    @property
    def digest(self) -> str:
        return digest_of({name: value for name, value in vars(self).items() if name not in BY_CALL})

    def as_json(self) -> dict[str, Any]:
        return {**vars(self), "digest": self.digest}


@dataclass(frozen=True)
class Answer(Generic[T]):
    """An answer that has the form that was asked for. ``text`` is as it came, byte for byte."""

    content: T
    text: str
    record: Record
