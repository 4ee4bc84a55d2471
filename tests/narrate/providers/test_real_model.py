"""A real model on this machine answers through our own seam: the wire, form and record, not the wit."""

import json
import urllib.error
import urllib.request
from typing import Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field
from tests.narrate.providers.speaking import passed

from regulars.errors import ModelFailed
from regulars.narrate.providers.compatible import Compatible
from regulars.narrate.providers.line import Line
from regulars.narrate.providers.request import Message, Request
from regulars.narration_settings import NarrationChoices

ASKED = (
    Message("system", "You write for marketers. Answer in JSON, without figures."),
    Message("user", "s1: this segment orders often. s2: this segment ordered lately. Pick one and say why."),
)


class Reason(BaseModel):
    model_config = ConfigDict(extra="forbid")

    why: str = Field(max_length=30)


class Picked(BaseModel):
    """Not what a model would write by itself: the names hold only if the server keeps to the schema."""

    model_config = ConfigDict(extra="forbid")

    statement: Literal["s1", "s2"]
    reasons: list[Reason] = Field(min_length=1, max_length=2)
    doubt: Reason | None
    title: Literal["Often", "Lately"]


def asking(address: str, **settings) -> Line:
    narration = NarrationChoices(provider="compatible", cache=False, **settings)
    return Line(Compatible(base_url=address), narration, key=None, before_send=passed)


def request(text: str = "", most: int = 120) -> Request[Picked]:
    return Request((*ASKED, *([Message("user", text)] if text else [])), Picked, "f" * 64, max_tokens=most)


def test_it_answers_in_the_form_and_the_same_again(small_model: str) -> None:
    first, second = (asking(small_model).ask(request()) for _ in range(2))
    assert isinstance(first.content, Picked)
    assert first.record.model == first.record.answered_by
    assert first.record.model.startswith("smollm2-135m")
    assert first.record.input_tokens > 30
    assert 20 < first.record.output_tokens <= 120
    assert second.text == first.text
    assert second.record.digest == first.record.digest


def test_what_it_cannot_answer_has_a_name_and_leaves_it_free_for_the_next(small_model: str) -> None:
    def failure(asked: Request[Picked], **settings) -> ModelFailed:
        (outcome,) = asking(small_model, **settings).ask_all([asked])
        assert isinstance(outcome, ModelFailed)
        return outcome

    assert failure(request(most=5)).reason == "truncated"
    assert failure(request("word " * 5000)).reason == "bad_request"
    # Who gives up waiting does not leave the model writing for nobody.
    assert failure(request("Write on and on.", 3000), request_seconds=0.2).reason == "deadline"
    assert isinstance(asking(small_model, request_seconds=30).ask(request()).content, Picked)


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({}, "there are no messages"),
        ({"messages": [], "response_format": {"type": "yaml"}}, "yaml is not known"),
        (
            {
                "messages": [{"role": "user", "content": "x"}],
                "response_format": {
                    "type": "json_schema",
                    "json_schema": {"schema": {"$ref": "#/$defs/A", "$defs": {"A": {"$ref": "#/$defs/A"}}}},
                },
            },
            "refers to itself",
        ),
    ],
)
def test_the_server_says_what_it_does_not_take(small_model: str, sent: dict, told: str) -> None:
    asked = urllib.request.Request(f"{small_model}/chat/completions", json.dumps(sent).encode())
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(asked, timeout=30)
    assert refused.value.code == 400
    assert told in refused.value.read().decode()
