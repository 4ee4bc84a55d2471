"""The simple rules that a model has to beat, and by how much it beats each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from regulars.engine import Engine, room

MILLION = 1_000_000
Z95 = 1.959963984540054
YEAR = 365
FIFTHS = 5
WORDS = {"purchases": "purchases", "value": "spend", "mean": "mean spend"}


@dataclass(frozen=True)
class Rule:
    """A way to foretell without a model: a short name, and for purchases and spend what it says in full.

    Its figures are in ``foretold`` as ``purchases_<key>`` and ``value_<key>``.
    """

    key: str
    name: str
    purchases: str
    value: str


@dataclass(frozen=True)
class Error:
    """Mean absolute error a customer of the model and of a simple rule; and by how much the model's is
    smaller, with its 95 % interval (paired, normal). ``beats``: the whole interval lies above 0.
    ``rule_total``: what the rule foretold of all customers together."""

    what: str
    rule: str
    model_error: float
    rule_error: float
    gain: float
    low: float
    high: float
    rule_key: str
    rule_name: str
    rule_total: float

    @property
    def beats(self) -> bool:
        return self.low > 0

    @property
    def verdict(self) -> str:
        if self.beats:
            return f"the model foretells {self.what} better than {self.rule}"
        if self.high < 0:
            return f"the model foretells {self.what} worse than {self.rule}"
        return f"the model foretells {self.what} no better than {self.rule}, as far as these customers tell"

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "beats": self.beats, "verdict": self.verdict}


def make_rules(engine: Engine, until: date, upto: date) -> tuple[tuple[Rule, ...], dict[str, int]]:
    """The tables ``outcomes`` and ``cell_means``, from clean ``orders`` and ``histories``; with the rules
    and the values that the step ``foretold`` binds.

    The means of RFM cells are those of the days before ``until``, as many as are foretold (at most half of
    those known), for customers in the cell as it was then: nothing of the days foretold is in them.
    """
    steps, horizon = room("regulars.value"), (upto - until).days
    ((start,),) = engine.rows("select min(ordered_on) from orders where not is_return")
    known = (until - start).days + 1
    year, trained = min(YEAR, known), max(1, min(horizon, known // 2))
    windows = {"since": until - timedelta(days=horizon), "year_since": until - timedelta(days=year)}
    engine.make("outcomes", steps, {"until": until, "upto": upto, **windows})
    before = until - timedelta(days=trained)
    _make_cells(engine, before)
    engine.make("cell_outcomes", steps, {"since": before, "until": until})
    _make_cells(engine, until)
    engine.make("cell_means", steps, {"horizon": horizon, "trained": trained})
    return _rules(horizon, year, trained), {"horizon": horizon, "year_days": year}


def _make_cells(engine: Engine, day: date) -> None:
    """The table ``rfm_cells``: who is in which fifth on that day, by that day's own cut points."""
    steps = room("regulars.value")
    engine.make("standings", steps, {"day": day})
    cuts: dict[str, Any] = {}
    for letter, column in (("r", "recency_days"), ("f", "purchases"), ("m", "spend")):
        # Of spend that nobody has there are no cuts: all are in one fifth.
        found = engine.cut_points("standings", column, FIFTHS) or (None,) * (FIFTHS - 1)
        cuts |= {f"{letter}{place}": cut for place, cut in enumerate(found, 1)}
    engine.make("rfm_cells", steps, cuts)


def _rules(horizon: int, year: int, trained: int) -> tuple[Rule, ...]:
    whose = "last year" if year == YEAR else f"the last {year} days, which are all that is known"
    taken = "" if horizon == year else f", taken to {horizon} days"
    did = f"in the {trained} days before" + ("" if horizon == trained else f", taken to {horizon} days")
    cell = "the RFM cell mean (what customers of the same recency, frequency and spend"
    return (
        Rule(
            "before", "as before",
            "as many again as in as many days before", "as much again as in as many days before",
        ),
        Rule(
            "year", "last year" if year == YEAR else f"last {year} days",
            f"the purchases of {whose}{taken}", f"the spend of {whose}{taken}",
        ),
        Rule("cell", "RFM cell mean", f"{cell} bought {did})", f"{cell} spent {did})"),
    )  # fmt: skip


def errors(engine: Engine, rules: Sequence[Rule], kinds: Sequence[str]) -> tuple[Error, ...]:
    """The model beside each rule, from the table ``foretold``: rule by rule, each of the kinds."""
    return tuple(_error(engine, rule, kind) for rule in rules for kind in kinds)


def _error(engine: Engine, rule: Rule, kind: str) -> Error:
    """Paired absolute errors, summed in whole numbers."""
    said = f"{kind}_{rule.key}"
    own, other = f"abs({kind}_expected - {kind}_made)", f"abs({said} - {kind}_made)"
    gained = f"({other} - {own})"
    ((n, of_model, of_rule, total, squares, rule_total),) = engine.rows(
        f"select count(*), sum({own}), sum({other}), sum({gained}), "
        f"sum(cast({gained} as hugeint) * {gained}), sum({said}) from foretold"
    )
    mean = total / n / MILLION
    spread = math.sqrt(max(int(squares) * n - int(total) ** 2, 0) / (n * max(n - 1, 1))) / MILLION
    margin = Z95 * spread / math.sqrt(n)
    return Error(
        what=WORDS[kind],
        rule=rule.purchases if kind == "purchases" else rule.value,
        model_error=of_model / n / MILLION,
        rule_error=of_rule / n / MILLION,
        gain=mean,
        low=mean - margin,
        high=mean + margin,
        rule_key=rule.key,
        rule_name=rule.name,
        rule_total=int(rule_total) / MILLION,
    )


def verdicts(found: Sequence[Error], model: str = "the model") -> tuple[str, ...]:
    """For each thing foretold, whether the model beats every simple rule; what it does not beat is first."""
    told = []
    for what in dict.fromkeys(error.what for error in found):
        of_it = [error for error in found if error.what == what]
        best = min(of_it, key=lambda error: error.rule_error)
        worse = [repr(error.rule_name) for error in of_it if error.high < 0]
        level = [repr(error.rule_name) for error in of_it if error.low <= 0 <= error.high]
        if worse or level:
            does = [f"{how} than {' and '.join(names)}" for how, names in
                    (("worse", worse), ("no better", level)) if names]  # fmt: skip
            told.append((0, f"On {what} {model} does {', and '.join(does)}."))
            continue
        less = 1 - best.model_error / best.rule_error
        gain = f"{less:.0%} less error than the best of them, {best.rule_name!r}"
        interval = f"{best.low / best.rule_error:.0%} to {best.high / best.rule_error:.0%}"
        told.append((1, f"On {what} {model} beats every simple rule: {gain} ({interval})."))
    return tuple(words for _, words in sorted(told, key=lambda each: each[0]))
