"""The seam for language models: a request in, a reply out. One file a provider.

Nothing here decides what is true or shown: that is for the chains and checks that ask. What every provider is
held to (time, size, retries, keys, the gate, the cache) is in :mod:`regulars.narrate.providers.line`, so a
provider says only where it is, how it takes its key, and how to read what it answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from regulars import plugins
from regulars.errors import ExtraMissing, SettingsError, did_you_mean
from regulars.narrate.providers.addresses import checked
from regulars.narrate.providers.keys import Key
from regulars.narrate.providers.request import Reply, Request
from regulars.narration_settings import NarrationChoices

if TYPE_CHECKING:
    import httpx2

TEMPLATE = "template"
"""The name of having no model: sentences by rule."""


class Provider(BaseModel):
    """Base of every provider: its fields are its settings, and unknown ones are refused.

    A plug-in subclasses this, names itself in ``provider``, and implements ``headers`` and ``reply``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    provider: ClassVar[str]
    key_variables: ClassVar[tuple[str, ...]] = ()
    """Where its key is usually found."""
    needs_key: ClassVar[bool] = True
    modules: ClassVar[tuple[str, ...]] = ("pydantic_ai", "openai")
    """What must be installed."""
    extra: ClassVar[str] = "regulars[openai]"
    """What brings these."""
    client: ClassVar[str] = "regulars.narrate.providers.client_openai"
    """The module that asks. It is loaded before any clock runs: client libraries take seconds."""

    model: str
    base_url: str

    @field_validator("model")
    @classmethod
    def _model_is_a_name(cls, model: str) -> str:
        if not model.isprintable() or model != model.strip():
            raise ValueError("a model's name has no spaces around it and no line breaks")
        return model

    def headers(self, key: Key | None) -> Mapping[str, str]:
        """How the key is shown to the server. Only what writes to the wire asks for it."""
        raise NotImplementedError  # the seam: each provider says it

    async def reply(self, request: Request[Any], http: httpx2.AsyncClient) -> Reply:
        """What the server says, asked once through ``http``, which adds the key and keeps every limit.

        Any exception may leave it: what was seen on the wire says what it is called. Raises AnswerUnusable
        where the server answered in a form that cannot be read.
        """
        raise NotImplementedError  # the seam: each provider says it

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left open that only the server can say, such as which model it has."""
        return True

    async def settled(self, http: httpx2.AsyncClient) -> Self:
        """The provider with what its server says; asked only where something is open."""
        return self

    def load(self) -> None:
        """Import what asking needs."""
        import_module(self.client)

    @property
    def models(self) -> str:
        """The address that lists models: asking it says whether the server is there and takes the key."""
        return f"{self.base_url}/models"

    @classmethod
    def installed(cls) -> None:
        """Raises ExtraMissing where a part that it needs is not installed."""
        absent = [each for each in cls.modules if find_spec(each) is None]
        if absent:
            raise ExtraMissing(
                f"narration by {cls.provider}", f"not installed: {' and '.join(absent)}",
                f"Install it with: pip install '{cls.extra}'. Without it, go on with --provider {TEMPLATE}: "
                "the same facts in sentences by rule.",
            )  # fmt: skip


def names() -> list[str]:
    """What ``narration.provider`` may say."""
    return sorted([TEMPLATE, *plugins.names("providers")])


def offered(name: str) -> type[Provider]:
    """The provider of that name. Raises SettingsError where nobody offers it."""
    try:
        found: type[Provider] = plugins.load("providers", name)
    except KeyError as unknown:
        known = names()
        raise SettingsError(
            f"narration.provider: {name!r}", f"there are {', '.join(known)}",
            f"Choose one of them.{did_you_mean(name, known)}",
        ) from unknown  # fmt: skip
    return found


def chosen(narration: NarrationChoices) -> Provider | None:
    """The provider that the settings name; None is the template. Nothing is sent, nor any key read.

    Raises SettingsError with what it lacks or does not know, and ExtraMissing.
    """
    if narration.provider == TEMPLATE:
        return None
    kind = offered(narration.provider)
    kind.installed()
    given = {name: getattr(narration, name) for name in ("model", "base_url") if getattr(narration, name)}
    try:
        provider = kind.model_validate({**narration.options, **given})
    except ValidationError as bad:
        raise SettingsError(
            "narration", "; ".join(_fault(kind, each) for each in bad.errors()), "Mend it."
        ) from None
    address = checked("narration.base_url", provider.base_url, plain_http=narration.plain_http)
    return provider.model_copy(update={"base_url": address})


def names_of(provider: Provider | type[Provider], narration: NarrationChoices) -> tuple[str, ...]:
    """The names that the provider's key may have."""
    return (narration.key_variable,) if narration.key_variable else provider.key_variables


def _fault(kind: type[Provider], error: Any) -> str:
    name = ".".join(map(str, error["loc"]))
    if error["type"] == "extra_forbidden":
        near = did_you_mean(name, sorted(kind.model_fields))
        return f"options.{name}: {kind.provider} has no such setting.{near}"
    if error["type"] == "missing":
        return f"{name}: {kind.provider} needs it"
    return f"{name}: {error['msg'].removeprefix('Value error, ')}"


def renamed(said: str, narration: NarrationChoices) -> NarrationChoices:
    """The settings with what ``--provider`` says: ``template``, ``openai``, ``openai:MODEL``, or an address
    of a server that speaks as OpenAI does (``http://127.0.0.1:8080/v1``).

    What the settings say of another provider's address, key and options does not carry over: a key goes
    only to whom it is for. Raises SettingsError where the name is not known.
    """
    address = said.startswith(("http://", "https://"))
    name, _, model = ("compatible", "", "") if address else said.partition(":")
    if name != TEMPLATE:
        offered(name)
    stays = name == narration.provider and (
        not address or said.rstrip("/") == (narration.base_url or "").rstrip("/")
    )
    asked: dict[str, Any] = {"provider": name}
    if not stays:
        asked |= {"base_url": said if address else None, "model": None, "key_variable": None, "options": {}}
    return narration.model_copy(update=asked | ({"model": model} if model else {}))
