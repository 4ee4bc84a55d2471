"""What went wrong, from what was seen on the wire: never in a server's or a library's own words, as these may
repeat a key or a prompt."""

from __future__ import annotations

from regulars.errors import AnswerUnusable, ModelFailed, ModelRefused, ModelUnreachable
from regulars.narrate.providers.transport import Seen

WITHOUT = "The words by rule (--provider template) need no model."
AGAIN = f"Try again later. {WITHOUT}"
TRANSIENT = frozenset({408, 409, 425, 429})
"""Statuses that may pass by themselves; so may 500 and above."""

_FAULTS: dict[str, tuple[type[ModelFailed], str, str]] = {
    "connection": (ModelUnreachable, "nobody answers there", f"See that the server runs. {WITHOUT}"),
    "broken_off": (ModelUnreachable, "the connection broke off in the middle of the answer", AGAIN),
    "elsewhere": (ModelRefused, "a request for another host was held back", "Set narration.base_url."),
    "redirected": (
        ModelRefused, "the server sends requests on to another address; they are not followed",
        "Set narration.base_url to the address that answers itself.",
    ),
    "packed": (AnswerUnusable, "the answer is compressed, which was not asked for", WITHOUT),
    "too_large": (AnswerUnusable, "the answer is longer than narration.answer_bytes", WITHOUT),
}  # fmt: skip
_STATUSES = {
    400: (
        "bad_request",
        "the request is not one that it takes",
        "See that the model's name and options fit it.",
    ),
    401: ("key_refused", "the key is not accepted", "Put a valid key where it is read from."),
    403: ("key_refused", "the key may not use this model", "Use a key that may, or another model."),
    404: ("not_found", "there is no such model or address", "Set narration.model and narration.base_url."),
    413: ("too_long", "the request is too long for it", "Choose a model that takes longer requests."),
    422: (
        "bad_request",
        "the request is not one that it takes",
        "See that the model's name and options fit it.",
    ),
}


def from_wire(asked: str, seen: Seen, attempts: int) -> ModelFailed | None:
    """The failure of an attempt that brought no reply; None where the wire shows none."""
    if seen.stopped is not None:
        return seen.stopped
    if seen.fault:
        kind, found, remedy = _FAULTS[seen.fault]
        return kind(asked, seen.fault, found, remedy, attempts=attempts)
    if seen.status is None:
        return None
    if 200 <= seen.status < 300:
        return unusable(
            asked, "malformed", "it is not in the form that this kind of server answers in", attempts
        )
    return _by_status(asked, seen, attempts)


def _by_status(asked: str, seen: Seen, attempts: int) -> ModelFailed:
    status = seen.status or 0
    if status == 429:
        wait = "" if seen.retry_after is None else f" and asks to wait {seen.retry_after:g} seconds"
        remedy = f"Lower narration.requests_per_minute or narration.concurrency. {AGAIN}"
        return ModelUnreachable(
            asked, "rate_limited", f"the server takes no more requests{wait} (429)", remedy, attempts=attempts
        )
    if is_transient(seen):
        return ModelUnreachable(
            asked, "server_error", f"the server failed ({status})", AGAIN, attempts=attempts
        )
    reason, found, remedy = _STATUSES.get(status, ("refused", "the request is refused", WITHOUT))
    return ModelRefused(asked, reason, f"{found} ({status})", remedy, attempts=attempts)


def is_transient(seen: Seen) -> bool:
    """Whether asking once more may help."""
    if seen.fault or seen.stopped:
        return seen.stopped is None and seen.fault in ("connection", "broken_off")
    return seen.status is not None and (seen.status in TRANSIENT or seen.status >= 500)


def too_late(asked: str, seconds: float, setting: str, attempts: int) -> ModelUnreachable:
    found = f"no answer within {seconds:g} seconds"
    remedy = f"Raise narration.{setting}, or ask for less at once. {WITHOUT}"
    return ModelUnreachable(asked, "deadline", found, remedy, attempts=attempts)


def unusable(asked: str, reason: str, found: str, attempts: int) -> AnswerUnusable:
    return AnswerUnusable(asked, reason, f"the answer cannot be used: {found}", WITHOUT, attempts=attempts)
