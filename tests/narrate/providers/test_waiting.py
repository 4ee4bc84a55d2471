"""Work that waits ends when it is told to, in a notebook too."""

import asyncio
import os
import signal
import threading

import pytest

from regulars.narrate.providers.waiting import run


def within_a_loop(work):
    """What a notebook's cell does: its kernel runs a loop already."""

    async def cell():
        return run(work)

    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(cell())
    finally:
        loop.close()


def test_what_is_raised_is_raised_where_it_is_waited_for() -> None:
    async def breaks() -> None:
        raise ZeroDivisionError

    for way in (run, within_a_loop):
        with pytest.raises(ZeroDivisionError):
            way(breaks)


@pytest.mark.parametrize("way", [run, within_a_loop])
def test_ctrl_c_ends_the_work_itself(way) -> None:
    began, ended = threading.Event(), threading.Event()

    async def work() -> None:
        began.set()
        try:
            await asyncio.sleep(30)
        finally:
            ended.set()

    def interrupt() -> None:
        began.wait(5)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        way(work)
    assert ended.wait(5)
