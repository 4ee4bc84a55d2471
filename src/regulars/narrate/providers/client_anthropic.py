"""Anthropic's form of asking."""

from __future__ import annotations

from typing import Any

import httpx2
from anthropic import AsyncAnthropic
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.providers.anthropic import AnthropicProvider

from regulars.narrate.providers.client import ON_THE_WIRE, reply
from regulars.narrate.providers.request import Reply, Request


async def anthropic(model: str, base_url: str, request: Request[Any], http: httpx2.AsyncClient) -> Reply:
    client = AsyncAnthropic(api_key=ON_THE_WIRE, base_url=base_url, http_client=http, max_retries=0)
    return await reply(AnthropicModel(model, provider=AnthropicProvider(anthropic_client=client)), request)
