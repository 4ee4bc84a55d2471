"""What the readers say of orders, said of the table that is read: they read every table alike."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from regulars.errors import RegularsError
from regulars.types import Finding

_TITLE = re.compile(r"^orders (?=file|database|frame)")
_SETTING = re.compile(r"\bsources\.orders\b")
_NOUN = re.compile(r"\b(the|of) orders\b")


@dataclass(frozen=True)
class About:
    """Which table is meant: what people call it, and where the settings have it."""

    noun: str
    setting: str

    @contextmanager
    def told(self) -> Iterator[None]:
        """Errors from inside name this table and its settings."""
        try:
            yield
        except RegularsError as bad:
            raise self.error(bad) from bad

    def error(self, bad: RegularsError) -> RegularsError:
        return type(bad)(
            self._setting(_TITLE.sub(f"{self.noun} ", bad.asked)),
            self._setting(bad.found),
            self._setting(_NOUN.sub(rf"\1 {self.noun}", bad.remedy)),
            examples=bad.examples, count=bad.count, next_command=bad.next_command,
        )  # fmt: skip

    def findings(self, found: Iterable[Finding]) -> tuple[Finding, ...]:
        return tuple(
            replace(
                each,
                where=re.sub(r"^orders\b", self.noun, each.where),
                remedy=self._setting(each.remedy),
            )
            for each in found
        )

    def _setting(self, words: str) -> str:
        # Attributes stand beside the columns, not among them.
        return _SETTING.sub(lambda _: self.setting, words).replace(
            f"{self.setting}.columns.attributes.", f"{self.setting}.attributes."
        )
