"""OpenAI's form of asking, in its three places: its own, Azure's, and servers that speak likewise."""

from __future__ import annotations

from typing import Any

import httpx2
from openai import AsyncOpenAI
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.profiles.openai import OpenAIModelProfile
from pydantic_ai.providers.azure import AzureProvider
from pydantic_ai.providers.openai import OpenAIProvider
from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider

from regulars.narrate.providers.client import ON_THE_WIRE, reply
from regulars.narrate.providers.request import Reply, Request

OLDER = OpenAIModelProfile(openai_chat_supports_max_completion_tokens=False)
"""Older servers know max_tokens only, and newer ones take it still."""


async def openai(model: str, base_url: str, request: Request[Any], http: httpx2.AsyncClient) -> Reply:
    client = AsyncOpenAI(api_key=ON_THE_WIRE, base_url=base_url, http_client=http, max_retries=0)
    return await reply(OpenAIChatModel(model, provider=OpenAIProvider(openai_client=client)), request)


async def compatible(model: str, base_url: str, request: Request[Any], http: httpx2.AsyncClient) -> Reply:
    client = AsyncOpenAI(api_key=ON_THE_WIRE, base_url=base_url, http_client=http, max_retries=0)
    provider = OpenAICompatibleProvider("compatible", openai_client=client)
    return await reply(OpenAIChatModel(model, provider=provider, profile=OLDER), request)


async def azure(
    model: str, base_url: str, api_version: str | None, request: Request[Any], http: httpx2.AsyncClient
) -> Reply:
    provider = AzureProvider(
        azure_endpoint=base_url, api_version=api_version, api_key=ON_THE_WIRE, http_client=http
    )
    return await reply(OpenAIChatModel(model, provider=provider), request)
