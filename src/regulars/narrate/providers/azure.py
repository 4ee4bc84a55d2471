"""Azure OpenAI: your own deployment of a model, at your own address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self

from pydantic import Field, model_validator

from regulars.narrate.providers import Provider
from regulars.narrate.providers.keys import Key
from regulars.narrate.providers.request import Reply, Request

if TYPE_CHECKING:
    import httpx2


class Azure(Provider):
    provider: ClassVar[str] = "azure"
    key_variables: ClassVar[tuple[str, ...]] = ("AZURE_OPENAI_API_KEY",)

    model: str = Field(min_length=1)
    """The name of the deployment."""
    base_url: str
    """``https://NAME.openai.azure.com/openai/v1``; without ``/v1`` at its end it needs ``api_version``."""
    api_version: str | None = Field(None, pattern=r"^[0-9A-Za-z.-]{1,40}$")
    """Of the older form of the service, such as ``2024-10-21``."""

    @model_validator(mode="after")
    def _version_where_it_is_needed(self) -> Self:
        if self._is_v1 and self.api_version:
            raise ValueError("api_version: an address that ends in /v1 takes none")
        if not self._is_v1 and not self.api_version:
            raise ValueError("api_version: an address that does not end in /v1 needs it")
        return self

    @property
    def _is_v1(self) -> bool:
        return self.base_url.rstrip("/").endswith("/v1")

    @property
    def models(self) -> str:
        return (
            f"{self.base_url}/models"
            if self._is_v1
            else f"{self.base_url}/openai/models?api-version={self.api_version}"
        )

    def headers(self, key: Key | None) -> Mapping[str, str]:
        return {"api-key": key.reveal()} if key else {}

    async def reply(self, request: Request[Any], http: httpx2.AsyncClient) -> Reply:
        from regulars.narrate.providers import client_openai

        return await client_openai.azure(self.model, self.base_url, self.api_version, request, http)
