"""What a file of orders looks to be, and that as a settings file which says why."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import yaml

from regulars.prepare.proposing.guesses import Guess
from regulars.prepare.reading.dates import DateReading
from regulars.prepare.reading.order_totals import Said
from regulars.settings import SCHEMA, Orders


@dataclass(frozen=True)
class Proposal:
    """What a file of orders looks to be. ``date`` is None where dates have a type of their own.

    ``alternatives`` are formats that read the dates as well and were ruled out; ``questions`` are what
    the file does not say; ``notes`` are what was taken into account.
    """

    path: Path
    table: str | None
    delimiter: str
    encoding: str
    decimal_mark: str
    columns: tuple[Guess, ...]
    date: DateReading | None
    alternatives: tuple[DateReading, ...]
    questions: tuple[str, ...]
    timezone: str
    currency: str
    cancellation_prefix: str | None
    notes: tuple[str, ...]
    amount_is: Said | None = None
    """Whether the amount is a line's or a whole order's, where it is worth saying."""

    @property
    def by_meaning(self) -> dict[str, str]:
        return {guess.meaning: guess.column for guess in self.columns}


def as_yaml(proposal: Proposal, name: str) -> str:
    """The proposal as a regulars.yaml with every guess explained in a comment; ``settings.load`` takes it."""
    lines = [f"schema: {SCHEMA}", f"name: {scalar(name)}", f"currency: {scalar(proposal.currency)}"]
    lines += [f"timezone: {scalar(proposal.timezone)}", *(f"# {comment(note)}" for note in proposal.notes)]
    lines += [f"# Question: {comment(question)}" for question in proposal.questions]
    lines += ["sources:", "  orders:", f"    path: {scalar(proposal.path.as_posix())}"]
    lines += [f"    {line}" for line in _how_written(proposal)]
    lines.append("    columns:")
    lines += [
        f"      {each.meaning}: {scalar(each.column)}  # {comment(each.why)}" for each in proposal.columns
    ]
    if proposal.cancellation_prefix:
        lines += ["cleaning:", f"  cancellation_prefix: {scalar(proposal.cancellation_prefix)}"]
    return "\n".join(lines) + "\n"


def _how_written(proposal: Proposal) -> list[str]:
    lines = []
    if proposal.table is not None:
        lines.append(f"table: {scalar(proposal.table)}")
    if proposal.date is not None:
        lines.append(f"date_format: {scalar(proposal.date.format)}  # {comment(proposal.date.told)}")
        if proposal.date.format.endswith(("Z", " UTC")):
            lines.append("stamps: utc  # the times say so themselves")
    if proposal.amount_is is not None:
        lines.append(f"amount_is: {proposal.amount_is.amount_is}  # {comment(proposal.amount_is.why)}")
    defaults = {name: field.default for name, field in Orders.model_fields.items()}
    for setting in ("delimiter", "decimal_mark", "encoding"):
        chosen = getattr(proposal, setting)
        if chosen != defaults[setting]:
            lines.append(f"{setting}: {scalar(chosen)}")
    return lines


def scalar(text: str) -> str:
    """A text as YAML that reads back as that text, on one line; only what cannot be seen is escaped."""
    dumped = str(yaml.safe_dump(text, default_style='"', width=sys.maxsize, allow_unicode=True)).rstrip("\n")
    return "".join(each if each.isprintable() else f"\\U{ord(each):08X}" for each in dumped)


def comment(text: str) -> str:
    """A text as what follows a # on one line."""
    return "".join(each if each.isprintable() else " " for each in text)
