"""What servers of the tests say, and lines to them."""

import json
from pathlib import Path
from typing import Any

from regulars.narrate.providers.compatible import Compatible
from regulars.narrate.providers.conformance import SECRET
from regulars.narrate.providers.keys import Key
from regulars.narrate.providers.line import Line
from regulars.narration_settings import NarrationChoices


def chat(text: str, tokens_in: int = 17, tokens_out: int = 9, finish: str = "stop") -> bytes:
    """An answer of OpenAI's form (api-reference/chat/object)."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": finish}
    usage = {
        "prompt_tokens": tokens_in,
        "completion_tokens": tokens_out,
        "total_tokens": tokens_in + tokens_out,
    }
    head = {"id": "c", "object": "chat.completion", "created": 1741569952, "model": "qwen-2026-01-01"}
    return json.dumps({**head, "choices": [choice], "usage": usage}).encode()


def passed(_: object) -> None:
    """A gate that lets everything through."""


def line(
    address: str, folder: Path | None = None, *, gate: Any = passed, seed: int = 0, **settings: Any
) -> Line:
    narration = NarrationChoices(**{"provider": "compatible", "backoff_seconds": 0.01, **settings})
    provider = Compatible(model="qwen", base_url=f"{address}/v1")
    return Line(provider, narration, key=Key("PLANTED", SECRET), before_send=gate, cache=folder, seed=seed)
