"""The gate: what may be sent passes, and what may not is told by kind, never by value."""

import json
import logging
import subprocess
import sys
import traceback
from io import StringIO

import pytest
from rich.console import Console
from rich.traceback import Traceback
from tests.check.personal.test_personal import PLANTED
from tests.narrate.providers.speaking import chat, line

from regulars.errors import NotSent
from regulars.narrate.gate import MOST_BYTES, gate
from regulars.narrate.providers.anthropic import Anthropic
from regulars.narrate.providers.azure import Azure
from regulars.narrate.providers.conformance import SECRET, TEXT, Said, Server, question
from regulars.narrate.providers.keys import Key
from regulars.narrate.providers.line import Line
from regulars.narrate.providers.openai import OpenAI
from regulars.narrate.providers.request import Message, Request
from regulars.narrate.providers.transport import Outgoing
from regulars.narration_settings import NarrationChoices

PROMPT = "Say in words what follows. Statements: A: They order often."
FORMS = [(kind, each) for kind, forms in PLANTED.items() if kind != "identifier" for each in forms[:2]]


def outgoing(text: str, **more: object) -> Outgoing:
    body = {"model": "gpt-5-2026", "messages": [{"role": "user", "content": text}], "seed": 7, **more}
    return Outgoing("POST", "llm.example", "/v1/chat/completions", json.dumps(body).encode())


def stopped(sent: Outgoing, **given: object) -> NotSent:
    with pytest.raises(NotSent) as caught:
        gate(texts=[PROMPT], **given)(sent)
    return caught.value


def test_a_prompt_of_our_own_words_passes_and_is_logged_by_host_and_digest(caplog) -> None:
    sent = outgoing(PROMPT)
    with caplog.at_level(logging.DEBUG):
        gate(texts=[PROMPT], names=["Champions", "Mugs"], identifiers=["C-1"])(sent)
    assert [each.getMessage() for each in caplog.records] == [
        f"sent to llm.example: {len(sent.body)} bytes, sha256 {sent.digest}"
    ]


@pytest.mark.parametrize(("kind", "form"), FORMS, ids=[f"{kind}{nth}" for nth, (kind, _) in enumerate(FORMS)])
def test_planted_data_is_not_sent_though_it_stands_in_a_text_of_ours(caplog, kind: str, form: str) -> None:
    text = f"{PROMPT} They wrote: {form}, twice."
    with caplog.at_level(logging.DEBUG), pytest.raises(NotSent) as caught:
        gate(texts=[text])(outgoing(text))
    assert kind in str(caught.value)
    assert form not in caplog.text + told(caught.value)


def told(failure: BaseException) -> str:
    """All that a log, a debugger or a page of errors could show of it, values of variables too; but for the
    test's own, which planted it."""
    begun = failure.__traceback__
    while begun and begun.tb_frame.f_code.co_filename == __file__:
        begun = begun.tb_next
    failure = failure.with_traceback(begun)
    plain = traceback.TracebackException.from_exception(failure, capture_locals=True)
    shown = StringIO()
    rich = Traceback.from_exception(type(failure), failure, failure.__traceback__, show_locals=True)
    Console(file=shown, width=300).print(rich)
    return "".join(plain.format()) + shown.getvalue() + repr(failure) + str(vars(failure))


@pytest.mark.parametrize("figure", ["7", "10", "1,234", "C-10017", "a1", "٧", "2024"])
def test_no_figure_passes_that_stands_in_no_text_of_ours(figure: str) -> None:
    failure = stopped(outgoing(f"{PROMPT} There are {figure}."))
    assert failure.reason == "figure"
    assert figure not in str(failure)
    gate(texts=[PROMPT, f"Our voice: {figure}."])(outgoing(f"{PROMPT} There are {figure}."))


def test_no_name_from_the_data_passes_unless_our_own_texts_have_it() -> None:
    for said in ("about Café Mugs", "about CAFE-MUGS", "about\u200b Caf\u0065\u0301 mugs"):
        assert stopped(outgoing(f"{PROMPT} {said}"), names=["Café Mugs"]).reason == "name"
    gate(texts=[PROMPT], names=["words", "Mug"])(outgoing(f"{PROMPT} Mugs"))


