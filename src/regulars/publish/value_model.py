"""The value model of a run on its cards: what it is, its parameters, and whether it beat simple rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from regulars.figures import day, significant, written
from regulars.measure.small_cells import SMALLEST_SHOWN
from regulars.publish.value_trial import Drawn, drawn
from regulars.value.standing import doubt, judged

NAMES = {"bgnbd": "BG/NBD", "mbgnbd": "MBG/NBD", "pareto_nbd": "Pareto/NBD"}
_SAYS = {
    "bgnbd": "Customers buy at a steady rate of their own; after a repeat purchase some leave for good.",
    "mbgnbd": "Customers buy at a steady rate of their own; after any purchase some leave for good.",
    "pareto_nbd": "Customers buy at a steady rate of their own, and may leave for good at any moment.",
}
_SPEND = (
    "A purchase is worth a customer's own average, drawn towards everybody's the more, the fewer they made "
    "(Gamma-Gamma)."
)


@dataclass(frozen=True)
class Rival:
    """One comparison with a simple rule: errors a customer, the gain with its interval, and who won."""

    what: str
    rule: str
    in_full: str
    model_error: str
    rule_error: str
    gain: str
    interval: str
    kind: str
    verdict: str


@dataclass(frozen=True)
class Parameter:
    """A parameter by its name, with its standard error; a dash where the customers do not tell it."""

    name: str
    value: str
    error: str


@dataclass(frozen=True)
class Trial:
    """How it did on days that it had not seen; without comparisons where it could not be tried."""

    title: str
    sub: str
    rivals: list[Rival]
    drawn: list[Drawn]


@dataclass(frozen=True)
class ValueModel:
    """The card of the model itself: in words, and its parameters by what they are of."""

    title: str
    says: str
    parameters: list[tuple[str, list[Parameter]]]
    has_untold: bool
    """Whether a parameter has no standard error."""
    version: str
    digest: str


def value_model(document: Mapping[str, Any]) -> ValueModel:
    """The card of a saved value model."""
    spend = document.get("spend")
    customers = written(document["customers"], "count")
    until = day(date.fromisoformat(document["fitted"]["as_of"]))
    name = NAMES.get(document["model"], str(document["model"]))
    tables = [("Purchases", _parameters(document))]
    if spend:
        tables.append(("What one is worth", _parameters(spend)))
    says = (_SAYS.get(document["model"], ""), _SPEND if spend else "", _kept(document) if spend else "")
    return ValueModel(
        f"{name}, fitted on {customers} customers up to {until}",
        " ".join(each for each in says if each),
        tables,
        any(each.error == "–" for _, rows in tables for each in rows),
        str(document["version"]),
        str(document["digest"])[:16],
    )


def _parameters(fitted: Mapping[str, Any]) -> list[Parameter]:
    errors = fitted["standard_errors"]
    return [
        Parameter(name, significant(value), significant(errors.get(name)))
        for name, value in fitted["parameters"].items()
    ]


def _kept(document: Mapping[str, Any]) -> str:
    if document["kept_share"] >= 1:
        return ""
    kept = written(100 * document["kept_share"], "percent")
    return f"Of sales {kept} were left after returns, and as much is left of each expected value."


def trial(document: Mapping[str, Any], first_day: date | None) -> Trial:
    """The trial of a saved value model. ``first_day`` of the orders is where its weeks begin."""
    tried, said = document["validation"], doubt(document)
    if tried is None:
        return Trial(said.rstrip("."), "", [], [])
    currency = str(document["ground"].get("currency") or "XXX")
    title = said.rstrip(".") or _better(tried)
    what, _ = judged(tried)
    errors = sorted(tried["errors"], key=lambda each: each["what"] != what)
    return Trial(title, _sub(tried), [_rival(each, currency) for each in errors], drawn(tried, first_day))


def _better(tried: Mapping[str, Any]) -> str:
    """By how much it beat the best of the rules."""
    what, errors = judged(tried)
    best = min(errors, key=lambda each: float(each["rule_error"]))
    less = written(100 * best["gain"] / best["rule_error"], "percent")
    return f"On days that it had not seen, its error in {what} was {less} smaller than the best simple rule's"


def _sub(tried: Mapping[str, Any]) -> str:
    until, upto = (date.fromisoformat(tried[each]) for each in ("calibrated_until", "held_out_until"))
    customers, born = (tried[each] for each in ("customers", "customers_born_later"))
    later = f" {written(born, 'count')} customers came later and are in neither." if born else ""
    return (
        f"Fitted anew on the orders up to {day(until)} alone, it foretold the "
        f"{written((upto - until).days, 'days')} after for {written(customers, 'count')} customers."
        f"{later if born >= SMALLEST_SHOWN else ''}"
    )


def _rival(error: Mapping[str, Any], currency: str) -> Rival:
    unit = currency if error["what"] == "spend" else "ratio"
    kind, verdict = ("ok", "Better than") if error["beats"] else ("warn", "No better than")
    if error["high"] < 0:
        kind, verdict = "bad", "Worse than"
    return Rival(
        str(error["what"]).capitalize(), str(error["rule_name"]), str(error["rule"]),
        written(error["model_error"], unit), written(error["rule_error"], unit), written(error["gain"], unit),
        f"{written(error['low'], unit)} to {written(error['high'], unit)}", kind, verdict,
    )  # fmt: skip
