"""Open connections to one provider: each question asked as often, as fast and as long as settings allow."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Self, TypeVar

import httpx2

from regulars.errors import ModelFailed, RegularsError
from regulars.narrate.providers import Provider, failures
from regulars.narrate.providers.account import Account
from regulars.narrate.providers.addresses import checked, place
from regulars.narrate.providers.keys import Key
from regulars.narrate.providers.pace import Pace, wait_before
from regulars.narrate.providers.transport import Gate, Guarded, Seen
from regulars.narration_settings import NarrationChoices

T = TypeVar("T")
Ask = Callable[[httpx2.AsyncClient], Awaitable[T]]


class Wire:
    """The connections of one asking; they are closed when it ends."""

    def __init__(
        self,
        provider: Provider,
        narration: NarrationChoices,
        *,
        key: Key | None,
        gate: Gate,
        account: Account,
        seed: int,
    ) -> None:
        self._asked = f"{provider.provider} at {provider.base_url}"
        self._place = place(provider.base_url)
        self._headers = provider.headers(key)
        self._narration = narration
        self._gate = gate
        self._account = account
        self._seed = seed
        self._turns = asyncio.Semaphore(narration.concurrency)
        self._pace = Pace(narration.requests_per_minute)
        self._shared = httpx2.AsyncHTTPTransport(proxy=proxy_of(narration))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._shared.aclose()

    async def put(self, ask: Ask[T], name: str, until: float) -> tuple[T | ModelFailed, int]:
        """What ``ask`` gives, or why nothing came by ``until`` on the loop's clock; and the attempts made.

        ``name`` names the chance of its waits.
        """
        clock = asyncio.get_running_loop().time
        tries = _Tries()
        seconds, setting = self._narration.deadline_seconds, "deadline_seconds"
        try:
            async with asyncio.timeout_at(until), self._turns:
                # Its own time starts with its turn: our pace is no fault of the server's.
                await self._pace.admit()
                own = clock() + self._narration.request_seconds
                if own < until:
                    seconds, setting = self._narration.request_seconds, "request_seconds"
                async with asyncio.timeout_at(own):
                    return await self._attempts(ask, name, min(own, until), tries), tries.made
        except TimeoutError:
            pass
        return failures.too_late(self._asked, seconds, setting, tries.made), tries.made

    async def _attempts(self, ask: Ask[T], name: str, until: float, tries: _Tries) -> T | ModelFailed:
        clock = asyncio.get_running_loop().time
        while True:
            tries.made += 1
            seen = Seen()
            outcome = await self._once(ask, seen, tries.made)
            failed = isinstance(outcome, ModelFailed) and failures.is_transient(seen)
            if not failed or tries.made >= self._narration.attempts:
                return outcome
            wait = wait_before(tries.made + 1, self._narration.backoff_seconds, f"{self._seed}/{name}")
            wait = max(wait, seen.retry_after or 0.0)
            if clock() + wait >= until:
                # To wait in vain would hold up the words by rule.
                return outcome
            if seen.retry_after:
                self._pace.hold(seen.retry_after)
            await asyncio.sleep(wait)
            await self._pace.admit()

    async def _once(self, ask: Ask[T], seen: Seen, attempt: int) -> T | ModelFailed:
        guarded = Guarded(
            self._shared,
            seen,
            place=self._place,
            headers=self._headers,
            gate=self._gate,
            most_bytes=self._narration.answer_bytes,
        )
        # Not closed: it holds nothing but the connections that all share. Every read ends at the deadline.
        http = httpx2.AsyncClient(transport=guarded, trust_env=False, follow_redirects=False, timeout=None)
        try:
            return await ask(http)
        except ModelFailed as told:
            return told
        except RegularsError:
            raise
        except Exception:
            # Clients raise dozens of things. What the wire showed says what happened; where it showed
            # nothing, the fault is one of the program.
            failure = failures.from_wire(self._asked, seen, attempt)
            if failure is None:
                raise
            return failure
        finally:
            self._account.requests += seen.sent


class _Tries:
    """Attempts made so far; also known where time ran out in the middle of one."""

    made = 0


def proxy_of(narration: NarrationChoices) -> str | None:
    """The proxy of the settings. Raises SettingsError where it is no address."""
    return checked("narration.proxy", narration.proxy, plain_http=True) if narration.proxy else None