def test_names_of_fields_and_fields_of_one_name_are_read_too() -> None:
    assert stopped(outgoing(PROMPT, **{"anna@shop.example": 1})).reason == "e_mail"
    twice = b'{"input": "anna@shop.example", "input": "nothing"}'
    assert stopped(Outgoing("POST", "llm.example", "/", twice)).reason == "e_mail"
    assert stopped(Outgoing("POST", "llm.example", "/v1?to=anna@shop.example", b"")).reason == "e_mail"
    assert stopped(outgoing(PROMPT, input=4111111111111111)).reason == "card"
    assert stopped(outgoing(PROMPT, model="anna@shop.example")).reason == "e_mail"


@pytest.mark.parametrize(
    "hidden", [r"anna\u0040shop.example", "anna%40shop%2Eexample", "anna&commat;shop&period;example"]
)
def test_an_address_behind_escapes_within_the_text_is_read(hidden: str) -> None:
    assert "e_mail" in str(stopped(outgoing(f"{PROMPT} {hidden}")))


@pytest.mark.parametrize(
    "body", [b"\xff\xfe", b"{", b"[]", b'"anna"', b"NaN", b'{"a": NaN}', b'{"a":' + b"[" * 100_000, b"a=b"]
)
def test_what_cannot_be_read_is_not_sent(body: bytes) -> None:
    assert stopped(Outgoing("POST", "llm.example", "/", body)).reason == "unreadable"


def test_what_is_longer_than_any_prompt_is_not_sent() -> None:
    assert stopped(outgoing("a" * MOST_BYTES)).reason == "too_large"


def test_the_list_of_models_is_asked_for_without_words() -> None:
    gate()(Outgoing("GET", "llm.example", "/v1/models", b""))


def test_a_note_is_quoted_with_its_figures_and_not_with_its_people() -> None:
    note = "We order 20 mugs in May."
    gate(texts=[PROMPT, note], names=["mugs"])(outgoing(f"{PROMPT}\n{note}"))
    signed = f"{note} Anna, 020 7946 0958"
    failure = stopped(outgoing(signed), country="GB")
    assert failure.reason == "phone"


CLIENTS = {
    "openai": lambda at: OpenAI(model="m-5", base_url=at),
    "azure": lambda at: Azure(model="m-5", base_url=f"{at}/openai/v1"),
    "anthropic": lambda at: Anthropic(model="m-5", base_url=at),
}


@pytest.mark.parametrize("name", CLIENTS)
def test_what_each_client_makes_of_a_question_passes_and_a_planted_one_is_never_captured(name: str) -> None:
    """Ours is the form, the settings and the words: nothing that a client adds may look like a figure."""
    asked = question()
    own = [each.text for each in asked.messages]
    planted = Request((Message("user", f"{own[1]} anna@shop.example"),), asked.answer, "f" * 64)
    server = Server([Said(b"{}", 400)])
    with server.serving() as address:
        narration = NarrationChoices(provider=name, attempts=1)
        asks = Line(
            CLIENTS[name](address), narration, key=Key("PLANTED", SECRET), before_send=gate(texts=own)
        )
        passed, held = asks.ask_all([asked, planted])
    assert (passed.reason, held.reason) == ("bad_request", "e_mail")
    assert len(server.asked) == 1
    assert b"anna" not in server.asked[0][2]


def test_a_traceback_of_what_was_not_sent_shows_none_of_it() -> None:
    form = "anna@shop.example"
    server = Server([Said(chat(TEXT))])
    with server.serving() as address:
        asked = Request((Message("user", form),), question().answer, "f" * 64)
        with pytest.raises(NotSent) as caught:
            line(address, gate=gate()).ask(asked)
    assert caught.value.reason == "e_mail"
    assert "request = Request(" in told(caught.value)
    assert form not in told(caught.value)
    assert server.asked == []


def test_a_stopped_request_prints_nothing_where_no_program_sets_up_logging() -> None:
    script = """
from regulars.errors import NotSent
from regulars.narrate.gate import gate
from regulars.narrate.providers.transport import Outgoing
try:
    gate()(Outgoing("POST", "llm.example", "/", b'{"a": "There are 42."}'))
except NotSent as stopped:
    print(stopped.reason)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("figure\n", "")
