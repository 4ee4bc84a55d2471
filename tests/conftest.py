"""What every test has: real data where it is there, and no network."""

from __future__ import annotations

import ipaddress
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import model
import pytest
from hypothesis import settings
from tests import real_model
from tests.postgres import Postgres, serving

REPOSITORY = Path(__file__).parent.parent

# The same examples in every run: a test that fails here fails for everybody.
settings.register_profile("regulars", derandomize=True, deadline=None, database=None)
settings.load_profile("regulars")


class NetworkReached(RuntimeError):
    """A test tried to leave this machine. Not an OSError, so that no fallback can swallow it."""


def _is_here(host: object) -> bool:
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host in (None, "", "localhost"):
        return True
    try:
        return ipaddress.ip_address(str(host)).is_loopback
    except ValueError:
        return False


def _stay_here(event: str, arguments: tuple[object, ...]) -> None:
    match event:
        case "socket.connect" | "socket.sendto" | "socket.sendmsg":
            address = arguments[1]
            # A path, or nothing: a socket between processes, or one that is connected already.
            host = address[0] if isinstance(address, tuple) else None
        case "socket.getaddrinfo" | "socket.gethostbyname":
            host = arguments[0]
        case _:
            return
    if not _is_here(host):
        raise NetworkReached(f"{event} to {host!r}: a test may reach 127.0.0.1 and nothing else")


# An audit hook sees every socket of this process, whatever library opens it, and cannot be patched away.
# Programs that a test starts are not seen.
sys.addaudithook(_stay_here)


@pytest.fixture(scope="session")
def shared_data() -> Callable[[str], Path]:
    """``shared_data("cdnow/CDNOW_master.csv")`` is that file of the real data sets; skips where it is absent.

    They are looked for in ``REGULARS_DATA``, else in ``../shared/data`` beside this repository.
    """
    chosen = os.environ.get("REGULARS_DATA")
    folder = Path(chosen) if chosen else REPOSITORY.parent / "shared" / "data"

    def find(name: str) -> Path:
        path = folder / name
        if not path.exists():
            pytest.skip(
                f"real data {name!r} is not at {folder}; set REGULARS_DATA to the folder that holds it"
            )
        return path

    return find


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server of the tests' own; skips where PostgreSQL is not installed."""
    with serving() as server:
        yield server


@pytest.fixture(scope="session")
def small_model() -> Iterator[str]:
    """The address of a language model of 135 million parameters; skips where it is not there."""
    with real_model.serving(model.SMALL, how_to_get="`make test`") as address:
        yield address


@pytest.fixture(scope="session")
def large_model() -> Iterator[str]:
    """The address of a language model of 1.5 billion parameters; skips where it is not there."""
    with real_model.serving(model.LARGE, how_to_get="`make soak`") as address:
        yield address
