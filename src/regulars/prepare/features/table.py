"""Features: what is measured about each customer, as one table; what each means is in the catalogue."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlglot import exp

from regulars.engine import Engine, Step, room
from regulars.errors import SettingsError
from regulars.feature_settings import FeatureChoices
from regulars.prepare.features.catalogue import Family
from regulars.prepare.features.derived import Derived, require_fitting
from regulars.prepare.features.offer import EVERYBODY, Offer, offer
from regulars.prepare.features.unmet import unmet
from regulars.settings import Columns
from regulars.types import Feature, Finding, Table


@dataclass(frozen=True)
class Features:
    """The table ``features`` (one row a customer), what its columns mean, and what could not be made."""

    table: Table
    features: tuple[Feature, ...]
    left_out: dict[str, str]
    findings: tuple[Finding, ...] = ()


def make_features(
    engine: Engine,
    columns: Columns | None,
    as_of: date,
    choices: FeatureChoices | None = None,
    beside: Sequence[Family] = (),
    totals: Family | None = None,
) -> Features:
    """Every feature that these orders can give, as the table ``features``: one row a customer.

    Families ``beside`` the catalogue are of clean tables that are there, such as ``customers``, or bring
    their own steps; one that needs what nobody knows of is left out, for the reason it gives. Without
    orders (None for their ``columns``) ``totals`` stand in their place.

    Shares and ratios are doubles rounded half up to six decimals, money is decimal; all are the same to
    the bit whatever the order of rows. What the orders cannot give is named in ``left_out``. Raises
    SettingsError for a derived feature that cannot be, or that comes to what its unit cannot mean.
    """
    choices = choices or FeatureChoices()
    offered = offer(choices, beside, totals)
    there = _what_stands_beside(engine)
    there |= {} if columns is None else _what_orders_hold(engine, columns, choices)
    families = [family for family in offered.families if not family.needs or there.get(family.needs)]
    left_out = {
        feature.name: family.lacking
        for family in (*offered.families, *offered.without)
        if family not in families
        for feature in family.features
    }
    made = [each for each in offered.derived if not left_out.keys() & each.formula.features]
    left_out |= {each.feature.name: _lacking(each, left_out) for each in offered.derived if each not in made}
    steps = {**room("regulars.prepare"), **offered.steps, "features": features_step(families, made)}
    table = engine.make("features", steps, {"as_of": as_of})
    require_fitting(engine, made)
    measured = (feature for family in families for feature in family.features)
    features = (*measured, *(each.feature for each in made))
    return Features(table, features, left_out, tuple(unmet(engine, choices)))


def needed(names: Collection[str], offered: Offer) -> tuple[list[Family], list[Derived]]:
    """What makes these features and all that they are derived from.

    Raises SettingsError for one that nobody makes: it was offered when a definition was fitted on it.
    """
    made = [each for each in offered.derived if each.feature.name in names]
    wanted = {*names, *(name for each in made for name in each.formula.features)}
    families = [family for family in offered.families if wanted & {f.name for f in family.features}]
    known = {each.name for family in families for each in family.features} | {e.feature.name for e in made}
    if unknown := sorted(wanted - known):
        raise SettingsError(
            f"feature {unknown[0]!r}", "neither the orders nor the settings make it",
            "Put it back into the settings, or run again to fit on what there is.",
            next_command="regulars run",
        )  # fmt: skip
    return families, made


def features_step(families: Sequence[Family], made: Sequence[Derived] = ()) -> Step:
    """The step that joins the families' tables: the one place where the list of columns varies."""
    # Whoever ordered has features: also who has no line with a category, or is in no table beside.
    first, *others = dict.fromkeys((EVERYBODY, *(family.step for family in families)))
    at = {
        feature.name: exp.column(feature.name, table=family.step)
        for family in families
        for feature in family.features
    }
    select = exp.select(exp.column("customer_id", table=first), *at.values()).from_(first)
    for each in made:
        value = each.formula.sql(lambda name: at[name].copy())
        select = select.select(exp.alias_(value, each.feature.name))
    for step in others:
        same = exp.EQ(
            this=exp.column("customer_id", table=first), expression=exp.column("customer_id", table=step)
        )
        select = select.join(step, on=same, join_type="left")
    return Step("features", select)


def _lacking(made: Derived, left_out: Mapping[str, str]) -> str:
    """Why a derived feature cannot be made: what its first missing input lacks."""
    missing = next(name for name in made.formula.features if name in left_out)
    return f"it is made of {missing}, and {left_out[missing]}"


def _what_orders_hold(engine: Engine, columns: Columns, choices: FeatureChoices) -> dict[str, bool]:
    ((time, products, categories, brands, returns, promotions, discounts),) = engine.rows(
        "select coalesce(max(case when ordered_at <> cast(ordered_on as timestamp) then 1 else 0 end), 0), "
        "count(product_id), count(category), count(brand), "
        "coalesce(max(case when is_return then 1 else 0 end), 0), coalesce(max(is_promoted), 0), "
        "coalesce(max(discount), 0) "
        "from order_lines"
    )
    ((items,),) = engine.rows("select count(*) from orders where not is_return and items <> 1")
    return {
        "value": columns.has_value,
        "time": bool(time),
        "products": bool(products),
        "items": bool(items),
        "categories": bool(categories),
        "brands": bool(brands),
        "loyalty": bool(brands and columns.has_value and choices.own_brands),
        "returns": bool(returns),
        "promotions": bool(promotions),
        "discounts": bool(discounts and columns.has_value),
    }


def _what_stands_beside(engine: Engine) -> dict[str, bool]:
    tables = engine.tables()
    there = {
        name: name in tables and engine.count(name) > 0 for name in ("events", "campaigns", "redemptions")
    }
    named = there["redemptions"] and engine.rows("select count(campaign) from redemptions")[0][0]
    return {**there, "responses": bool(there["campaigns"] and named)}
