"""Asking keeps its limits, whatever the server does. Servers are real ones, on this machine."""

import asyncio
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import time
import traceback
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from pydantic import BaseModel
from tests.narrate.providers.speaking import chat, line

from regulars.errors import (
    AnswerUnusable,
    ModelFailed,
    ModelRefused,
    ModelUnreachable,
    NotSent,
    SettingsError,
)
from regulars.narrate.providers.compatible import Compatible
from regulars.narrate.providers.conformance import SECRET, TEXT, Said, Server, question
from regulars.narrate.providers.keys import Key
from regulars.narrate.providers.line import Line
from regulars.narrate.providers.openai import OpenAI
from regulars.narrate.providers.request import Request
from regulars.narration_settings import NarrationChoices, Price

GOOD = Said(chat(TEXT))


def said(server: Server, **settings):
    """What one question comes to, and the line."""
    with server.serving() as address:
        asked = line(address, **settings)
        (outcome,) = asked.ask_all([question()])
    return outcome, asked


def test_an_answer_has_its_form_its_bytes_and_its_record() -> None:
    answer, asked = said(Server([GOOD]))
    assert (answer.content.chosen, answer.text) == ("b", TEXT)
    told = answer.record.as_json()
    assert told["provider"] == "compatible"
    assert (told["model"], told["answered_by"]) == ("qwen", "qwen-2026-01-01")
    assert (told["input_tokens"], told["output_tokens"]) == (17, 9)
    assert told["settings"] == {"seed": 7, "temperature": 0.0, "max_tokens": 50}
    assert told["facts_digest"] == "f" * 64
    assert told["prompt_digest"] == question().prompt_digest != question(1).prompt_digest
    assert told["digest"] == replace(answer.record, seconds=99.0, attempts=3, from_cache=True).digest
    assert told["digest"] != replace(answer.record, output_tokens=10).digest
    assert asked.account.as_json()["cost"] is None


def test_what_is_sent_is_the_question_the_schema_and_the_settings() -> None:
    server = Server([GOOD])
    said(server)
    ((path, headers, body),) = server.asked
    assert path == "/v1/chat/completions"
    sent = json.loads(body)
    assert sent["messages"] == [
        {"role": "system", "content": "Answer in JSON."},
        {"role": "user", "content": "Which one? (0)"},
    ]
    assert sent["response_format"]["json_schema"]["schema"]["properties"]["chosen"]["enum"] == ["a", "b"]
    assert (sent["temperature"], sent["seed"], sent["max_tokens"]) == (0.0, 7, 50)
    assert set(headers) <= {
        "accept", "accept-encoding", "authorization", "connection", "content-length", "content-type", "host",
        "user-agent",
    }  # fmt: skip


def test_nothing_of_the_environment_reaches_the_wire(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org-planted")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-planted")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-planted-for-another")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    server = Server([GOOD])
    answer, _ = said(server)
    assert answer.text == TEXT
    assert "planted-for-another" not in repr(server.asked)
    assert "-planted" not in repr([headers for _, headers, _ in server.asked]).replace(SECRET, "")


def test_the_same_question_is_answered_from_the_cache_byte_for_byte(tmp_path) -> None:
    server = Server([GOOD, Said(chat('{"chosen":"a","words":"other"}'))])
    with server.serving() as address:
        first = line(address, tmp_path).ask(question())
        again = line(address, tmp_path)
        second = again.ask(question())
        other = line(address, tmp_path).ask(question(1))
    assert second.text == first.text == TEXT
    assert second.record.digest == first.record.digest
    assert (first.record.from_cache, second.record.from_cache) == (False, True)
    assert other.content.words == "other"
    assert len(server.asked) == 2
    assert again.account.as_json() | {"model": ""} == {
        "model": "", "requests": 0, "answered": 0, "from_cache": 1, "failed": {}, "input_tokens": 0,
        "output_tokens": 0, "cost": None, "currency": None, "price_as_of": None,
    }  # fmt: skip


