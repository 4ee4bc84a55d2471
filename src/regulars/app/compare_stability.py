"""The section of ``compare`` on stability: whether the segments come back from the later day's customers."""

from __future__ import annotations

import textwrap
from typing import Any

from rich.markup import escape
from rich.table import Table

from regulars.app import terminal
from regulars.app.compared import Compared, Section, unmeasured
from regulars.segment.choosing.choice_words import overlap, standing
from regulars.validate.bands import NOW
from regulars.validate.stability import Stability, reading, stability, why_not

WIDTH = 78


def section(compared: Compared) -> Section:
    """Stability on the later run's customers; what is not measured says why."""
    definition, customers = compared.definition, compared.engine.count(NOW)
    why = why_not(definition, customers)
    if why:
        return unmeasured("stability", why)
    compared.stage("Grouping the later day's customers anew, ninety times")
    found = stability(compared.engine, definition, compared.features, NOW, compared.settings.seed)
    if found is None:
        return unmeasured(
            "stability", "All customers of the later day are in one segment: there is nothing to tell apart."
        )
    told = _words(found, definition.choice.get("verdict"))
    return Section("stability", found, _json(found, told), (), lambda: _show(found, told))


def _words(found: Stability, verdict_then: str | None) -> list[str]:
    taken = found.candidate
    told = [f"On the later day's customers: {standing(taken)}"]
    if verdict_then and verdict_then != taken.verdict:
        told.append(f"When they were fitted they were {verdict_then}.")
    told.append(overlap(taken))
    weak = [
        each for each in found.segments if reading(found.jaccard[each.id]) not in ("stable", "highly stable")
    ]
    if weak:
        named = ", ".join(f"{each.name} ({found.jaccard[each.id]:.2f})" for each in weak)
        told.append(
            f"Weak: {named}. Who is in these is partly chance; plan nothing that hangs on single members."
        )
    return [each for each in told if each]


def _json(found: Stability, told: list[str]) -> dict[str, Any]:
    taken = found.candidate
    return {
        "is_measured": True,
        "headline": told[0],
        "words": told,
        "verdict": taken.verdict,
        "customers": found.customers,
        "sample": found.sample,
        "segments": [
            {
                "segment_id": each.id,
                "segment_name": each.name,
                "jaccard": found.jaccard[each.id],
                "reading": reading(found.jaccard[each.id]),
            }
            for each in found.segments
        ],
        "mean_jaccard": taken.mean_jaccard,
        "prediction_strength": taken.prediction_strength,
        "gap_beyond_chance": taken.beyond_chance,
        "silhouette": {"mean": taken.silhouette, "low": taken.low, "high": taken.high},
    }


def _show(found: Stability, told: list[str]) -> None:
    _say(*told)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for head in ("segment", "Jaccard", ""):
        table.add_column(head, justify="right" if head == "Jaccard" else "left", no_wrap=True)
    for each in found.segments:
        one = found.jaccard[each.id]
        table.add_row(escape(each.name), f"{one:.2f}", reading(one))
    terminal.out.print()
    terminal.out.print(table)


def _say(*told: str) -> None:
    terminal.out.print("\n[bold]Stability.[/]")
    for sentence in told:
        filled = textwrap.fill(sentence, WIDTH, initial_indent="- ", subsequent_indent="  ")
        terminal.out.print(filled, markup=False)
