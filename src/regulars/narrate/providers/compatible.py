"""Any server that speaks as OpenAI does: Ollama, vLLM, llama.cpp, a gateway of your own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self

from regulars.errors import SettingsError
from regulars.narrate.providers import Provider
from regulars.narrate.providers.keys import Key
from regulars.narrate.providers.openai import bearer
from regulars.narrate.providers.request import Reply, Request

if TYPE_CHECKING:
    import httpx2


class Compatible(Provider):
    provider: ClassVar[str] = "compatible"
    key_variables: ClassVar[tuple[str, ...]] = ("REGULARS_MODEL_KEY",)
    """A name of its own: a key meant for OpenAI goes to nobody else."""
    needs_key: ClassVar[bool] = False

    model: str = ""
    """Left empty, the one model that the server has."""
    base_url: str

    def headers(self, key: Key | None) -> Mapping[str, str]:
        return bearer(key)

    @property
    def is_settled(self) -> bool:
        return bool(self.model)

    async def settled(self, http: httpx2.AsyncClient) -> Self:
        """With the model that the server has. Raises SettingsError where it has none, or several."""
        listed = (await http.get(self.models)).raise_for_status().json()
        there = sorted(str(each["id"]) for each in listed["data"])
        if len(there) != 1:
            raise SettingsError(
                "narration.model", f"the server has {len(there)} models", "Name the one that is to write.",
                examples=[repr(each[:80]) for each in there], count=len(there),
            )  # fmt: skip
        return type(self).model_validate(self.model_dump() | {"model": there[0]})

    async def reply(self, request: Request[Any], http: httpx2.AsyncClient) -> Reply:
        from regulars.narrate.providers import client_openai

        return await client_openai.compatible(self.model, self.base_url, request, http)