@pytest.mark.parametrize("change", ["facts_digest", "seed", "max_tokens", "prompt"])
def test_another_question_is_not_answered_from_the_cache(tmp_path, change: str) -> None:
    server = Server([GOOD])
    other = replace(question(), **{change: {"facts_digest": "e" * 64, "prompt": "other/2"}.get(change, 8)})
    with server.serving() as address:
        line(address, tmp_path).ask(question())
        line(address, tmp_path).ask(other)
    assert len(server.asked) == 2


def test_a_file_of_the_cache_that_was_altered_is_told_and_asked_anew(tmp_path) -> None:
    server = Server([GOOD])
    with server.serving() as address:
        line(address, tmp_path).ask(question())
        (kept,) = tmp_path.rglob("*.json")
        for spoilt in (kept.read_text().replace("gladly", "sadly"), '{"half":', "[]"):
            kept.write_text(spoilt)
            asked = line(address, tmp_path)
            answer = asked.ask(question())
            assert (answer.text, answer.record.from_cache) == (TEXT, False)
            (finding,) = asked.findings
            assert "not as it was written" in finding.what
        assert line(address, tmp_path).ask(question()).record.from_cache
    assert SECRET not in kept.read_text()
    assert "Which one?" not in kept.read_text()


def test_an_unusable_answer_is_not_kept(tmp_path) -> None:
    server = Server([Said(chat("no JSON")), GOOD])
    with server.serving() as address:
        with pytest.raises(AnswerUnusable, match="not JSON"):
            line(address, tmp_path).ask(question())
        assert line(address, tmp_path).ask(question()).text == TEXT


def test_equal_questions_are_asked_once_and_answers_come_in_order() -> None:
    server = Server([GOOD])
    with server.serving() as address:
        outcomes = line(address).ask_all([question(1), question(0), question(1)])
    assert [each.record.prompt_digest for each in outcomes] == [
        question(number).prompt_digest for number in (1, 0, 1)
    ]
    assert len(server.asked) == 2


def test_one_question_that_fails_leaves_the_others_their_answers() -> None:
    server = Server([GOOD, Said(chat("{}")), GOOD])
    with server.serving() as address:
        outcomes = line(address, concurrency=1).ask_all([question(n) for n in range(3)])
    assert [type(each).__name__ for each in outcomes] == ["Answer", "AnswerUnusable", "Answer"]


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Said(chat('{"chosen":"b","wor', finish="length")), "truncated"),
        (Said(chat("", finish="content_filter")), "filtered"),
        (Said(chat('{"chosen":"b"}')), "wrong_schema"),
        (Said(chat('{"chosen":"b","words":5}')), "wrong_schema"),
        (Said(chat('{"chosen":"b","words":"x","more":1}')), "wrong_schema"),
        (Said(chat('{"chosen":"b","words":"x"} and more')), "malformed"),
        (Said(chat("")), "malformed"),
        (Said(b""), "malformed"),
        (Said(b"<html>maintenance</html>"), "malformed"),
        (Said(b"[]"), "malformed"),
        (Said(b'{"choices":[]}'), "malformed"),
        (Said(b"\xff\xfe" * 20), "malformed"),
        (Said(chat('{"chosen":"b","words":"\ud800"}')), "malformed"),
        (Said(chat("[" * 60_000)), "malformed"),
        (Said(b"[" * 60_000), "malformed"),
        (Said(b"\x1f\x8b" * 20, headers=(("content-encoding", "gzip"),)), "packed"),
        (Said(b" " * 300_000), "too_large"),
        (Said(chat("x" * 300_000)), "too_large"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_an_answer_without_the_form_is_a_failure_with_a_name(reply: Said, reason: str) -> None:
    server = Server([reply])
    outcome, asked = said(server, answer_bytes=200_000)
    assert isinstance(outcome, AnswerUnusable)
    assert (outcome.reason, len(server.asked)) == (reason, 1)
    assert asked.account.failed == {reason: 1}


def test_a_number_in_quotes_is_no_number() -> None:
    class Counted(BaseModel):
        customers: int

    server = Server([Said(chat('{"customers":"5"}')), Said(chat('{"customers":5}'))])
    with server.serving() as address:
        asked = line(address)
        quoted, number = (
            asked.ask_all([Request((), Counted, facts_digest=each)])[0] for each in ("0" * 64, "1" * 64)
        )
    assert quoted.reason == "wrong_schema"
    assert number.content.customers == 5


def test_an_answer_between_fences_is_read() -> None:
    outcome, _ = said(Server([Said(chat(f"```json\n{TEXT}\n```"))]))
    assert outcome.content.chosen == "b"


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (400, "bad_request"), (401, "key_refused"), (403, "key_refused"), (404, "not_found"),
        (418, "refused"), (301, "redirected"), (307, "redirected"),
    ],
)  # fmt: skip
def test_what_will_not_pass_is_not_tried_again(status: int, reason: str) -> None:
    server = Server([Said(b'{"error":{"message":"no"}}', status, (("location", "http://127.0.0.1:9/"),))])
    outcome, _ = said(server)
    assert isinstance(outcome, ModelRefused)
    assert (outcome.reason, outcome.attempts, len(server.asked)) == (reason, 1, 1)


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 529])
def test_what_may_pass_is_tried_three_times(status: int) -> None:
    server = Server([Said(b"{}", status)])
    outcome, asked = said(server)
    assert isinstance(outcome, ModelUnreachable)
    assert (outcome.attempts, len(server.asked), asked.account.requests) == (3, 3, 3)


