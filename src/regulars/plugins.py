"""The one door for plug-ins. Built-ins come through it too; installed packages add to it by entry point.

A package offers a method with::

    [project.entry-points."regulars.methods"]
    mine = "my_package.mine:Mine"

A policy pack (``regulars.policies``) is offered as the path of its file.
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import entry_points
from typing import Any, Literal

Seam = Literal["methods", "policies", "providers"]

_BUILT_IN: dict[Seam, dict[str, str]] = {
    "methods": {
        "rfm": "regulars.segment.methods.rfm:Rfm",
        "loyalty_monetary": "regulars.segment.methods.loyalty_monetary:LoyaltyMonetary",
        "gmm": "regulars.segment.methods.gmm:Gmm",
        "hierarchical": "regulars.segment.methods.hierarchical:Hierarchical",
        "kmeans": "regulars.segment.methods.kmeans:KMeans",
        "model": "regulars.segment.methods.model:Model",
        "rules": "regulars.segment.methods.rules:Rules",
        "firmographic": "regulars.segment.methods.firmographic:Firmographic",
        "demographic": "regulars.segment.methods.firmographic:Demographic",
        "labels": "regulars.segment.methods.labels:Labels",
        "lifecycle": "regulars.segment.methods.lifecycle:Lifecycle",
        "tiers": "regulars.segment.methods.tiers:Tiers",
    },
    "policies": {
        "bank_uk": "regulars.check.policy.packs:BANK_UK",
        "bank_us": "regulars.check.policy.packs:BANK_US",
        "retail": "regulars.check.policy.packs:RETAIL",
    },
    "providers": {
        "anthropic": "regulars.narrate.providers.anthropic:Anthropic",
        "azure": "regulars.narrate.providers.azure:Azure",
        "compatible": "regulars.narrate.providers.compatible:Compatible",
        "openai": "regulars.narrate.providers.openai:OpenAI",
    },
}


def names(seam: Seam) -> list[str]:
    """What can be chosen at a seam, in alphabetical order."""
    return sorted(_offered(seam))


def load(seam: Seam, name: str) -> Any:
    """The class of that name, or the path of the pack. Raises KeyError where nobody offers it."""
    module, _, attribute = _offered(seam)[name].partition(":")
    return getattr(import_module(module), attribute)


def _offered(seam: Seam) -> dict[str, str]:
    """Name to ``module:attribute``. A built-in cannot be replaced, so that its name keeps its meaning."""
    outside = {entry.name: entry.value for entry in entry_points(group=f"regulars.{seam}")}
    return {**outside, **_BUILT_IN[seam]}
