"""Anthropic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from regulars.narrate.providers import Provider
from regulars.narrate.providers.keys import Key
from regulars.narrate.providers.request import Reply, Request

if TYPE_CHECKING:
    import httpx2


class Anthropic(Provider):
    """It takes no seed: at temperature 0 its answers are near, not equal; the cache makes them equal."""

    provider: ClassVar[str] = "anthropic"
    key_variables: ClassVar[tuple[str, ...]] = ("ANTHROPIC_API_KEY",)
    modules: ClassVar[tuple[str, ...]] = ("pydantic_ai", "anthropic")
    extra: ClassVar[str] = "regulars[anthropic]"
    client: ClassVar[str] = "regulars.narrate.providers.client_anthropic"

    base_url: str = "https://api.anthropic.com"

    @property
    def models(self) -> str:
        return f"{self.base_url}/v1/models"

    def headers(self, key: Key | None) -> Mapping[str, str]:
        return {"x-api-key": key.reveal()} if key else {}

    async def reply(self, request: Request[Any], http: httpx2.AsyncClient) -> Reply:
        from regulars.narrate.providers import client_anthropic

        return await client_anthropic.anthropic(self.model, self.base_url, request, http)
