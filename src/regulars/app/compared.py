"""What ``compare`` hands to each of its sections, and what a section gives back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from regulars.engine import Engine
from regulars.segment.definition import Definition
from regulars.settings import Settings
from regulars.types import Feature, Finding, Study


@dataclass(frozen=True)
class Compared:
    """Two runs of one segmentation, the earlier first, and the definition of the later one.

    The engine has ``customers_then`` and ``customers_now``: one row a customer with customer_id, segment_id
    by that definition, and every feature that it reads. ``features`` are these, in the definition's order.
    """

    name: str
    definition: Definition
    features: tuple[Feature, ...]
    then: Study
    now: Study
    engine: Engine
    settings: Settings
    stage: Callable[[str], None]


@dataclass(frozen=True)
class Section:
    """One question of ``compare``, answered.

    ``document`` is the whole answer as plain values, ``passed`` what passed a limit of the settings (then
    the command ends with exit code 4), ``show`` prints it for people, in 80 columns.
    """

    name: str
    document: dict[str, Any]
    passed: tuple[Finding, ...]
    show: Callable[[], None]


class Question(Protocol):
    """A section to be: answers what it is about for two runs."""

    def __call__(self, compared: Compared) -> Section: ...