def test_retry_after_is_waited_for() -> None:
    server = Server([Said(status=429, headers=(("retry-after", "0.6"),)), GOOD])
    began = time.monotonic()
    outcome, _ = said(server)
    assert outcome.text == TEXT
    assert time.monotonic() - began >= 0.6
    assert outcome.record.attempts == 2


def test_a_wait_longer_than_the_time_left_is_not_begun() -> None:
    server = Server([Said(status=429, headers=(("retry-after", "3600"),)), GOOD])
    began = time.monotonic()
    outcome, _ = said(server)
    assert isinstance(outcome, ModelUnreachable)
    assert (outcome.reason, len(server.asked)) == ("rate_limited", 1)
    assert "asks to wait 3600 seconds" in str(outcome)
    assert time.monotonic() - began < 5


def test_the_deadline_holds_for_everything_that_is_asked_at_once() -> None:
    began = time.monotonic()
    with Server([Said(kind="drips")]).serving() as address:
        asked = line(address, deadline_seconds=0.5, request_seconds=30, concurrency=2)
        outcomes = asked.ask_all([question(n) for n in range(6)])
    assert time.monotonic() - began < 4
    assert {each.reason for each in outcomes} == {"deadline"}
    assert "narration.deadline_seconds" in str(outcomes[-1])
    assert asked.account.failed == {"deadline": 6}


def test_a_host_name_that_nobody_resolves_does_not_outlast_the_deadline(monkeypatch) -> None:
    def hangs(*_: object, **__: object) -> None:
        time.sleep(8)
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", hangs)
    began = time.monotonic()
    asked = Line(
        Compatible(model="m", base_url="https://llm.example/v1"), NarrationChoices(request_seconds=0.3),
        key=None, before_send=lambda _: None,
    )  # fmt: skip
    (outcome,) = asked.ask_all([question()])
    assert isinstance(outcome, ModelUnreachable)
    assert outcome.reason == "deadline"
    assert time.monotonic() - began < 6


def test_a_proxy_of_the_settings_is_used_and_one_that_is_no_address_refused() -> None:
    proxy = Server([GOOD])
    provider = Compatible(model="m", base_url="http://llm.invalid/v1")
    with proxy.serving() as address:
        narration = NarrationChoices(proxy=address)
        answer = Line(provider, narration, key=None, before_send=lambda _: None).ask(question())
    assert answer.text == TEXT
    assert [path for path, _, _ in proxy.asked] == ["http://llm.invalid/v1/chat/completions"]
    narration = NarrationChoices(proxy="http://user:planted@127.0.0.1:1")
    with pytest.raises(SettingsError, match="narration.proxy") as refused:
        Line(provider, narration, key=None, before_send=lambda _: None)
    assert "planted" not in str(refused.value)


