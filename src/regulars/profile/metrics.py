"""Which figures a profile holds: what each is measured on, how it is aggregated, and what it is called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from regulars.engine import literal
from regulars.types import Feature, Metric

How = Literal["size", "share", "sum", "mean", "median", "ratio"]
Product = tuple[str, str]
"""A value, and the value that it is multiplied by in the sum of products: itself, for a square."""


@dataclass(frozen=True)
class Measure:
    """A metric and how it is made. ``value`` is an expression over ``features``; ``per`` is the
    divisor of a ratio of sums, or what a share is a share of (customers, where empty)."""

    metric: Metric
    how: How
    value: str = ""
    per: str = ""
    counts: str = ""
    """The feature, a whole number of each customer, that the figure tells the sum of."""

    @property
    def summed(self) -> tuple[Product, ...]:
        """The products of values that must be summed for it; the interval of a ratio needs the mixed one."""
        if self.how in ("sum", "mean"):
            return ((self.value, self.value),)
        if self.how == "ratio":
            return ((self.value, self.value), (self.per, self.per), (self.value, self.per))
        return ((self.per, self.per),) if self.how == "share" and self.per else ()

    @property
    def query(self) -> str:
        """SQL that gives the figure for each segment, run inside a run's folder by anybody with DuckDB."""
        whole = "count(*)" if not self.per else f"sum({self.per})"
        made = {
            "size": "count(*)",
            "share": f"100.0 * {whole} / sum({whole}) over ()",
            "sum": f"sum({self.value})",
            "mean": f"avg({self.value})",
            "median": f"median({self.value})",
            "ratio": f"sum({self.value}) / sum({self.per})",
        }[self.how]
        return (
            f"select segment_id, {made} as {self.metric.id}\n"
            "from 'features.parquet' join 'assignments/{segmentation}.parquet' using (customer_id)\n"
            "group by segment_id"
        )


FORETOLD = (
    "predicted_value", "predicted_value_share", "predicted_value_per_customer",
    "expected_purchases_per_customer", "p_alive",
)  # fmt: skip
"""Metrics that sum up what a model expects of each customer: told apart from what customers did."""


def measures(
    features: Sequence[Feature],
    currency: str,
    commonest: Mapping[str, str] | None = None,
    horizon_days: int | None = None,
) -> tuple[Measure, ...]:
    """The profile's measures, in the order they are shown, for the features that there are.

    ``commonest`` is the category to count of each feature of text; one without it is left out.
    ``horizon_days``: how far the value model looks ahead, for the labels of what it expects.
    """
    there = {feature.name: feature for feature in features}
    chosen = [
        _measure("customers", "Customers", "count", "sum", "size"),
        _measure("customer_share", "Share of all customers", "percent", "share", "share"),
    ]
    if "spend" in there:
        chosen += _money(currency, net=", net of returns" if "return_share" in there else "")
        if "orders" in there:
            chosen.append(
                _measure(
                    "aov",
                    "Average order value",
                    currency,
                    "ratio",
                    "ratio",
                    "spend",
                    per="orders",
                    counts="orders",
                )
            )
    chosen += _visits() if "orders" in there else []
    if "recency_days" in there:
        label = "Median days since last order"
        chosen.append(_measure("recency_days", label, "days", "median", "median", "recency_days"))
    chosen += _foretold(there, currency, f", next {horizon_days} days" if horizon_days else "")
    for name, label in _MEDIANS.items():
        if name in there:
            meaning = there[name].meaning
            unit = "days" if there[name].unit == "days" else "ratio"
            chosen.append(_measure(name, label, unit, "median", "median", name, meaning=meaning))
    known = [f for f in features if f.role != "outcome" and f.name not in _MEDIANS]
    chosen += [_behaviour(feature, currency) for feature in known if not feature.is_text]
    said = commonest or {}
    return (*chosen, *(_category(f, said[f.name]) for f in known if f.is_text and f.name in said))


_MEDIANS = {
    "tenure_days": "Median days since first order",
    "gap_days": "Median days between purchases",
    # Goods by weight or volume are sold in thousands of units: a mean would tell of few customers.
    "items_per_order": "Median items per order",
}


def _money(currency: str, *, net: str) -> list[Measure]:
    return [
        _measure("revenue", f"Revenue{net}", currency, "sum", "sum", "spend"),
        _measure("revenue_share", "Share of total revenue", "percent", "share", "share", per="spend"),
        _measure("revenue_per_customer", "Revenue per customer", currency, "ratio", "mean", "spend"),
    ]


