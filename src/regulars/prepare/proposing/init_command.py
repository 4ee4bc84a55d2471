"""What the user gave to init, and what to give next: options, not settings that are not written yet."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from regulars.errors import RegularsError, SettingsError, SourceUnreadable

_SETTING = re.compile(r"\b([Ss])et sources\.orders\.(table|encoding|delimiter|date_format) to ")
_NAMED = re.compile(r"sources\.orders\.(table|encoding|delimiter|date_format)\b")


@dataclass(frozen=True)
class Given:
    """The file and the options of one init command."""

    path: Path
    columns: Mapping[str, str] = field(default_factory=dict)
    date_format: str | None = None
    table: str | None = None
    delimiter: str | None = None
    encoding: str | None = None
    customer_level: bool = False

    def command(self, option: str, value: str) -> str:
        """The same command with one option more, or with another value for it; quoted for a shell."""
        said = self._options() | {option: value}
        words = ["regulars", "init", str(self.path), *(["--customer-level"] if self.customer_level else [])]
        words += [word for name, each in said.items() for word in (name.partition("=")[0], each)]
        return shlex.join(words)

    def _options(self) -> dict[str, str]:
        named = {name: self.columns[name] for name in ("customer", "time") if name in self.columns}
        said = {f"--{name}": column for name, column in named.items()}
        # One option that is given several times: what follows the = only tells them apart here.
        said |= {f"--column={m}": f"{m}={name}" for m, name in self.columns.items() if m not in named}
        single = {"--date-format": self.date_format, "--table": self.table}
        single |= {"--delimiter": self.delimiter, "--encoding": self.encoding}
        return said | {name: value for name, value in single.items() if value is not None}

    def with_encoding(self, encoding: str) -> Given:
        return replace(self, encoding=encoding)


def for_init(bad: SourceUnreadable | SettingsError) -> RegularsError:
    """The refusal of a source with a remedy that names init's options."""
    remedy = _SETTING.sub(lambda m: f"{'G' if m[1] == 'S' else 'g'}ive with --{_option(m[2])} ", bad.remedy)
    remedy = _NAMED.sub(lambda m: f"--{_option(m[1])}", remedy)
    remedy = remedy.replace("Set sources.orders.path to the file of orders.", "Name the file of orders.")
    asked = bad.asked.replace(", sources.orders.table", ", its table")
    return type(bad)(
        asked, bad.found, remedy, examples=bad.examples, count=bad.count, next_command=bad.next_command
    )


def _option(setting: str) -> str:
    return setting.replace("_", "-")
