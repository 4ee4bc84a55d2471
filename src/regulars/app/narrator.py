"""Who writes the words of a study: a line to the model that its settings name, with its key and its cache."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from regulars import plugins
from regulars.app.workspace import Workspace
from regulars.errors import ExtraMissing, RegularsError
from regulars.narrate.providers import TEMPLATE, Provider, chosen, names_of, offered
from regulars.narrate.providers.keys import Key, found
from regulars.narration_settings import NarrationChoices

if TYPE_CHECKING:
    from regulars.narrate.providers.line import Line
    from regulars.narrate.providers.transport import Gate


def line(
    narration: NarrationChoices,
    workspace: Workspace,
    environment: Mapping[str, str],
    *,
    before_send: Gate,
    seed: int = 0,
) -> Line | None:
    """A line to the model that the settings name; None where words are by rule. Nothing is sent yet.

    Raises SettingsError (a setting, the key, the secrets file) and ExtraMissing.
    """
    provider = chosen(narration)
    if provider is None:
        return None
    from regulars.narrate.providers.line import Line

    return Line(
        provider,
        narration,
        key=key_of(provider, narration, workspace, environment),
        before_send=before_send,
        cache=workspace.root / "narration" / "cache",
        seed=seed,
    )


def key_of(
    provider: Provider | type[Provider],
    narration: NarrationChoices,
    workspace: Workspace,
    environment: Mapping[str, str],
) -> Key | None:
    """The provider's key, from the environment or the secrets file, whose path starts at the workspace."""
    secrets = narration.secrets and workspace.root / Path(narration.secrets).expanduser()
    return found(names_of(provider, narration), environment, secrets)


def standing(
    narration: NarrationChoices, workspace: Workspace, environment: Mapping[str, str], *, ask: bool
) -> dict[str, str]:
    """Of each provider whether it can be asked, and what it lacks; the chosen one first.

    Only with ``ask`` is anything sent: to the chosen one, for the list of its models, without any words.
    """
    told = {"chosen": _chosen(narration, workspace, environment, ask=ask)}
    others = [name for name in plugins.names("providers") if name != narration.provider]
    usual = NarrationChoices(secrets=narration.secrets)
    return told | {name: _offered(name, usual, workspace, environment) for name in others}


def _chosen(
    narration: NarrationChoices, workspace: Workspace, environment: Mapping[str, str], *, ask: bool
) -> str:
    if narration.provider == TEMPLATE:
        return f"{TEMPLATE}: sentences by rule; no model is asked and nothing is sent"
    try:
        ready = line(narration, workspace, environment, before_send=_nothing_but_the_list)
        assert ready is not None
        name = f"{narration.provider} {ready.provider.model}".strip() + f" at {ready.provider.base_url}"
        if not ask:
            return f"{name}: ready; not asked (doctor --ask-model asks for the list of its models)"
        models = ready.models()
    except RegularsError as lacking:
        return str(lacking)
    has = ready.provider.model in models
    return f"{name}: answers, and takes the key" + (
        "" if has else f"; it lists {len(models)} models, not this one"
    )


def _nothing_but_the_list(outgoing: object) -> None:
    """The list of models is asked for with nothing in it."""
    assert not getattr(outgoing, "body", b""), "only a request without words may leave here"


def _offered(
    name: str, narration: NarrationChoices, workspace: Workspace, environment: Mapping[str, str]
) -> str:
    kind = offered(name)
    try:
        kind.installed()
        key = key_of(kind, narration, workspace, environment)
    except ExtraMissing as missing:
        return f"{missing.found}. {missing.remedy}"
    except RegularsError as faulty:
        return str(faulty)
    if key is not None:
        return f"installed; its key is in {key.variable}"
    where = " or ".join(names_of(kind, narration))
    return f"installed; its key is looked for in {where}" + (
        "" if kind.needs_key else ", if its server needs one"
    )
