"""How the program speaks on a terminal: results on stdout, progress and errors on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any
from unicodedata import bidirectional, category

from rich.console import Console
from rich.markup import escape
from rich.status import Status
from rich.table import Table
from rich.text import Text

from regulars.errors import RegularsError, sentence
from regulars.types import Finding

WIDE = 120
"""Columns where there is no terminal to ask: a file or a pipe need not cut names short."""
_TURNS = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
"""Kinds of marks that turn the text after them round, also what the program prints itself."""


class _Console(Console):
    """A console on which no text commands the terminal: names come from the data, and words from models."""

    def render_str(self, text: str, **how: Any) -> Text:
        return super().render_str(harmless(text), **how)


def harmless(text: str) -> str:
    r"""The text with each character that would command a terminal replaced by one that shows.

    >>> harmless("At\x1b[2J Risk")
    'At�[2J Risk'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join("�" if _commands(each) else each for each in text)


def _commands(character: str) -> bool:
    moves = category(character) in {"Cc", "Zl", "Zp"} and character not in "\n\t"
    return moves or bidirectional(character) in _TURNS


out = _Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else WIDE)
err = _Console(stderr=True, highlight=False, soft_wrap=True)


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Say each stage: a spinner on a terminal, one line a stage elsewhere."""
    if not err.is_terminal:
        yield lambda stage: err.print(stage, markup=False)
        return
    with Status("Starting", console=err) as status:
        yield status.update


def say(words: str) -> None:
    """Prose on stdout, broken between words where the terminal ends."""
    out.print(words, markup=False, soft_wrap=False)


def table(first: str, *others: str, left: Collection[str] = ()) -> Table:
    """A table without lines: names on the left, figures on the right, but for columns named in ``left`` and
    those without a head."""
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    made.add_column(escape(first), no_wrap=True)
    for head in others:
        is_left = not head or head in left
        made.add_column(escape(head), justify="left" if is_left else "right", no_wrap=True)
    return made


def cut(name: str, letters: int) -> str:
    """A name for a table's cell: escaped, and no longer than so many letters."""
    return escape(name if len(name) <= letters else f"{name[: letters - 1]}…")


def print_json(document: Any) -> None:
    """One JSON document on stdout, as it is: no colour, no wrapping."""
    sys.stdout.write(json.dumps(document, indent=1, ensure_ascii=False) + "\n")


def print_error(error: RegularsError, *, json_asked: bool = False) -> None:
    """What was asked, what was found, the remedy and the next command, one under the other on stderr.

    Where the result was asked for as JSON, so is the error.
    """
    if json_asked:
        sys.stderr.write(json.dumps(error.as_json(), ensure_ascii=False) + "\n")
        return
    err.print(f"[bold red]{type(error).__name__}[/]: ", end="")
    err.print(sentence(f"{error.asked}: {error.found}"), markup=False)
    for example in error.examples:
        err.print(f"  for example {example}", markup=False)
    if error.count is not None and error.examples:
        err.print(f"  ({error.count:,} in all)", markup=False)
    err.print(error.remedy, markup=False)
    if error.next_command:
        err.print(f"Next: {error.next_command}", markup=False)


def print_finding(finding: Finding) -> None:
    colour = {"note": "cyan", "warning": "yellow", "refusal": "red"}[finding.severity]
    err.print(f"[{colour}]{finding.severity}[/] ", end="")
    err.print(f"{finding.where}: {sentence(finding.what)} {finding.remedy}", markup=False)
