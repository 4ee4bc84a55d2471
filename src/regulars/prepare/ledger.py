"""The account of one table: rows in, rows kept, and what was set aside by reason, with a few examples."""

from __future__ import annotations

from collections.abc import Mapping

from regulars.engine import Engine
from regulars.prepare.reading.sources import Lines
from regulars.types import Example, SetAside, SourceLedger

EXAMPLES = 3
WITHOUT_EXAMPLES = ("opted_out", "consent_unknown")
"""Of those who did not consent nothing is shown, not even where their rows stand."""


def account(
    engine: Engine,
    name: str,
    settled: str,
    meanings: Mapping[str, str],
    line_of: Lines,
    flagged: tuple[SetAside, ...] = (),
) -> SourceLedger:
    """The account of a relation with ``record``, ``reason`` (NULL where the row is used) and ``shown``."""
    counted = engine.rows(
        f"select reason, count(*) from {settled} group by reason order by count(*) desc, reason"
    )
    kept = sum(rows for reason, rows in counted if reason is None)
    hidden = ", ".join(f"'{reason}'" for reason in WITHOUT_EXAMPLES)
    shown = examples(engine, f"{settled} where reason not in ({hidden})", "reason", "shown", line_of)
    set_aside = tuple(
        SetAside(reason, meanings[reason], rows, tuple(shown.get(reason, ())))
        for reason, rows in counted
        if reason
    )
    return SourceLedger(name, sum(rows for _, rows in counted), kept, set_aside, flagged)


def examples(engine: Engine, where: str, reason: str, shown: str, line_of: Lines) -> dict[str, list[Example]]:
    """The first few records of each reason."""
    rows = engine.rows(
        f"select reason, record, shown from (select {reason} as reason, record, {shown} as shown, "
        f"row_number() over (partition by {reason} order by record) as nth from {where}) as numbered "
        f"where nth <= {EXAMPLES} order by reason, record"
    )
    lines = line_of([record for _, record, _ in rows])
    found: dict[str, list[Example]] = {}
    for named, record, value in rows:
        found.setdefault(named, []).append(Example(record, lines.get(record), value))
    return found


def flag(
    engine: Engine, where: str, reason: str, meaning: str, line_of: Lines, shown: str = "null"
) -> tuple[SetAside, ...]:
    """Rows that are kept and worth a look, as a flag of the account; none where there are no such rows."""
    ((rows,),) = engine.rows(f"select count(*) from {where}")
    if not rows:
        return ()
    named = f"'{reason}'"
    return (SetAside(reason, meaning, rows, tuple(examples(engine, where, named, shown, line_of)[reason])),)
