"""The way onto the wire: one host, no redirect, a gate, a cap on each answer, and the key.

Libraries above it never see the key, and what they would add of their own (headers with the system, the
version of Python, what the environment says) is left off.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Literal

import httpx2

from regulars.errors import NotSent

HEADERS = frozenset(
    {"accept", "anthropic-beta", "anthropic-version", "connection", "content-length", "content-type", "host"}
)
"""What a request keeps of its headers; the key comes on top."""
LONGEST_WAIT = 86_400.0
Fault = Literal["", "connection", "broken_off", "elsewhere", "redirected", "packed", "too_large"]


def _is_ours(record: logging.LogRecord) -> bool:
    """Whether a record does not repeat the head of an answer: a server may write the key into it."""
    return "response_headers" not in record.getMessage()


for _name in ("http11", "http2", "proxy", "connection"):
    # Of the logger, as no level that somebody sets lifts it.
    logging.getLogger(f"httpcore2.{_name}").addFilter(_is_ours)


@dataclass(frozen=True)
class Outgoing:
    """What is about to be sent, as it will lie on the wire; without the key. It does not show its words."""

    method: str
    host: str
    path: str
    body: bytes = field(repr=False)

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.body).hexdigest()


Gate = Callable[[Outgoing], None]
"""Looks at what is about to be sent; raises NotSent where it must not be."""


@dataclass
class Seen:
    """What was seen on the wire of one attempt."""

    sent: bool = False
    status: int | None = None
    retry_after: float | None = None
    fault: Fault = ""
    stopped: NotSent | None = None


class Guarded(httpx2.AsyncBaseTransport):
    """A transport for one attempt, over the connections that all attempts share."""

    def __init__(
        self,
        inner: httpx2.AsyncBaseTransport,
        seen: Seen,
        *,
        place: tuple[str, str, int],
        headers: Mapping[str, str],
        gate: Gate,
        most_bytes: int,
    ) -> None:
        self._inner = inner
        self._seen = seen
        self._place = place
        self._headers = headers
        self._gate = gate
        self._most = most_bytes

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        seen = self._seen
        seen.status = seen.retry_after = None
        url = request.url
        if (url.scheme, url.host, url.port or (443 if url.scheme == "https" else 80)) != self._place:
            raise self._refused("elsewhere")
        body = await request.aread()
        try:
            self._gate(Outgoing(request.method, url.host, url.raw_path.decode("ascii"), body))
        except NotSent as stopped:
            # Its traceback would hold on to what must not be sent.
            seen.stopped = stopped.with_traceback(None)
            raise httpx2.TransportError("not sent") from None
        seen.sent = True
        try:
            response = await self._inner.handle_async_request(self._as_sent(request, body))
        except httpx2.TransportError:
            seen.fault = "connection"
            raise
        seen.status = response.status_code
        seen.retry_after = retry_after(response.headers)
        fault = self._fault_of(response)
        if fault:
            await response.aclose()
            raise self._refused(fault)
        assert isinstance(response.stream, httpx2.AsyncByteStream)
        return httpx2.Response(
            response.status_code,
            headers=[
                (name, value) for name, value in response.headers.raw if name.lower() == b"content-type"
            ],
            stream=_Capped(response.stream, self._most, seen),
            request=request,
        )

    def _as_sent(self, request: httpx2.Request, body: bytes) -> httpx2.Request:
        """Nothing but what the server needs; no packing, so that the cap counts what is read."""
        kept = {name: value for name, value in request.headers.items() if name.lower() in HEADERS}
        headers = {**kept, "accept-encoding": "identity", "user-agent": "regulars", **self._headers}
        return httpx2.Request(
            request.method, request.url, headers=headers, content=body, extensions=request.extensions
        )

    def _fault_of(self, response: httpx2.Response) -> Fault:
        if 300 <= response.status_code < 400:
            return "redirected"
        if response.headers.get("content-encoding", "identity").lower() not in ("identity", ""):
            return "packed"
        said = response.headers.get("content-length", "")
        return "too_large" if said.isdigit() and int(said) > self._most else ""

    def _refused(self, fault: Fault) -> httpx2.TransportError:
        self._seen.fault = fault
        return httpx2.TransportError(fault)


class _Capped(httpx2.AsyncByteStream):
    """The bytes of an answer, up to a number of them."""

    def __init__(self, inner: httpx2.AsyncByteStream, most: int, seen: Seen) -> None:
        self._inner = inner
        self._most = most
        self._seen = seen

    async def __aiter__(self) -> AsyncIterator[bytes]:
        read = 0
        try:
            async for some in self._inner:
                read += len(some)
                if read > self._most:
                    self._seen.fault = "too_large"
                    raise httpx2.ReadError("too large")
                yield some
        except httpx2.TransportError:
            self._seen.fault = self._seen.fault or "broken_off"
            raise

    async def aclose(self) -> None:
        await self._inner.aclose()


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the server asks to wait; None where it does not say, or says it so that nobody can tell.

    A moment is taken from the server's own Date, as its clock and ours may differ (RFC 9110, 10.2.3).
    """
    said = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", said, re.ASCII):
        return min(float(said), LONGEST_WAIT)
    try:
        wait = parsedate_to_datetime(said) - parsedate_to_datetime(headers.get("date", ""))
    except (TypeError, ValueError):
        return None
    return min(max(wait.total_seconds(), 0.0), LONGEST_WAIT)
