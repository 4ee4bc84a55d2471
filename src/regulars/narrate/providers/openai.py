"""OpenAI, or a gateway of your own in front of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from regulars.narrate.providers import Provider
from regulars.narrate.providers.keys import Key
from regulars.narrate.providers.request import Reply, Request

if TYPE_CHECKING:
    import httpx2


def bearer(key: Key | None) -> Mapping[str, str]:
    """A key as OpenAI and what speaks like it takes it."""
    return {"authorization": f"Bearer {key.reveal()}"} if key else {}


class OpenAI(Provider):
    provider: ClassVar[str] = "openai"
    key_variables: ClassVar[tuple[str, ...]] = ("OPENAI_API_KEY",)

    base_url: str = "https://api.openai.com/v1"

    def headers(self, key: Key | None) -> Mapping[str, str]:
        return bearer(key)

    async def reply(self, request: Request[Any], http: httpx2.AsyncClient) -> Reply:
        from regulars.narrate.providers import client_openai

        return await client_openai.openai(self.model, self.base_url, request, http)
