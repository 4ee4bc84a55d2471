"""The client library, known here and in client_openai and client_anthropic alone: our requests, its replies.

It moves several minor versions a month. None of its retries, time limits, environment variables or keys are
used: the key is put on the wire by our transport alone, so that no object, log or traceback of a library
has it.
"""

from __future__ import annotations

import logging
from typing import Any

from pydantic_ai.direct import model_request
from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    ModelResponse,
    SystemPromptPart,
    TextPart,
    UserPromptPart,
)
from pydantic_ai.models import Model, ModelRequestParameters
from pydantic_ai.models.test import TestModel
from pydantic_ai.output import OutputObjectDefinition
from pydantic_ai.settings import ModelSettings

from regulars.narrate.providers.request import Finish, Reply, Request

for _each in ("openai", "anthropic", "httpx2", "httpcore2"):
    # At the level of debugging these write prompts and the headers of answers to the log.
    logging.getLogger(_each).setLevel(logging.WARNING)

TestModel()
# The first model that is made reads the library's tables: here, before any clock runs.

ON_THE_WIRE = "added-by-the-transport"
"""Stands where the libraries want a key."""
_FINISHES: dict[str | None, Finish] = {"stop": "stop", "length": "length", "content_filter": "filtered"}


async def reply(model: Model[Any], request: Request[Any]) -> Reply:
    # Models that take no schema are told it in words; our own check of the answer is the same for all.
    native = bool(model.profile.get("supports_json_schema_output"))
    form = OutputObjectDefinition(json_schema=request.schema, name=request.answer.__name__, strict=True)
    settings = ModelSettings(max_tokens=request.max_tokens, seed=request.seed, max_retries=0)
    if _takes_temperature(model):
        settings["temperature"] = request.temperature
    response = await model_request(
        model,
        _messages(request),
        model_settings=settings,
        model_request_parameters=ModelRequestParameters(
            output_mode="native" if native else "prompted", output_object=form
        ),
        instrument=False,
    )
    return Reply(
        text="".join(part.content for part in response.parts if isinstance(part, TextPart)),
        model=response.model_name or "",
        finish=_FINISHES.get(response.finish_reason, "other"),
        input_tokens=max(response.usage.input_tokens, 0),
        output_tokens=max(response.usage.output_tokens, 0),
    )


def _takes_temperature(model: Model[Any]) -> bool:
    """Models that reason before they answer refuse one; so the library warns and leaves it off."""
    return not (
        model.profile.get("openai_supports_reasoning") and model.profile.get("thinking_enabled_by_default")
    )


def _messages(request: Request[Any]) -> list[ModelMessage]:
    """Our messages, one for one; what the model said before stands as its own."""
    said: list[ModelMessage] = []
    for message in request.messages:
        if message.role == "assistant":
            said.append(ModelResponse([TextPart(message.text)]))
        elif message.role == "system":
            said.append(ModelRequest([SystemPromptPart(message.text)]))
        else:
            said.append(ModelRequest([UserPromptPart(message.text)]))
    return said
