"""What customers will do in the days to come, learnt from what others did: boosted trees in two parts.

The first part says whether a customer will buy (or stay, where payments are orders), the second how much one
who does will bring. Their product is what a customer is worth over the horizon.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from regulars.documents import digest_of
from regulars.errors import DataRefused, NotReady
from regulars.types import Feature, Finding
from regulars.value.frames import Frame, Rows, Values
from regulars.value.trees import Array, Trees, trees_of

MOST_ROWS = 100_000
"""Customers that a model is fitted on: beyond as many its trees stay as small and grow no better."""
STOPPING_SHARE = 0.2
"""Of these, the last by the hash of their ids: no tree is grown on them, they say when to stop."""
FEWEST = 50
"""Customers who stay, and who do not, below which nothing can be learnt of either."""
FEWEST_ALIKE = 20
"""Customers of a category, below which it counts as unknown."""
MOST_CATEGORIES = 200
"""Of a text, the commonest: the library takes up to 255."""
FLOOR_SHARE = 0.1
"""Of what those who stay bring on average: nobody's usual is less, for nobody starts at nothing."""
GROWTH: Mapping[str, Any] = {
    "learning_rate": 0.05, "max_iter": 400, "max_leaf_nodes": 12, "min_samples_leaf": 30,
    "l2_regularization": 1.0, "early_stopping": True, "n_iter_no_change": 20,
}  # fmt: skip
"""Many small trees: a leaf is a question or four about a customer, and holds thirty or more."""
BEFORE = (
    Feature(
        "before_purchases", "Purchase days before", "count", "outcome",
        "Days with an order in as many days before the cut as are foretold after it.",
    ),
    Feature(
        "before_spend", "Spend before", "currency", "outcome",
        "Net spend in as many days before the cut as are foretold after it.",
    ),
)  # fmt: skip
"""What the simple rule foretells by, for the trees to use as well."""


@dataclass(frozen=True)
class Boosted:
    """A fitted model as plain data. ``inputs``: the columns that the trees ask about, those with
    ``categories`` (each a code, by its place) first.

    ``stays`` adds up to log-odds, ``brings`` to the logarithm of how many times the usual one who stays
    will bring; usual is what they brought in as many days before, or ``floor`` where that is more.
    ``scale`` makes what is foretold of the customers learnt from add up to what came of them, returns and
    all. ``of_money`` is false where orders carry no amounts: purchase days take the place of spend.
    """

    inputs: tuple[str, ...]
    categories: Mapping[str, tuple[str, ...]]
    stays: Trees
    brings: Trees
    floor: float
    scale: float
    horizon_days: int
    customers: int
    of_money: bool

    def matrix(self, rows: Rows) -> Array:
        """The rows as the trees read them: doubles, NaN where unknown; customers × inputs."""
        return _matrix(rows, self.inputs, self.categories)

    def p_active(self, x: Array) -> Array:
        """The probability that each customer buys in the horizon, 0 to 1."""
        from scipy.special import expit

        return np.asarray(expit(self.stays.raw(x)))

    def brought(self, x: Array) -> Array:
        """What each customer is expected to bring if they buy: study currency, or purchase days."""
        return np.exp(self.brings.raw(x)) * self.usual(x) * self.scale

    def usual(self, x: Array) -> Array:
        before = x[:, self.inputs.index("before_spend" if self.of_money else "before_purchases")]
        return np.maximum(before, self.floor)

    def expected(self, x: Array) -> Array:
        """What each customer is expected to bring in the horizon: the chance times what it would bring.

        Right on average and in sums. The error of a single customer is smallest for ``likely``.
        """
        return self.p_active(x) * self.brought(x)

    def likely(self, x: Array) -> Array:
        """What is likely of each customer: nothing where they will rather not buy, else what they would
        bring. Its sums are not right: a small chance counts as none."""
        return np.where(self.p_active(x) < 0.5, 0.0, self.brought(x))

    def as_json(self) -> dict[str, Any]:
        document = {
            "schema": "boosted-value/1",
            "horizon_days": self.horizon_days,
            "customers": self.customers,
            "of_money": self.of_money,
            "inputs": list(self.inputs),
            "categories": {name: list(each) for name, each in self.categories.items()},
            "floor": self.floor,
            "scale": self.scale,
            "stays": self.stays.as_json(),
            "brings": self.brings.as_json(),
        }
        return {**document, "digest": digest_of(document)}

    @staticmethod
    def from_json(saved: Mapping[str, Any]) -> Boosted:
        """The model of a document. Raises DataRefused for one that was changed since it was written."""
        document = {name: each for name, each in saved.items() if name != "digest"}
        if digest_of(document) != saved.get("digest"):
            raise DataRefused(
                "the value model", "its text is not the one that its digest was taken of",
                "Fit it again, or restore the file as it was written.",
            )  # fmt: skip
        return Boosted(
            tuple(saved["inputs"]),
            {name: tuple(each) for name, each in saved["categories"].items()},
            Trees.from_json(saved["stays"]),
            Trees.from_json(saved["brings"]),
            float(saved["floor"]),
            float(saved["scale"]),
            int(saved["horizon_days"]),
            int(saved["customers"]),
            bool(saved["of_money"]),
        )


