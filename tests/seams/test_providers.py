"""Every provider keeps what asking relies on, and the check that says so can fail."""

import asyncio
import json
import time
from dataclasses import replace

import pytest

from regulars import plugins
from regulars.narrate.providers import offered
from regulars.narrate.providers.conformance import SECRET, TEXT, Said, Server, question
from regulars.narrate.providers.keys import Key
from regulars.narrate.providers.line import Line
from regulars.narrate.providers.openai import OpenAI
from regulars.narrate.providers.request import Reply
from regulars.narration_settings import NarrationChoices
from regulars.testing import check_provider


def chat(text: str, tokens_in: int, tokens_out: int, finish: str = "stop") -> bytes:
    """An answer of OpenAI's form (api-reference/chat/object)."""
    message = {"role": "assistant", "content": text, "refusal": None}
    return json.dumps(
        {
            "id": "chatcmpl-1", "object": "chat.completion", "created": 1741569952, "model": "m-2026-01-01",
            "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": finish}],
            "usage": {
                "prompt_tokens": tokens_in, "completion_tokens": tokens_out,
                "total_tokens": tokens_in + tokens_out,
            },
        }
    ).encode()  # fmt: skip


def said_by_claude(text: str, tokens_in: int, tokens_out: int, stop: str = "end_turn") -> bytes:
    """An answer of Anthropic's form (api/messages)."""
    return json.dumps(
        {
            "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-2026",
            "content": [{"type": "text", "text": text}], "stop_reason": stop, "stop_sequence": None,
            "usage": {"input_tokens": tokens_in, "output_tokens": tokens_out},
        }
    ).encode()  # fmt: skip


KINDS = {
    "anthropic": (lambda at: offered("anthropic")(model="claude-haiku-4-5", base_url=at), said_by_claude),
    "azure": (lambda at: offered("azure")(model="ours", base_url=at, api_version="2024-10-21"), chat),
    "compatible": (lambda at: offered("compatible")(model="qwen", base_url=f"{at}/v1"), chat),
    "openai": (lambda at: OpenAI(model="gpt-5", base_url=f"{at}/v1"), chat),
}


@pytest.mark.parametrize("name", plugins.names("providers"))
def test_a_provider_that_can_be_chosen_keeps_what_asking_relies_on(name):
    check_provider(*KINDS[name])


def test_a_model_that_takes_no_schema_is_told_it_in_words():
    server = Server([Said(said_by_claude(f"```json\n{TEXT}\n```", 5, 3))])
    with server.serving() as address:
        provider = offered("anthropic")(model="claude-3-haiku-20240307", base_url=address)
        asked = Line(provider, NarrationChoices(), key=Key("K", SECRET), before_send=lambda _: None)
        assert asked.ask(question()).content.chosen == "b"
    ((_, headers, body),) = server.asked
    assert headers["x-api-key"] == SECRET
    sent = json.loads(body)
    assert "output_config" not in sent
    assert "chosen" in json.dumps(sent["system"])


def test_a_model_that_reasons_is_asked_without_a_temperature():
    server = Server([Said(chat(TEXT, 5, 3))])
    with server.serving() as address:
        provider = OpenAI(model="gpt-5", base_url=f"{address}/v1")
        Line(provider, NarrationChoices(), key=Key("K", SECRET), before_send=lambda _: None).ask(question())
    ((_, _, body),) = server.asked
    assert "temperature" not in json.loads(body)
    assert json.loads(body)["seed"] == 7


class Keyless(OpenAI):
    """Never shows its key."""

    def headers(self, key):
        return {}


class Uncounted(OpenAI):
    """Tells no tokens."""

    async def reply(self, request, http):
        return replace(await super().reply(request, http), input_tokens=0, output_tokens=0)


class Stubborn(OpenAI):
    """Tries again by itself, past the limits."""

    async def reply(self, request, http):
        try:
            return await super().reply(request, http)
        except Exception:  # noqa: BLE001  what the test is about
            return await super().reply(request, http)


class Inventive(OpenAI):
    """Makes an answer up where there is none."""

    async def reply(self, request, http):
        try:
            return await super().reply(request, http)
        except Exception:  # noqa: BLE001  what the test is about
            return Reply('{"chosen":"a","words":""}', "m", "stop", 1, 1)


class Blocking(OpenAI):
    """Waits in a way that nothing can break off."""

    async def reply(self, request, http):
        try:
            return await super().reply(request, http)
        except asyncio.CancelledError:
            time.sleep(3)
            raise


class Tidy(OpenAI):
    """Gives back other bytes than came."""

    async def reply(self, request, http):
        reply = await super().reply(request, http)
        return replace(reply, text=reply.text.replace("“", '\\"').replace("”", '\\"'))


@pytest.mark.parametrize(
    ("kind", "law"),
    [
        (Keyless, "the key was not sent in a header"),
        (Uncounted, r"tokens \(17, 9\) came back as \(0, 0\)"),
        (Stubborn, "asked 4 times, not 2"),
        (Inventive, "a server that is busy, once: asked 1 times, not 2"),
        (Blocking, "it took .* seconds where 0.6 are given"),
        (Tidy, "came back as"),
    ],
)
def test_a_provider_that_breaks_a_law_is_told_which(kind, law: str):
    with pytest.raises(AssertionError, match=law):
        check_provider(lambda at: kind(model="gpt-4o", base_url=f"{at}/v1"), chat)
