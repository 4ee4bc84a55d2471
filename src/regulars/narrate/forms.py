"""Forms: what an answer must look like, made from the slots that words are asked for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, create_model

from regulars.narrate.slots import Slot


def form(slots: Iterable[Slot]) -> type[BaseModel]:
    """A model with a required text for each slot, or a choice among its options, and nothing else."""
    fields: dict[str, Any] = {
        slot.key: (Literal[slot.options] if slot.options else str, ...) for slot in slots
    }  # fmt: skip
    return create_model("Words", __config__=ConfigDict(extra="forbid"), **fields)
