"""How often and when to ask: a server's limits, and the waits between attempts."""

from __future__ import annotations

import asyncio
import random


class Pace:
    """Starts requests at least so far apart, and none while the server asks for quiet."""

    def __init__(self, per_minute: float | None) -> None:
        self._apart = 60 / per_minute if per_minute else 0.0
        self._next = 0.0

    async def admit(self) -> None:
        """Wait for a turn. Who waits when the server asks for quiet waits longer."""
        clock = asyncio.get_running_loop().time
        while (wait := self._next - clock()) > 0:
            await asyncio.sleep(wait)
        self._next = clock() + self._apart

    def hold(self, seconds: float) -> None:
        """No request starts for so long."""
        self._next = max(self._next, asyncio.get_running_loop().time() + seconds)


def wait_before(attempt: int, base: float, name: str) -> float:
    """Seconds before that attempt (the second is 2): ``base``, doubled each time, times ½ to 1 by chance.

    Without the spread, all who were turned away together come back together. The same name waits the same.
    """
    spread = random.Random(f"{name}/{attempt}").uniform(0.5, 1.0)  # noqa: S311  a wait, not a secret
    return base * 2.0 ** (attempt - 2) * spread
