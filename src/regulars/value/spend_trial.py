"""How well Gamma-Gamma alone foretells what a purchase will be worth, of those who bought again."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from regulars.engine import Engine, room
from regulars.errors import NotReady
from regulars.value.fitting import Fitted
from regulars.value.gamma_gamma import GammaGamma
from regulars.value.holdout import MOST_REPEATS, Class
from regulars.value.rules import MILLION, Error, Rule, errors, verdicts

RULES = (
    Rule("own", "their own mean", "", "their own mean so far"),
    Rule("all", "everybody's mean", "", "the mean of all who came back"),
)


@dataclass(frozen=True)
class SpendHoldOut:
    """The mean worth of a purchase day from ``until`` to ``upto``, of the customers who bought, as it was and
    as it was expected of them; in all and by repeat purchases up to ``until``."""

    until: date
    upto: date
    customers: int
    mean: tuple[float, float]
    errors: tuple[Error, ...]
    classes: tuple[Class, ...]

    @property
    def verdicts(self) -> tuple[str, ...]:
        return verdicts(self.errors)

    def as_json(self) -> dict[str, Any]:
        return {
            "calibrated_until": self.until.isoformat(),
            "held_out_until": self.upto.isoformat(),
            "customers": self.customers,
            "mean_spend": dict(zip(("actual", "expected"), self.mean, strict=True)),
            "verdicts": list(self.verdicts),
            "errors": [each.as_json() for each in self.errors],
            "by_repeats": [asdict(each) for each in self.classes],
        }


def spend_held_out(engine: Engine, spend: Fitted, until: date, upto: date) -> SpendHoldOut:
    """The comparison, from the tables ``orders`` and ``histories`` (up to ``until``).

    Each customer counts once, however often they bought. Raises NotReady where nobody bought again.
    """
    parameters = {name: Decimal(repr(value)) for name, value in spend.parameters.items()}
    mean = Decimal(repr(GammaGamma(**spend.parameters).mean))
    engine.make(
        "spend_foretold", room("regulars.value"), {**parameters, "mean": mean, "until": until, "upto": upto}
    )
    engine.create("foretold", "select * from spend_foretold")
    by_class = engine.rows(
        f"select least(repeats, {MOST_REPEATS}) as x, count(*), sum(mean_made), sum(mean_expected) "
        "from foretold group by x order by x"
    )
    customers = sum(n for _, n, _, _ in by_class)
    if not customers:
        raise NotReady(
            "value gamma_gamma", f"of the customers up to {until} nobody bought for an amount up to {upto}",
            "Name an earlier day with --calibrate-until.",
        )  # fmt: skip
    made, expected = (int(sum(each[at] for each in by_class)) / customers / MILLION for at in (2, 3))
    return SpendHoldOut(
        until, upto, customers, (made, expected), errors(engine, RULES, ("mean",)),
        tuple(
            Class(int(x), int(n), int(a) / n / MILLION, int(e) / n / MILLION) for x, n, a, e in by_class
        ),
    )  # fmt: skip