REPEATED = "case when orders >= 2 then 100 else 0 end"


def _visits() -> list[Measure]:
    return [
        _measure("orders", "Orders", "count", "sum", "sum", "orders", counts="orders"),
        _measure("orders_per_customer", "Orders per customer", "ratio", "ratio", "mean", "orders",
                 counts="orders"),
        _measure("repeat_rate", "Customers with two or more orders", "percent", "mean_by_customers", "mean",
                 REPEATED),
    ]  # fmt: skip


def _foretold(there: Mapping[str, Feature], currency: str, ahead: str) -> list[Measure]:
    """What the value model expects. The discounted value is left to the customers' table: of the two, a
    reader compares the plain one with revenue."""
    chosen = []
    if "predicted_value" in there:
        share, each = "predicted_value_share", "predicted_value_per_customer"
        value = "predicted_value"
        chosen += [
            _measure(value, f"Predicted value{ahead}", currency, "sum", "sum", value),
            _measure(share, "Share of total predicted value", "percent", "share", "share", per=value),
            _measure(each, f"Predicted value per customer{ahead}", currency, "ratio", "mean", value),
        ]
    if "expected_purchases" in there:
        label = f"Expected purchases per customer{ahead}"
        each = "expected_purchases_per_customer"
        chosen.append(_measure(each, label, "ratio", "ratio", "mean", "expected_purchases"))
    if "p_alive" in there:
        label = "Chance of still being a customer"
        chosen.append(_measure("p_alive", label, "percent", "mean_by_customers", "mean", "p_alive * 100"))
    return chosen


_UNITS = {"share": "percent", "days": "days", "points": "points"}


def _behaviour(feature: Feature, currency: str) -> Measure:
    """A cause or an attribute as its mean over customers: shares as percent, a mean of counts as a ratio."""
    value = f"{feature.name} * 100" if feature.unit == "share" else feature.name
    unit = currency if feature.unit == "currency" else _UNITS.get(feature.unit, "ratio")
    return _measure(
        feature.name,
        feature.label,
        unit,
        "mean_by_customers",
        "mean",
        value,
        meaning=feature.meaning,
        counts=feature.name if feature.unit == "count" else "",
    )


def _category(feature: Feature, category: str) -> Measure:
    """A text as the share of its commonest category, of those for whom it is known."""
    name, said = feature.name, literal(category).sql("duckdb")
    value = f"case when {name} = {said} then 100 when {name} is not null then 0 end"
    return _measure(
        name, f"{feature.label}: {category:.40}", "percent", "share", "mean", value,
        meaning=f"Those with the commonest value over those who have one. {feature.meaning}",
    )  # fmt: skip


def _measure(
    metric_id: str,
    label: str,
    unit: str,
    agg: str,
    how: How,
    value: str = "",
    *,
    per: str = "",
    meaning: str = "",
    counts: str = "",
) -> Measure:
    metric = Metric(metric_id, label, unit, agg, meaning or _MEANINGS.get(metric_id, ""))
    return Measure(metric, how, value, per, counts)


_BY_MODEL = "By the value model, not yet seen."
_OVER_CUSTOMERS = (
    f"{_BY_MODEL} The interval is that of a mean over these customers; how far the model itself may be off "
    "is not in it."
)
_MEANINGS = {
    "customers": "Customers in the segment, each in exactly one.",
    "customer_share": "Customers in the segment over all customers.",
    "revenue": "What the segment bought less what it returned.",
    "revenue_share": "Net revenue of the segment over that of all customers.",
    "revenue_per_customer": "Net revenue over customers.",
    "aov": "Net revenue over orders.",
    "orders": "Orders placed; returns are none.",
    "orders_per_customer": "Orders over customers.",
    "repeat_rate": "Customers with at least two orders over all customers of the segment.",
    "recency_days": "The middle customer's days from the last order to the day of the study.",
    "predicted_value": "What the segment's customers are expected to bring, net of returns, added up. "
    f"{_BY_MODEL}",
    "predicted_value_share": "Predicted value of the segment over that of all customers. " + _BY_MODEL,
    "predicted_value_per_customer": f"Predicted value over customers. {_OVER_CUSTOMERS}",
    "expected_purchases_per_customer": "Days with an order that are expected of a customer, on average. "
    f"{_OVER_CUSTOMERS}",
    "p_alive": f"The chance that a customer will ever buy again, on average. {_OVER_CUSTOMERS}",
}
