"""The command ``backfill``: one line a day as it is done, and what is left to do."""

from __future__ import annotations

import shlex
from datetime import date
from pathlib import Path
from typing import Any

from regulars import settings as chosen_settings
from regulars.app import terminal
from regulars.app.backfilling import Begun, Filled, backfill
from regulars.app.choices import WORKSPACE
from regulars.app.periods import period_ends
from regulars.app.work import Asked
from regulars.app.workspace import Workspace


def show(root: Path, first: date, last: date, every: str, *, json: bool, today: date, **asked: Any) -> None:
    """Fill each day, saying what became of it. Raises NotReady where the data can carry none of them."""
    workspace = Workspace(root)
    settings = chosen_settings.load(workspace.settings)
    days = period_ends(first, last, every)
    filled: list[Filled] = []
    begun: list[Begun] = []
    with terminal.progress() as told:
        # Elsewhere than on a terminal one line a day is enough.
        stage = told if terminal.err.is_terminal else lambda _: None
        done = backfill(settings, workspace, Asked(today=today, stage=stage, **asked), days)
        try:
            for each in done:
                if isinstance(each, Begun):
                    begun.append(each)
                    _show_begun(each, every)
                else:
                    filled.append(each)
                    terminal.err.print(_line(each), markup=False)
        except KeyboardInterrupt:
            kept = sum(each.study is not None for each in filled)
            terminal.err.print(f"{kept} of {_days(len(days))} are there; the same command goes on from them.")
            raise
    refused = [each.refused for each in filled if each.refused]
    if len(refused) == len(days):
        raise refused[0]
    if json:
        terminal.print_json(_json(every, days, begun[0], filled))
    else:
        _show(filled, root)


def _show_begun(begun: Begun, every: str) -> None:
    first, last = min(begun.days), max(begun.days)
    said = f"{len(begun.days)} {every} ends, {first} to {last}" if first < last else f"1 {every} end, {first}"
    how = f"; fitted on the last, {begun.days[0]}, and pinned for all" if begun.fits_first else ""
    terminal.err.print(f"{said}{how}", markup=False)
    for finding in begun.findings:
        terminal.print_finding(finding)


def _line(filled: Filled) -> str:
    if filled.study is None:
        return f"{filled.as_of}  left out: {filled.refused and filled.refused.found}"
    customers = filled.study.ledger.totals["customers"]
    return f"{filled.as_of}  {customers:>11,} customers  {filled.study.run_id}  {_became(filled)}"


def _days(count: int) -> str:
    return f"{count} {'day' if count == 1 else 'days'}"


def _became(filled: Filled) -> str:
    if filled.already_there:
        return "was there already"
    if filled.earlier is None:
        return "made"
    if filled.is_as_before:
        return f"made from other sources or settings; the same customer by customer as {filled.earlier}"
    return f"made; NOT the same as {filled.earlier}: what is known of that past has changed"


def _show(filled: list[Filled], root: Path) -> None:
    there = sum(each.already_there for each in filled)
    refused = sum(each.study is None for each in filled)
    parts = {"made": len(filled) - there - refused, "there already": there, "left out": refused}
    told = ", ".join(f"{count} {what}" for what, count in parts.items() if count)
    terminal.out.print(f"{_days(len(filled))}: {told}.", markup=False)
    if there == len(filled):
        terminal.out.print("Nothing has changed since: every run was there already.", markup=False)
    where = "" if root == WORKSPACE else f" -w {shlex.quote(str(root))}"
    made = next(each.study for each in filled if each.study)
    terminal.out.print(f"Next: regulars history {made.segmentations[0].name}{where}", markup=False)


def _json(every: str, days: tuple[date, ...], begun: Begun, filled: list[Filled]) -> dict[str, Any]:
    runs = sorted(filled, key=lambda each: each.as_of)
    return {
        "every": every,
        "days": [each.isoformat() for each in days],
        "fitted_on": begun.days[0].isoformat() if begun.fits_first else None,
        "runs": [
            {
                "as_of": each.as_of.isoformat(),
                "run_id": each.study.run_id,
                "path": str(each.study.path),
                "already_there": each.already_there,
                "definitions": each.study.manifest["definitions"],
                "earlier_run": each.earlier,
                "same_as_earlier": each.is_as_before if each.earlier else None,
            }
            for each in runs
            if each.study
        ],
        "left_out": [
            {"as_of": each.as_of.isoformat(), "why": each.refused.as_json()} for each in runs if each.refused
        ],
        "findings": [each.as_json() for each in begun.findings],
    }
