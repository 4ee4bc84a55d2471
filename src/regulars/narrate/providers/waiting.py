"""Runs work that waits, and ends promptly: at its deadline, at Ctrl-C, in a script and in a notebook.

Coroutines and not threads, because a read that a server drips can be broken off from outside; a thread that
sits in one cannot.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any, TypeVar

T = TypeVar("T")
BEAT = 0.2
"""Seconds after which a Ctrl-C is seen at the latest."""


def run(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """What the work gives. Where a loop runs already (a notebook) it has a thread of its own."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return _run(work)
    return _beside(work)


def _run(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    async def whole() -> T:
        asyncio.get_running_loop().set_default_executor(_Leaving())
        beating = asyncio.ensure_future(_beat())
        try:
            return await work()
        finally:
            beating.cancel()

    with asyncio.Runner() as runner:
        return runner.run(whole())


async def _beat() -> None:
    """Wakes the loop: a Ctrl-C that comes just before it falls asleep is else seen at the next event only."""
    while True:
        await asyncio.sleep(BEAT)


def _beside(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    started: Future[tuple[asyncio.AbstractEventLoop, asyncio.Task[Any]]] = Future()
    done: Future[T] = Future()

    async def whole() -> T:
        task = asyncio.current_task()
        assert task is not None
        started.set_result((asyncio.get_running_loop(), task))
        return await work()

    try:
        threading.Thread(target=_settle, args=(done, _run, whole), daemon=True).start()
        while not wait([done], BEAT).done:
            pass
        return done.result()
    except KeyboardInterrupt:
        if not done.done():
            loop, task = started.result()
            loop.call_soon_threadsafe(task.cancel)
        raise


def _settle(future: Future[Any], call: Callable[..., Any], *given: Any) -> None:
    """Give the future what the call gives, or raises; it is raised where the future is waited for."""
    try:
        result = call(*given)
    except BaseException as raised:  # noqa: BLE001
        future.set_exception(raised)
    else:
        future.set_result(result)


class _Leaving(ThreadPoolExecutor):
    """Threads that nobody waits for at the end: a host name that takes a minute holds nothing up."""

    def submit(self, call: Callable[..., T], /, *given: Any, **named: Any) -> Future[T]:
        future: Future[T] = Future()

        def settled() -> None:
            # One that was cancelled in the meantime takes no result.
            if future.set_running_or_notify_cancel():
                _settle(future, lambda: call(*given, **named))

        threading.Thread(target=settled, daemon=True).start()
        return future
