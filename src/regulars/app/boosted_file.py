"""``regulars value --model boosted --output``: what each customer is expected to do next, a row each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from regulars.app import terminal
from regulars.app.boosted import MODEL
from regulars.app.frames import Frames, frames_ahead
from regulars.app.output import require_table_name, write_table
from regulars.app.work import Asked
from regulars.app.workspace import Workspace
from regulars.errors import UsageError
from regulars.settings import Settings
from regulars.types import Finding
from regulars.value.boosted import MOST_ROWS, Boosted, fit, usable
from regulars.value.frames import Frame, customers_of, rows_of

COLUMNS = {
    True: "cast(expected as decimal(18, 2)) as expected_value, "
    "cast(likely as decimal(18, 2)) as likely_value",
    False: "round(expected, 6) as expected_purchases, round(likely, 6) as likely_purchases",
}
"""What stands beside the probability, by whether the orders carry amounts."""


@dataclass(frozen=True)
class Written:
    """The file, the model that it was made by, and the days as of which it was learnt and applied."""

    output: Path
    model: Boosted
    learnt: Frame
    now: Frame
    findings: tuple[Finding, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "output": str(self.output),
            "customers": self.now.customers,
            "model": MODEL,
            "learnt": {"as_of": self.learnt.cut.isoformat(), "until": self.learnt.upto.isoformat()},
            "as_of": self.now.cut.isoformat(),
            "horizon_days": self.now.horizon_days,
            "document": self.model.as_json(),
            "findings": [each.as_json() for each in self.findings],
        }


def write_customers(
    settings: Settings, workspace: Workspace, asked: Asked, output: Path, horizon_days: int
) -> Written:
    """Learn from the last ``horizon_days`` days, and write what every customer is expected to do in as many
    to come: the probability of buying (or staying), the expected and the likely value.

    Raises UsageError for a file or horizon that cannot be, and what fitting raises.
    """
    require_table_name(output)
    if not output.absolute().parent.is_dir():
        raise UsageError(f"--output {str(output)!r}", "no such folder", "Make the folder first.")
    with frames_ahead(settings, workspace, asked, horizon_days) as ahead:
        features, barred = usable(ahead.train, ahead.test)
        asked.stage(f"Learning from {min(ahead.train.customers, MOST_ROWS):,} customers")
        learnt = rows_of(ahead.engine, ahead.train, MOST_ROWS)
        model, _ = fit(learnt, features, horizon_days, settings.seed, of_money=ahead.with_value)
        asked.stage("Foretelling")
        _score(ahead, model)
        select = f"select customer_id, round(p_active, 6) as p_active, {COLUMNS[model.of_money]} from scored"
        write_table(ahead.engine, f"{select} order by customer_id", output)
        return Written(output, model, ahead.train, ahead.test, (*ahead.findings, *barred))


def _score(ahead: Frames, model: Boosted) -> None:
    """The table ``scored``, a part of the customers at a time."""
    engine = ahead.engine
    for after in range(0, ahead.test.customers, MOST_ROWS):
        x = model.matrix(rows_of(engine, ahead.test, MOST_ROWS, after))
        part = {
            "customer_id": customers_of(engine, ahead.test, MOST_ROWS, after),
            "p_active": model.p_active(x),
            "expected": model.expected(x),
            "likely": model.likely(x),
        }
        engine.put("scored_part", part)
        before = "from scored union all " if after else ""
        engine.create("scored", f"{before}from scored_part")


def show(made: Written, *, json: bool) -> None:
    """What stands in the file."""
    if json:
        terminal.print_json(made.as_json())
        return
    terminal.out.print(
        f"{made.now.customers:,} customers in {made.output}: by {MODEL}, learnt from the days from "
        f"{made.learnt.cut} to {made.learnt.upto}, for the {made.now.horizon_days} days after. How well that "
        f"goes: regulars value --model {MODEL}.",
        markup=False, soft_wrap=False,
    )  # fmt: skip
    for finding in made.findings:
        terminal.print_finding(finding)