def usable(train: Frame, test: Frame) -> tuple[tuple[Feature, ...], tuple[Finding, ...]]:
    """The features that both frames have and that may tell customers apart, those of the days before with
    them; and what was left out.

    A protected attribute is never among them: what a customer is worth decides how they are treated.
    """
    there = {each.name for each in test.features}
    both = [each for each in train.features if each.name in there]
    kept = [each for each in both if not each.protected]
    barred = [each.name for each in both if each.protected]
    if not barred:
        return (*kept, *BEFORE), ()
    return (*kept, *BEFORE), (
        Finding(
            "note", "boosted",
            f"Protected attributes are not learnt from: {', '.join(barred)}.",
            "Nothing to do. Where the header misleads, not_protected of the attribute releases it.",
        ),
    )  # fmt: skip


def fit(
    rows: Rows, features: Sequence[Feature], horizon_days: int, seed: int, *, of_money: bool
) -> tuple[Boosted, tuple[Any, Any]]:
    """The model of these customers, and the fitted ensembles of scikit-learn that it was read from.

    The rows come in the order of a hash of their ids; the last fifth says when to stop and grows no tree.
    One thread; nothing is left to chance but the seed.

    The second part is a Poisson regression with a logarithm between and the usual as its exposure: its mean
    is right whatever the spread (Gourieroux, Monfort & Trognon 1984; Santos Silva & Tenreyro 2006), where
    a mean of logarithms is off wherever the spread differs between customers; and trees that start from
    the usual have only to learn what differs from it. Raises NotReady where too few stay or too few leave.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # it carries no types

    came = rows.later_spend if of_money else rows.later_purchases.astype(np.float64)
    _require_both(rows, came)
    learnt = len(rows) - int(len(rows) * STOPPING_SHARE)
    texts = [each.name for each in features if each.is_text]
    categories = {name: _categories(rows.columns[name][:learnt]) for name in texts}
    inputs = (*texts, *(each.name for each in features if not each.is_text))
    x = _matrix(rows, inputs, categories)
    chosen = {**GROWTH, "random_state": seed, "categorical_features": list(range(len(texts))) or None}
    with threadpool_limits(1):
        stays = _stopped(HistGradientBoostingClassifier(**chosen), x, rows.is_active, learnt)
        active, asked = rows.is_active, int(rows.is_active[:learnt].sum())
        amounts = np.maximum(came[active], 0.0)
        floor = _short(FLOOR_SHARE * math.fsum(amounts[:asked].tolist()) / max(asked, 1))
        of = partial(Boosted, inputs, categories, _best(stays), floor=floor, horizon_days=horizon_days,
                     customers=len(rows), of_money=of_money)  # fmt: skip
        usual = of(Trees(0.0, ()), scale=1.0).usual(x[active])
        brings = _stopped(
            HistGradientBoostingRegressor(loss="poisson", **chosen),
            x[active],
            amounts / usual,
            asked,
            usual / (math.fsum(usual.tolist()) / len(usual)),
        )
    foretold = math.fsum(of(_best(brings), scale=1.0).expected(x).tolist())
    whole = max(math.fsum(came.tolist()), 0.0)
    return of(_best(brings), scale=_short(whole / foretold) if foretold > 0 else 0.0), (stays, brings)


def _short(value: float) -> float:
    return float(f"{value:.8g}")


def _require_both(rows: Rows, came: Array) -> None:
    stayed = int(rows.is_active.sum())
    if min(stayed, len(rows) - stayed) < FEWEST:
        raise NotReady(
            "value", f"of {len(rows):,} customers {stayed:,} bought in the days learnt from",
            f"To tell those who stay from those who do not it needs {FEWEST} or more of each: "
            "take another day with --calibrate-until, or more customers.",
        )  # fmt: skip
    if not came[rows.is_active].max() > 0:
        raise NotReady(
            "value", "nobody who bought in the days learnt from brought anything",
            "Map the column of amounts, or none: then purchase days are foretold.",
        )  # fmt: skip


def _stopped(estimator: Any, x: Array, y: npt.NDArray[Any], learnt: int, weights: Array | None = None) -> Any:
    given, held = (None, None) if weights is None else (weights[:learnt], weights[learnt:])
    return estimator.fit(
        x[:learnt], y[:learnt], given, X_val=x[learnt:], y_val=y[learnt:], sample_weight_val=held
    )


def _best(estimator: Any) -> Trees:
    """The trees up to where those who say when to stop were foretold best."""
    return trees_of(estimator, int(np.argmax(estimator.validation_score_)))


def _categories(values: Values) -> tuple[str, ...]:
    """The texts that enough customers have, by name."""
    counted = Counter(values.tolist())
    counted.pop(None, None)
    enough = [(-count, each) for each, count in counted.items() if count >= FEWEST_ALIKE]
    return tuple(sorted(each for _, each in sorted(enough)[:MOST_CATEGORIES]))


def _matrix(rows: Rows, inputs: Sequence[str], categories: Mapping[str, Sequence[str]]) -> Array:
    columns = []
    for name in inputs:
        if name in categories:
            codes = {each: float(code) for code, each in enumerate(categories[name])}
            columns.append(np.array([codes.get(each, np.nan) for each in rows.columns[name].tolist()]))
        elif name in rows.columns:
            columns.append(rows.columns[name])
        else:
            columns.append(getattr(rows, name).astype(np.float64))
    return np.column_stack(columns) if columns else np.empty((len(rows), 0))