def test_a_closed_port_is_told_as_nobody_answering() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        outcome = line(f"http://127.0.0.1:{free.getsockname()[1]}").ask_all([question()])[0]
    assert isinstance(outcome, ModelUnreachable)
    assert (outcome.reason, outcome.attempts) == ("connection", 3)
    assert "--provider template" in outcome.remedy


def test_no_more_is_asked_at_once_than_allowed() -> None:
    server = Server([Said(chat(TEXT), after=0.1)])
    with server.serving() as address:
        line(address, concurrency=2).ask_all([question(n) for n in range(6)])
    assert server.most_at_once == 2


def test_requests_start_as_far_apart_as_the_rate_says() -> None:
    times: list[float] = []
    with Server([GOOD]).serving() as address:
        asked = line(address, gate=lambda _: times.append(time.monotonic()), requests_per_minute=300)
        began = time.monotonic()
        asked.ask_all([question(n) for n in range(4)])
    # A request may reach the gate late, on a busy machine, but the fourth never before three waits are over.
    # The clock of the loop and this one may differ by a few milliseconds.
    assert max(times) - began > 3 * 0.2 - 0.05


def test_the_wait_for_a_turn_is_not_taken_off_the_time_of_a_request() -> None:
    with Server([GOOD]).serving() as address:
        asked = line(address, requests_per_minute=40, request_seconds=1)
        outcomes = asked.ask_all([question(0), question(1)])
    assert [type(each).__name__ for each in outcomes] == ["Answer", "Answer"]


def test_the_gate_sees_what_is_sent_and_what_it_stops_is_not_sent() -> None:
    seen = []

    def gate(outgoing) -> None:
        seen.append(outgoing)
        if b"(1)" in outgoing.body:
            raise NotSent("the prompt", "personal_data", "an e-mail address stands in it", "Take it out.")

    server = Server([GOOD])
    with server.serving() as address:
        first, second = line(address, gate=gate).ask_all([question(0), question(1)])
    assert first.text == TEXT
    assert isinstance(second, NotSent)
    assert second.reason == "personal_data"
    assert [body for _, _, body in server.asked] == [seen[0].body]
    assert all(each.host == "127.0.0.1" and SECRET not in repr(each) for each in seen)


def test_a_gate_that_breaks_down_lets_nothing_through() -> None:
    def broken(_: object) -> None:
        raise ZeroDivisionError

    server = Server([GOOD])
    with server.serving() as address, pytest.raises(ZeroDivisionError):
        line(address, gate=broken).ask_all([question(0), question(1)])
    assert server.asked == []


@pytest.mark.parametrize(
    "case",
    [
        Said(SECRET.encode(), 401),
        Said(SECRET.encode(), 500),
        Said(chat(SECRET)),
        Said(SECRET.encode()),
        Said(kind="breaks_off", body=SECRET.encode()),
    ],
)
def test_a_key_is_in_no_log_error_traceback_or_record(case: Said, caplog, monkeypatch) -> None:
    monkeypatch.setenv("OPENAI_LOG", "debug")
    caplog.set_level(logging.DEBUG)
    server = Server([Said(case.body, case.status, (("x-echo", SECRET),), case.kind)])
    with server.serving() as address:
        asked = line(address)
        with pytest.raises(ModelFailed) as failed:
            asked.ask(question())
    told = "".join(traceback.format_exception(failed.value))
    assert any(SECRET in headers["authorization"] for _, headers, _ in server.asked)
    for where in (told, caplog.text, repr(failed.value.as_json()), repr(asked.account), repr(vars(asked))):
        assert SECRET not in where
    assert "Which one?" not in caplog.text


