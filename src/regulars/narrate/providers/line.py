"""A line to one provider: asks it under every limit, and gives answers that have the form asked for.

Time, size, attempts, pace, the gate, the cache and the account are the same for every provider.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import httpx2
from pydantic import BaseModel

from regulars.documents import digest_of
from regulars.errors import ModelFailed, SettingsError
from regulars.narrate.providers import Provider, failures, names_of
from regulars.narrate.providers.account import opened
from regulars.narrate.providers.cache import Cache
from regulars.narrate.providers.form import held
from regulars.narrate.providers.keys import Key
from regulars.narrate.providers.request import Answer, Request
from regulars.narrate.providers.transport import Gate
from regulars.narrate.providers.waiting import run
from regulars.narrate.providers.wire import Wire, proxy_of
from regulars.narration_settings import NarrationChoices
from regulars.types import Finding

T = TypeVar("T", bound=BaseModel)
Outcome = Answer[Any] | ModelFailed


class Line:
    """Asks one provider. Nothing is sent that ``before_send`` has not seen and passed."""

    def __init__(
        self,
        provider: Provider,
        narration: NarrationChoices,
        *,
        key: Key | None,
        before_send: Gate,
        cache: Path | None = None,
        seed: int = 0,
    ) -> None:
        """``cache`` is the folder of earlier answers; ``seed`` names the chance that spreads waits.

        Raises SettingsError where the provider needs a key and there is none, or the proxy is no address.
        """
        if key is None and provider.needs_key:
            names = " or ".join(names_of(provider, narration))
            raise SettingsError(
                f"narration by {provider.provider}", "there is no key for it",
                f"Set {names} in the environment or in narration.secrets. {failures.WITHOUT}",
            )  # fmt: skip
        proxy_of(narration)
        provider.load()
        self.provider = provider
        self.account = opened(provider.model, narration.prices)
        self._narration = narration
        self._key = key
        self._gate = before_send
        self._cache = Cache(cache) if cache is not None and narration.cache else None
        self._seed = seed

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Doubts that came up: files of the cache that are not as they were written."""
        return tuple(self._cache.findings) if self._cache else ()

    def ask(self, request: Request[T]) -> Answer[T]:
        """The answer. Raises the ModelFailed that says why there is none."""
        (outcome,) = self.ask_all([request])
        if isinstance(outcome, ModelFailed):
            raise outcome
        return outcome

    def ask_all(self, requests: Sequence[Request[Any]], seconds: float | None = None) -> list[Outcome]:
        """An answer or its failure for each request, in their order, within ``deadline_seconds`` in all, or
        ``seconds`` where less is left of them.

        Equal requests are asked once. Ctrl-C ends it at once; answers that had come are in the cache.
        Raises SettingsError where the server has no model, or several and none is named.
        """
        return run(lambda: self._all(requests, seconds)) if requests else []

    def models(self) -> list[str]:
        """The models that the server says it has, in alphabetical order. Sends no words.

        Raises ModelFailed where it does not say.
        """
        return run(self._models)

    async def _models(self) -> list[str]:
        async def listed(http: httpx2.AsyncClient) -> list[str]:
            said = (await http.get(self.provider.models)).raise_for_status().json()
            return sorted(str(each["id"]) for each in said["data"])

        async with self._wire() as wire:
            outcome, _ = await wire.put(listed, "models", self._deadline())
        if isinstance(outcome, ModelFailed):
            raise outcome
        return outcome

    async def _all(self, requests: Sequence[Request[Any]], seconds: float | None) -> list[Outcome]:
        until = self._deadline(seconds)
        async with self._wire() as wire:
            if not self.provider.is_settled:
                settled, _ = await wire.put(self.provider.settled, "settled", until)
                if isinstance(settled, ModelFailed):
                    self.account.failure(settled.reason)
                    return [settled] * len(requests)
                self._settle(settled)
            return await self._each(wire, requests, until)

    def _settle(self, provider: Provider) -> None:
        self.provider, self.account.model = provider, provider.model
        self.account.price = self._narration.prices.get(provider.model)

    async def _each(self, wire: Wire, requests: Sequence[Request[Any]], until: float) -> list[Outcome]:
        names = [digest_of(self._question(each)) for each in requests]
        once = dict(zip(names, requests, strict=True))
        tasks = {name: asyncio.ensure_future(self._one(wire, each, until)) for name, each in once.items()}
        try:
            await asyncio.gather(*tasks.values())
        finally:
            # One that breaks down, and Ctrl-C, end all the others.
            for task in tasks.values():
                task.cancel()
            await asyncio.gather(*tasks.values(), return_exceptions=True)
        return [tasks[name].result() for name in names]

    async def _one(self, wire: Wire, request: Request[Any], until: float) -> Outcome:
        kept = self._kept(request)
        if kept is not None:
            return kept
        outcome = await self._fresh(wire, request, until)
        self.account.answered += isinstance(outcome, Answer)
        if isinstance(outcome, ModelFailed):
            self.account.failure(outcome.reason)
        return outcome

    def _kept(self, request: Request[Any]) -> Answer[Any] | None:
        """The answer of an earlier time."""
        reply = self._cache.read(self._question(request)) if self._cache else None
        outcome = None if reply is None else held(self.provider, request, reply)
        if not isinstance(outcome, Answer):
            return None
        self.account.from_cache += 1
        return replace(outcome, record=replace(outcome.record, from_cache=True))

    async def _fresh(self, wire: Wire, request: Request[Any], until: float) -> Outcome:
        clock = asyncio.get_running_loop().time
        began = clock()
        question = self._question(request)
        reply, attempts = await wire.put(
            lambda http: self.provider.reply(request, http), digest_of(question), until
        )
        if isinstance(reply, ModelFailed):
            return reply
        self.account.input_tokens += reply.input_tokens
        self.account.output_tokens += reply.output_tokens
        outcome = held(self.provider, request, reply, attempts)
        if isinstance(outcome, ModelFailed):
            return outcome
        if self._cache:
            # Where another process was first, its text is the one that stands.
            outcome = held(self.provider, request, self._cache.keep(question, reply), attempts)
            assert isinstance(outcome, Answer)
        return replace(outcome, record=replace(outcome.record, seconds=clock() - began, attempts=attempts))

    def _question(self, request: Request[Any]) -> dict[str, Any]:
        """Everything that the answer may depend on: equal questions have one answer in the cache."""
        return {
            "provider": self.provider.provider,
            "provider_settings": self.provider.model_dump(mode="json"),
            "prompt": request.prompt,
            "prompt_digest": request.prompt_digest,
            "facts_digest": request.facts_digest,
            "settings": request.settings,
        }

    def _wire(self) -> Wire:
        return Wire(
            self.provider,
            self._narration,
            key=self._key,
            gate=self._gate,
            account=self.account,
            seed=self._seed,
        )

    def _deadline(self, seconds: float | None = None) -> float:
        allowed = self._narration.deadline_seconds
        return asyncio.get_running_loop().time() + max(
            0.0, allowed if seconds is None else min(allowed, seconds)
        )
