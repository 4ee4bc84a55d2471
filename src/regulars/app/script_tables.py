"""What a script calls the tables that it makes: one prefix, so that two scripts can live in one schema."""

from __future__ import annotations

import re
from dataclasses import dataclass

from regulars.errors import UsageError

PREFIX = "segment"
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,49}")
"""With the longest ending within the 63 characters of a name in PostgreSQL, which cuts longer ones."""


@dataclass(frozen=True)
class Made:
    """The names of a script's tables: all begin alike, and are made anew or, as the cut points, kept."""

    prefix: str = PREFIX

    @property
    def features(self) -> str:
        return f"{self.prefix}_features"

    @property
    def assignments(self) -> str:
        return f"{self.prefix}_assignments"

    @property
    def cut_points(self) -> str:
        return f"{self.prefix}_cut_points"

    def has(self, table: str) -> bool:
        """Whether a table of this name would be one of these, in an engine that folds case."""
        return table.lower() in {
            each.lower() for each in (self.features, self.assignments, self.cut_points)
        }  # fmt: skip


def tables_of(segmentation: str, prefix: str | None) -> Made:
    """The tables of a segmentation: named for it, or as asked. Raises UsageError for what is no name."""
    return prefixed(prefix) if prefix is not None else Made(f"{PREFIX}_{segmentation}")


def prefixed(prefix: str | None) -> Made:
    """The tables with that prefix, or the usual one. Raises UsageError for what is no name."""
    if prefix is None:
        return Made()
    if not _PLAIN.fullmatch(prefix):
        raise UsageError(
            f"--prefix {prefix!r}", "not the beginning of a table's name",
            "Use letters a to z, digits and _, a letter first, at most 50.",
        )  # fmt: skip
    return Made(prefix)