def test_the_key_is_in_no_variable_of_a_frame_that_fails(monkeypatch) -> None:
    """Tools that show the variables of each frame of a traceback show no key."""
    told = []

    async def fails(_self: object, _request: object, http) -> None:
        try:
            await http.get("http://127.0.0.1:9/elsewhere")
        except Exception as raised:
            summary = traceback.TracebackException.from_exception(raised, capture_locals=True)
            told.append("".join(summary.format()))
            raise

    monkeypatch.setattr(OpenAI, "reply", fails)
    provider = OpenAI(model="m", base_url="http://127.0.0.1:8/v1")
    asked = Line(provider, NarrationChoices(), key=Key("PLANTED", SECRET), before_send=lambda _: None)
    (outcome,) = asked.ask_all([question()])
    assert outcome.reason == "elsewhere"
    (shown,) = told
    assert "handle_async_request" in shown
    assert SECRET not in shown


def test_the_account_counts_tokens_and_money_where_a_price_is_set() -> None:
    prices = {"qwen": Price(input_per_million="3", output_per_million="15", as_of=date(2026, 11, 1))}
    server = Server([GOOD, Said(chat("{}")), Said(b"{}", 401)])
    with server.serving() as address:
        asked = line(address, prices=prices, concurrency=1)
        asked.ask_all([question(n) for n in range(3)])
    # Two answers of 17 and 9 tokens; one of them of no use, and paid for.
    assert asked.account.cost == (34 * Decimal(3) + 18 * Decimal(15)) / 1_000_000 == Decimal("0.000372")
    assert asked.account.as_json() == {
        "model": "qwen", "requests": 3, "answered": 1, "from_cache": 0,
        "failed": {"key_refused": 1, "wrong_schema": 1}, "input_tokens": 34, "output_tokens": 18,
        "cost": "0.000372", "currency": "USD", "price_as_of": "2026-11-01",
    }  # fmt: skip


def test_a_server_of_one_model_needs_no_name_and_one_of_several_does() -> None:
    def listing(*names: str) -> Said:
        return Said(json.dumps({"data": [{"id": each} for each in names]}).encode())

    for script, model in (([listing("only"), GOOD], "only"), ([listing("b", "a")], "")):
        with Server(script).serving() as address:
            provider = Compatible(base_url=f"{address}/v1")
            asked = Line(provider, NarrationChoices(), key=None, before_send=lambda _: None)
            if model:
                assert asked.ask(question()).record.model == model
            else:
                with pytest.raises(SettingsError, match="2 models. For example 'a', 'b'"):
                    asked.ask(question())


def test_asking_works_where_a_loop_runs_already() -> None:
    async def notebook():
        return line(address).ask(question())

    with Server([GOOD]).serving() as address:
        assert asyncio.run(notebook()).text == TEXT


@pytest.mark.parametrize("in_a_loop", [False, True])
def test_ctrl_c_ends_it_promptly(in_a_loop: bool) -> None:
    script = f"""
import asyncio
from regulars.narrate.providers import Provider
from regulars.narrate.providers.conformance import Said, Server, question
from regulars.narrate.providers.line import Line
from regulars.narration_settings import NarrationChoices

class Plain(Provider):
    provider = "plain"
    needs_key = False
    client = "httpx2"

    def headers(self, key):
        return {{}}

    async def reply(self, request, http):
        return await http.get(self.base_url)

with Server([Said(kind="drips")]).serving() as address:
    plain = Plain(model="m", base_url=address)
    asked = Line(plain, NarrationChoices(), key=None, before_send=lambda _: None)
    print("asking", flush=True)
    async def within():
        asked.ask(question())
    asyncio.new_event_loop().run_until_complete(within()) if {in_a_loop} else asked.ask(question())
"""
    # A notebook's kernel runs its loop so; asyncio.run would keep the first Ctrl-C for its own task.
    program = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}, text=True,
    )  # fmt: skip
    with program:
        assert program.stdout is not None
        assert program.stdout.readline() == "asking\n"
        time.sleep(0.5)
        began = time.monotonic()
        program.send_signal(signal.SIGINT)
        try:
            _, err = program.communicate(timeout=20)
        finally:
            program.kill()
    assert time.monotonic() - began < 10
    assert program.returncode != 0
    assert "KeyboardInterrupt" in err
