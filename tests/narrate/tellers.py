"""What tests of narration share: a shop with its manuscript, and models that say what they are told to."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.profile.crowds import profiled

from regulars.engine import Engine
from regulars.errors import ModelFailed
from regulars.narrate.composing import Frame
from regulars.narrate.manuscript import Manuscript
from regulars.narrate.prompts import NAMES, prompt
from regulars.narrate.providers.request import Answer, Record, Request
from regulars.narrate.template import narrate
from regulars.narrate.writing import Manner
from regulars.profile import facts_file

LOYAL = [{"orders": 5, "spend": 500 + n, "recency_days": n % 20, "gap_days": 15 + n % 3} for n in range(60)]
GONE = [{"orders": 2, "spend": 60 + n, "recency_days": 200 + n, "gap_days": 80 + n % 3} for n in range(60)]
NEW = [{"orders": 1, "spend": 20, "recency_days": 10 + n % 9, "gap_days": None} for n in range(60)]
SHOP = {"loyal": LOYAL, "gone": GONE, "new": NEW}
NAMED = {"loyal": "Loyal", "gone": "Gone quiet", "new": "New"}

GOOD = {
    "name": "Good Customers",
    "hypothesis": "They may be buying for an office.",
    "advice": "Ask them what they need.",
    "need": "They may need a quick answer.",
    "job": "They may want to be done with it.",
    "objection": "They may find it hard to choose.",
    "improvement": "Make it easier to choose.",
    "positioning": "For those who order, we make it easy.",
}
"""Harmless words by the key that asks for them."""
ANY_MEANING = "So we should listen to them."
Says = Callable[[Request[Any]], Mapping[str, str] | ModelFailed]


def manuscript(engine: Engine, shop: Mapping[str, Any] = SHOP, **changed: Any) -> Manuscript:
    profile = profiled(engine, shop, NAMED)
    document = facts_file.as_json(profile)
    frame = Frame("rfm", "executive", "medium", "0" * 64, "1" * 64)
    return Manuscript(
        profile, document, narrate(profile), **{"frame": frame, "wording": lambda _: (), **changed}
    )


def manner(**changed: Any) -> Manner:
    usual = {
        "prompts": {name: prompt(name) for name in NAMES},
        "steps": ("draft",),
        "audience": "somebody",
        "length": "",
        "facts_digest": "0" * 64,
        "seconds_left": lambda: 10.0,
    }
    return Manner(**(usual | changed))


def harmless(request: Request[Any]) -> dict[str, str]:
    """An answer of harmless words, in the form that is asked for: of choices the first, of statements too."""
    found = {}
    told = re.search(r"^A: (.+)$", request.messages[-1].text, re.MULTILINE)
    for key, field in request.schema["properties"].items():
        allowed = field.get("enum") or ([field["const"]] if "const" in field else None)
        usual = ANY_MEANING if len(key) == 1 else GOOD.get(key, "They may be buying for an office.")
        found[key] = allowed[0] if allowed else usual
        if key in {"headline", "line"} and told:
            found[key] = told[1]
        if key.endswith("test"):
            found[key] = "Ask some of them."
    return found


class Scripted:
    """A line to a model that says what a function makes of each request; it remembers what it was asked."""

    def __init__(self, says: Says = harmless) -> None:
        self.says = says
        self.asked: list[Request[Any]] = []

    def ask_all(
        self, requests: Sequence[Request[Any]], seconds: float | None = None
    ) -> list[Answer[Any] | ModelFailed]:
        self.asked += requests
        return [self._answer(each) for each in requests]

    def _answer(self, request: Request[Any]) -> Answer[Any] | ModelFailed:
        said = self.says(request)
        if isinstance(said, ModelFailed):
            return said
        text = json.dumps(said)
        record = Record("scripted", "http://127.0.0.1", "m", "m", request.prompt, request.prompt_digest,
                        request.facts_digest, request.settings, "2" * 64, 1, 1)  # fmt: skip
        return Answer(request.answer.model_validate_json(text, strict=True), text, record)
