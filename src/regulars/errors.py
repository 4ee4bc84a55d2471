"""Every error that Regulars raises on purpose, and the exit code each one gives the command line.

    RegularsError            1  failed
    ├── UsageError           2  asked for wrongly
    │   └── SettingsError    2  regulars.yaml says something that cannot be
    ├── DataRefused          3  the data cannot be used as it stands
    │   ├── SourceUnreadable 3  a file cannot be read without guessing
    │   ├── SourceChanged    3  a file changed while it was being read
    │   ├── DatesRefused     3  dates are ambiguous, unreadable or lie in the future
    │   ├── NotReady         3  too little data for a segmentation that can be relied on
    │   └── FitFailed        3  no parameters of a model fit the data best
    ├── CheckFailed          4  a check did not hold
    ├── RunDamaged           1  a saved run no longer matches its own digests
    ├── StoreUnusable        1  the store cannot be used: locked, closed to us, not ours, newer than we are
    ├── StoreDamaged         1  what the store holds no longer matches its own digests
    ├── StepFailed           1  the engine refused a step; carries the step and its SQL
    ├── ExtraMissing         1  an optional part is not installed
    └── ModelFailed          1  a language model gave no words that can be used
        ├── ModelUnreachable 1  no answer in time: the network, its limits, its own faults
        ├── ModelRefused     1  it will not answer: the key, the model's name, the address, the request
        ├── AnswerUnusable   1  it answered, but not with what was asked for
        └── NotSent          1  what was to be sent did not pass our own gate

An error says what was asked, what was found, how to mend it, and the command to try next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches
from typing import TypeVar

T = TypeVar("T")


class RegularsError(Exception):
    """A failure told in full: what was asked, what was found, the remedy and the next command.

    ``examples`` holds at most three of the offending values as they stand in the source;
    ``count`` is how many there are in all.
    """

    exit_code = 1

    def __init__(
        self,
        asked: str,
        found: str,
        remedy: str,
        *,
        examples: Sequence[str] = (),
        count: int | None = None,
        next_command: str | None = None,
    ) -> None:
        self.asked = asked
        self.found = found
        self.remedy = remedy
        self.examples = tuple(examples)[:3]
        self.count = count
        self.next_command = next_command
        super().__init__(self._told())

    def _told(self) -> str:
        said = sentence(f"{self.asked}: {self.found}")
        if self.examples:
            more = "" if self.count is None else f" ({self.count:,} in all)"
            said += f" For example {', '.join(self.examples)}{more}."
        said += f" {self.remedy}"
        return f"{said} Next: {self.next_command}" if self.next_command else said

    def as_json(self) -> dict[str, object]:
        """The same error as plain values, for ``--json``."""
        return {
            "error": type(self).__name__,
            "asked": self.asked,
            "found": self.found,
            "examples": list(self.examples),
            "count": self.count,
            "remedy": self.remedy,
            "next_command": self.next_command,
        }


class UsageError(RegularsError):
    exit_code = 2


class SettingsError(UsageError):
    pass


class DataRefused(RegularsError):
    exit_code = 3


class SourceUnreadable(DataRefused):
    pass


class SourceChanged(DataRefused):
    pass


class DatesRefused(DataRefused):
    pass


class FitFailed(DataRefused):
    pass


class NotReady(DataRefused):
    pass


class CheckFailed(RegularsError):
    exit_code = 4


class RunDamaged(RegularsError):
    pass


class StoreUnusable(RegularsError):
    pass


class StoreDamaged(RegularsError):
    pass


class StepFailed(RegularsError):
    """The engine refused a step. ``step`` names it and ``sql`` is the statement as it was run."""

    def __init__(self, step: str, sql: str, found: str) -> None:
        self.step = step
        self.sql = sql
        super().__init__(
            f"step {step!r}",
            found,
            "Run again with --debug to keep every step as a table and see which rows it fails on.",
        )


class ExtraMissing(RegularsError):
    pass


class ModelFailed(RegularsError):
    """No words from a language model. ``reason`` is a code that programs and tallies read; ``attempts`` says
    how often it was asked. Whoever asks goes on with the deterministic words, and says so."""

    def __init__(self, asked: str, reason: str, found: str, remedy: str, *, attempts: int = 1) -> None:
        self.reason = reason
        self.attempts = attempts
        super().__init__(asked, found, remedy)

    def as_json(self) -> dict[str, object]:
        return super().as_json() | {"reason": self.reason, "attempts": self.attempts}


class ModelUnreachable(ModelFailed):
    pass


class ModelRefused(ModelFailed):
    pass


class AnswerUnusable(ModelFailed):
    pass


class NotSent(ModelFailed):
    pass


def every_fault(checks: Iterable[Callable[[], T]]) -> list[T]:
    """What each check gives. Raises one SettingsError with the faults of them all."""
    given, faults = [], []
    for check in checks:
        try:
            given.append(check())
        except SettingsError as fault:
            faults.append(fault)
    if len(faults) > 1:
        raise SettingsError(
            "settings", "; ".join(f"{each.asked}: {each.found}".rstrip(".") for each in faults),
            " ".join(dict.fromkeys(each.remedy for each in faults)),
            next_command="regulars check",
        ) from faults[0]  # fmt: skip
    if faults:
        raise faults[0]
    return given


def sentence(words: str) -> str:
    """The words with a full stop, unless they end in a mark of their own."""
    return words if words.endswith((".", "?", "!")) else f"{words}."


def did_you_mean(name: str, known: Sequence[str]) -> str:
    """``" Did you mean 'x'?"`` for the nearest known name, or an empty string. A known name needs none."""
    if name in known:
        return ""
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    if not near:
        folded = {k.casefold(): k for k in known}
        near = [folded[name.casefold()]] if name.casefold() in folded else []
    return f" Did you mean {near[0]!r}?" if near else ""
