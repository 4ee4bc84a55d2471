"""What every provider must do, tried on a server on this machine that answers well, badly, and not at all.

Outsiders reach it as ``regulars.testing.check_provider``.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict

from regulars.errors import ModelFailed, NotSent
from regulars.narrate.providers import Provider
from regulars.narrate.providers.keys import Key
from regulars.narrate.providers.request import Message, Request
from regulars.narration_settings import NarrationChoices

TEXT = '{"chosen":"b","words":"Они вернулись — “gladly”."}'
"""A right answer, with letters that trouble encoders."""
SECRET = "planted-Key_0123456789"  # noqa: S105  planted, to be looked for
INPUT_TOKENS, OUTPUT_TOKENS = 17, 9
Kind = Literal["answers", "drips", "never_ends", "hangs", "breaks_off"]


@dataclass(frozen=True)
class Said:
    """What the server says next: ``body`` in the provider's own form, and how."""

    body: bytes = b""
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    kind: Kind = "answers"
    after: float = 0.0
    """Seconds before it is said."""


@dataclass
class Server:
    """A server on this machine that says what it is told to, and remembers what it was asked."""

    script: list[Said]
    """One after another; the last one for ever."""
    asked: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    """Path, headers (names in small letters) and body of each request."""
    most_at_once: int = 0
    _now: int = 0
    _over: Event = field(default_factory=Event)

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Its address, for as long as it runs."""
        told = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                told._answer(self)

            def do_POST(self) -> None:
                told._answer(self)

            def log_message(self, *_: object) -> None:
                pass

        with _Quiet(("127.0.0.1", 0), Handler) as server:
            thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
            thread.start()
            try:
                yield f"http://127.0.0.1:{server.server_port}"
            finally:
                self._over.set()
                server.shutdown()
                thread.join()

    def says(self, body: bytes) -> Said:
        """What it says to a request."""
        return self.script[min(len(self.asked), len(self.script) - 1)]

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers.get("content-length", 0)))
        headers = {name.lower(): value for name, value in handler.headers.items()}
        said = self.says(body)
        self.asked.append((handler.path, headers, body))
        self._now += 1
        self.most_at_once = max(self.most_at_once, self._now)
        try:
            self._over.wait(said.after)
            self._say(handler, said)
        except OSError:
            handler.close_connection = True  # whoever asked has gone
        finally:
            self._now -= 1

    def _say(self, handler: BaseHTTPRequestHandler, said: Said) -> None:
        if said.kind == "hangs":
            self._over.wait(30)
            handler.close_connection = True
            return
        handler.send_response(said.status)
        handler.send_header("content-type", "application/json")
        for name, value in said.headers:
            handler.send_header(name, value)
        if said.kind in ("answers", "breaks_off"):
            handler.send_header("content-length", str(len(said.body)))
        handler.end_headers()
        match said.kind:
            case "answers":
                handler.wfile.write(said.body)
            case "breaks_off":
                handler.wfile.write(said.body[: len(said.body) // 2])
                handler.close_connection = True
            case _:
                self._go_on(handler, b" " if said.kind == "drips" else b" " * 50_000)

    def _go_on(self, handler: BaseHTTPRequestHandler, some: bytes) -> None:
        end = time.monotonic() + 30
        while time.monotonic() < end and not self._over.wait(0.02 if len(some) == 1 else 0):
            handler.wfile.write(some)
        handler.close_connection = True


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __enter__(self) -> Self:
        return self


class Words(BaseModel):
    """The form that the answers of the checks must have."""

    model_config = ConfigDict(extra="forbid")

    chosen: Literal["a", "b"]
    words: str


def question(number: int = 0) -> Request[Words]:
    """A request of the checks; another number, another question."""
    said = (Message("system", "Answer in JSON."), Message("user", f"Which one? ({number})"))
    return Request(said, Words, facts_digest="f" * 64, prompt="conformance/1", seed=7, max_tokens=50)


@dataclass(frozen=True)
class _Case:
    name: str
    script: Sequence[Said]
    reason: str
    """What the failure is called; empty where there is an answer."""
    attempts: int = 1
    seconds: float = 10
    """What it is given; a machine that does much else needs some for any answer."""


def check_provider(at: Callable[[str], Provider], says: Callable[[str, int, int], bytes]) -> None:
    """Hold a provider to what asking through it relies on.

    ``at(address)`` is the provider for a server at an address such as http://127.0.0.1:4711; ``says(text,
    input_tokens, output_tokens)`` is the body of an answer of that server. The text comes back byte for byte
    with its tokens; the key stands in headers alone; faults of the server are told by their names, those
    that may pass are tried again, and none outlasts its time. Raises AssertionError with what does not hold.
    """
    good = says(TEXT, INPUT_TOKENS, OUTPUT_TOKENS)
    _a_good_answer_comes_back(at, good)
    for case in _cases(says, good):
        _fault_is_told(at, case)
    _nothing_passes_a_closed_gate(at, good)


def _cases(says: Callable[[str, int, int], bytes], good: bytes) -> Iterator[_Case]:
    yield _Case(
        "a server that is busy, once", [Said(status=429, headers=(("retry-after", "0"),)), Said(good)], "", 2
    )
    yield _Case("a server that fails, once", [Said(b"oops", 500), Said(good)], "", 2)
    yield _Case("a server that always fails", [Said(b"{}", 503)], "server_error", 2)
    yield _Case("a connection that breaks off", [Said(good, kind="breaks_off")], "broken_off", 2)
    yield _Case("a key that is not accepted", [Said(SECRET.encode(), 401)], "key_refused")
    yield _Case(
        "a redirect", [Said(status=307, headers=(("location", "http://127.0.0.1:9/"),))], "redirected"
    )
    yield _Case("a body that is not whole", [Said(good[: len(good) // 2])], "malformed")
    yield _Case("a text that is not whole JSON", [Said(says(TEXT[:20], 1, 1))], "malformed")
    yield _Case("a text in another form", [Said(says('{"chosen":"c"}', 1, 1))], "wrong_schema")
    yield _Case("an answer that never ends", [Said(kind="never_ends")], "too_large")
    yield _Case("an answer that drips", [Said(kind="drips")], "deadline", seconds=0.6)
    yield _Case("a server that says nothing", [Said(kind="hangs")], "deadline", seconds=0.6)


def _narration(provider: Provider, seconds: float = 10) -> NarrationChoices:
    return NarrationChoices(
        provider=provider.provider,
        request_seconds=seconds,
        deadline_seconds=2 * seconds,
        attempts=2,
        backoff_seconds=0.01,
        answer_bytes=200_000,
    )


def _a_good_answer_comes_back(at: Callable[[str], Provider], good: bytes) -> None:
    from regulars.narrate.providers.line import Line

    server = Server([Said(good)])
    with server.serving() as address:
        provider = at(address)
        line = Line(provider, _narration(provider), key=Key("PLANTED", SECRET), before_send=lambda _: None)
        answer = line.ask(question())
    assert answer.text == TEXT, f"the text {TEXT!r} came back as {answer.text!r}"
    tokens = (answer.record.input_tokens, answer.record.output_tokens)
    assert tokens == (INPUT_TOKENS, OUTPUT_TOKENS), (
        f"tokens {INPUT_TOKENS, OUTPUT_TOKENS} came back as {tokens}"
    )
    for path, headers, body in server.asked:
        assert any(SECRET in value for value in headers.values()), "the key was not sent in a header"
        assert SECRET not in path, "the key stands in the address"
        assert SECRET.encode() not in body, "the key stands in what is sent"
    (*_, (_, _, body)) = server.asked
    assert b"Which one? (0)" in body, "the messages are not in what is sent"
    assert SECRET not in repr((provider, answer.record)), "the key stands in the record"


def _fault_is_told(at: Callable[[str], Provider], case: _Case) -> None:
    from regulars.narrate.providers.line import Line

    server = Server(list(case.script))
    with server.serving() as address:
        provider = at(address)
        line = Line(
            provider,
            _narration(provider, case.seconds),
            key=Key("PLANTED", SECRET),
            before_send=lambda _: None,
        )
        began = time.monotonic()
        (outcome,) = line.ask_all([question()])
        took = time.monotonic() - began
    failed = isinstance(outcome, ModelFailed)
    reason = outcome.reason if isinstance(outcome, ModelFailed) else ""
    assert reason == case.reason, f"{case.name}: told as {reason!r} and not {case.reason!r}: {outcome}"
    assert took < case.seconds + 2, f"{case.name}: it took {took:.1f} seconds where {case.seconds} are given"
    assert len(server.asked) == case.attempts, (
        f"{case.name}: asked {len(server.asked)} times, not {case.attempts}"
    )
    if failed:
        shown = _shown(outcome)
        assert SECRET not in shown, f"{case.name}: the key stands in the error"


def _shown(failure: object) -> str:
    """All that a log could hold of an error: its words, its values, and the traceback with what led to it."""
    assert isinstance(failure, ModelFailed)
    try:
        raise failure
    except ModelFailed as raised:
        told = traceback.TracebackException.from_exception(raised, capture_locals=False)
        return "".join(told.format()) + repr(raised.as_json())


def _nothing_passes_a_closed_gate(at: Callable[[str], Provider], good: bytes) -> None:
    from regulars.narrate.providers.line import Line

    def closed(_: object) -> None:
        raise NotSent("the checks", "closed", "the gate is closed", "Open it.")

    server = Server([Said(good)])
    with server.serving() as address:
        provider = at(address)
        line = Line(provider, _narration(provider), key=Key("PLANTED", SECRET), before_send=closed)
        (outcome,) = line.ask_all([question()])
    assert isinstance(outcome, NotSent), f"a closed gate gave {outcome}"
    assert not server.asked, "something was sent through a closed gate"
