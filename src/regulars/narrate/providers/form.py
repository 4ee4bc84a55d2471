"""Whether a reply has the form that was asked for: brought to its end, JSON, and true to the schema."""

from __future__ import annotations

import hashlib
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from regulars.errors import AnswerUnusable
from regulars.narrate.providers import Provider, failures
from regulars.narrate.providers.request import Answer, Record, Reply, Request

T = TypeVar("T", bound=BaseModel)


def held(
    provider: Provider, request: Request[T], reply: Reply, attempts: int = 1
) -> Answer[T] | AnswerUnusable:
    """The answer in the reply, or why there is none. Types are strict: "5" is no number."""
    asked = f"{provider.provider} {reply.model or provider.model}"
    if reply.finish == "length":
        found = f"it broke off after {request.max_tokens} tokens (narration.max_tokens)"
        return failures.unusable(asked, "truncated", found, attempts)
    if reply.finish == "filtered":
        return failures.unusable(asked, "filtered", "the server's own filter held it back", attempts)
    if not _is_text(reply.text):
        return failures.unusable(asked, "malformed", "it holds half a character", attempts)
    try:
        content = request.answer.model_validate_json(_unfenced(reply.text), strict=True)
    except ValidationError as bad:
        reason, found = _fault(bad.errors(include_input=False, include_url=False))
    else:
        return Answer(content, reply.text, record(provider, request, reply))
    return failures.unusable(asked, reason, found, attempts)


def record(provider: Provider, request: Request[Any], reply: Reply) -> Record:
    return Record(
        provider=provider.provider,
        address=provider.base_url,
        model=provider.model,
        answered_by=reply.model,
        prompt=request.prompt,
        prompt_digest=request.prompt_digest,
        facts_digest=request.facts_digest,
        settings=request.settings,
        text_digest=hashlib.sha256(reply.text.encode()).hexdigest(),
        input_tokens=reply.input_tokens,
        output_tokens=reply.output_tokens,
    )


def _is_text(text: str) -> bool:
    """Whether UTF-8 can spell it: JSON can smuggle in half of a pair of code units."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _unfenced(text: str) -> str:
    """Models that are told the form in words like to put it between fences."""
    text = text.strip()
    if text.startswith("```") and text.endswith("```") and "\n" in text:
        return text.partition("\n")[2].removesuffix("```")
    return text


def _fault(errors: list[Any]) -> tuple[str, str]:
    """Reason and words; of what the model wrote nothing is repeated."""
    if any(each["type"] == "json_invalid" for each in errors):
        return "malformed", "it is not JSON, or not the whole of it"
    kinds = sorted({each["type"].replace("_", " ") for each in errors})
    return "wrong_schema", f"it does not keep to the form in {len(errors)} places ({', '.join(kinds[:3])})"
