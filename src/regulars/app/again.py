"""A run's orders read again: refused where they, or what decides on them, are not what they were."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict
from typing import Any

from regulars.app.reading import Tables
from regulars.errors import NotReady
from regulars.settings import Settings
from regulars.types import Study


def require_same_settings(settings: Settings, study: Study, asked: str) -> None:
    """Raises NotReady, naming what is ``asked``, where the settings would move a customer of the run."""
    if _of_customers(_plain(settings.answers())) != _of_customers(study.manifest["settings"]):
        raise NotReady(asked, "the settings are not those of the run any more", "Run again: regulars run.")


def require_same_sources(tables: Tables, study: Study, asked: str) -> None:
    """Raises NotReady, naming what is ``asked``, where what was read is not what the run read."""
    if _plain([asdict(each) for each in tables.inputs]) != study.manifest["inputs"]:
        raise NotReady(asked, "the sources have changed since the run", "Run again: regulars run.")


def _plain(value: Any) -> Any:
    """As a manifest has it."""
    return json.loads(json.dumps(value))


def _of_customers(settings: Mapping[str, Any]) -> dict[str, Any]:
    """What of the settings moves a customer: not how these segmentations are made, which the run says."""
    beside: Collection[str] = ("name", "segmentations", "readiness_override")
    return {name: each for name, each in settings.items() if name not in beside}
