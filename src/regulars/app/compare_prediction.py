"""The section of ``compare`` on predictive power: what the segments of a past day foretold of those after."""

from __future__ import annotations

from rich.table import Table
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # it carries no types

from regulars.app import terminal
from regulars.app.compared import Compared, Section, unmeasured
from regulars.app.prediction_cut import customers_of_cut
from regulars.errors import DataRefused, UsageError, sentence
from regulars.figures import day, plain
from regulars.validate.lift import Lift
from regulars.validate.prediction import Prediction, prediction
from regulars.validate.prediction_file import as_json
from regulars.validate.prediction_trial import Estimate, Measure, Measured
from regulars.validate.prediction_words import headline, told_gain, words

MEASURES: dict[Measure, str] = {
    "auc": "AUC", "brier": "Brier", "r2_capped": "R², capped", "r2": "R²", "gini": "Gini",
    "top_fifth": "top fifth",
}  # fmt: skip
OUTCOMES = {"repeat": "again", "revenue": "revenue", "churn": "silent"}
NAMED = 22


def section(compared: Compared) -> Section:
    """Predictive power out of time; what cannot be tried says why."""
    try:
        customers, cut = customers_of_cut(compared)
    except (DataRefused, UsageError) as refused:
        return unmeasured("prediction", f"{_capital(sentence(refused.found))} {refused.remedy}")
    compared.stage("Foretelling what came after the cut")
    with threadpool_limits(1):
        found = prediction(customers, cut, f"{compared.settings.seed}")
    told = words(found)
    is_measured = any(each.trial for each in found.outcomes)
    document = {"is_measured": is_measured, "headline": headline(found), "words": told, **as_json(found)}
    return Section("prediction", found if is_measured else None, document, (), lambda: _show(found))


def _show(found: Prediction) -> None:
    if any(each.trial for each in found.outcomes):
        terminal.out.print()
        terminal.out.print(_measures(found))
        terminal.out.print()
        terminal.out.print(_gains(found))
        terminal.out.print(
            "\nIntervals are 95 %, by bootstrap over customers. Gains are above 0 where better.\n"
            "again: who buys again. silent: who falls silent, of those who had bought lately.\n"
            "RFM: quintiles of recency, frequency and spend. Top fifth: the share of all that\n"
            "came which the fifth of customers ranked highest holds. Brier: 0 is best."
        )
    terminal.out.print()
    terminal.out.print(_lifts(found))
    terminal.out.print(
        f"Lift: what the segment's customers did after {day(found.cut.day)}, over all: 1 is as all.\n"
        "Each interval is of its own: by chance alone one in twenty leaves out 1."
    )
    if any(_is_hidden(each) for each in found.lifts):
        terminal.out.print("– ten customers or fewer, or what would tell of them.", markup=False)


def _measures(found: Prediction) -> Table:
    table = terminal.table("", "mean", "segment", "RFM", "both")
    for each in found.outcomes:
        for name, of in each.trial.measures.items() if each.trial else ():
            table.add_row(
                f"{OUTCOMES[each.outcome]}: {MEASURES[name]}", plain(of.of_mean),
                *(_estimate(of.of[by]) for by in ("segment", "rfm")), plain(of.of["both"].value),
            )  # fmt: skip
    return table


def _gains(found: Prediction) -> Table:
    table = terminal.table("gain of", "over the mean", "over RFM")
    for each in found.outcomes:
        for name, of in each.trial.measures.items() if each.trial else ():
            table.add_row(f"{OUTCOMES[each.outcome]}: {MEASURES[name]}", *_gain_cells(of))
    return table


def _gain_cells(of: Measured) -> list[str]:
    shown = []
    for gain in (of.over_mean, of.over_rfm):
        colour = "green" if gain.is_up else "yellow" if gain.is_down else "dim"
        shown.append(f"[{colour}]{told_gain(gain)}[/]")
    return shown


def _lifts(found: Prediction) -> Table:
    table = terminal.table("segment", "customers", "bought again", "revenue")
    for each in found.lifts:
        count = "–" if each.customers is None else f"{each.customers:,}"
        table.add_row(
            terminal.cut(each.segment.name, NAMED),
            count,
            *(_estimate(of) for of in (each.repeat, each.revenue)),
        )
    return table


def _is_hidden(each: Lift) -> bool:
    return each.customers is None or (each.repeat is None and each.customers > 0)


def _estimate(of: Estimate | None) -> str:
    return "–" if of is None else f"{plain(of.value)} ({plain(of.low)} to {plain(of.high)})"


def _capital(said: str) -> str:
    return said[0].upper() + said[1:]
