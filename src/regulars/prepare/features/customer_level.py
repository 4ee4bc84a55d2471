"""A study of customers alone: one row each, with totals in place of orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from regulars.engine import Engine, Step, room
from regulars.engine.steps import parse
from regulars.errors import NotReady
from regulars.prepare.beside import TOLD_BY_CUSTOMERS, accounts
from regulars.prepare.clean import Cleaned, mark
from regulars.prepare.features.catalogue import FAMILIES, Family
from regulars.prepare.features.offer import EVERYBODY
from regulars.prepare.reading.side_tables import SideRead
from regulars.settings import Settings
from regulars.source_settings import Customers
from regulars.types import Feature, Finding, Ledger, Value


def day_of_customers(engine: Engine, asked: date | None, today: date) -> date:
    """The day that the study looks from: the one asked for, the last on which a row was known, that of the
    last order, or else ``today``."""
    if asked:
        return asked
    day = "cast(coalesce(known_on, last_order) as date)"
    ((last,),) = engine.rows(
        f"select max({day}) from customer_rows where fault is null and {day} <= date '{today.isoformat()}'"
    )
    return last or today


def clean_customers(
    engine: Engine, settings: Settings, as_of: date, beside: Mapping[str, SideRead]
) -> Cleaned:
    """Judge every row of the table of customers and of those beside it, and make the clean ones.

    Raises NotReady where no customer is left.
    """
    mark(engine, settings.cleaning)
    engine.view("told_consents", TOLD_BY_CUSTOMERS)
    engine.make("marked_customers", room("regulars.prepare"))
    ledgers, doubts = accounts(engine, beside, as_of, has_orders=False)
    assert settings.sources.customers is not None
    ledger = Ledger(ledgers, _totals(engine, settings.sources.customers))
    if not ledger.totals["customers"]:
        raise NotReady(
            "the customers", "nobody is left after cleaning", "See the ledger for what set the rows aside.",
            next_command="regulars check",
        )  # fmt: skip
    ((first,),) = engine.rows(
        "select min(coalesce(cast(first_order as date), cast(last_order as date))) from customers"
    )
    return Cleaned(ledger, as_of, first or as_of, (*doubts, *_findings(settings, as_of)))


def _totals(engine: Engine, customers: Customers) -> dict[str, Value]:
    ((everybody, orders, value, not_positive),) = engine.rows(
        "select count(*), cast(sum(orders) as bigint), sum(spend), "
        "sum(case when spend <= 0 then 1 else 0 end) from customers"
    )
    has_value = "spend" in customers.columns.totals
    return {
        "customers": int(everybody),
        "orders": int(orders or 0) if "orders" in customers.columns.totals else None,
        "value": str(Decimal(value or 0).quantize(Decimal("0.0001"))) if has_value else None,
        "customers_net_not_positive": int(not_positive or 0) if has_value else None,
    }


def _findings(settings: Settings, as_of: date) -> list[Finding]:
    assert settings.sources.customers is not None
    columns = settings.sources.customers.columns
    found = [
        Finding(
            "note", "sources.customers",
            "The study rests on one row a customer: what needs single orders (rhythm, baskets, categories, "
            "times of day, returns) is left out.",
            "Name sources.orders as well, if there are any.",
        )
    ]  # fmt: skip
    if columns.last_order is None and columns.known_on is None and settings.as_of is None:
        found.append(
            Finding(
                "warning",
                "as_of",
                f"Nothing in the table says of which day it is; it is taken to be of {as_of.isoformat()}, "
                "and a run of tomorrow will be another run.",
                "Set as_of to the day on which the table was made.",
            )
        )
    return found


def totals_family(customers: Customers) -> Family:
    """What the table's own totals are as features: those that orders would give, where they are mapped."""
    there = set(customers.columns.totals)
    names = {"spend", "orders"} & there
    names |= {"recency_days"} if {"recency_days", "last_order"} & there else set()
    names |= {"tenure_days"} if "first_order" in there else set()
    names |= {"average_order"} if {"spend", "orders"} <= there else set()
    known = tuple(
        replace(feature, meaning="As the table of customers has it.")
        for family in FAMILIES
        for feature in family.features
        if feature.name in names
    )
    return Family(EVERYBODY, known, made_by=(_totals_step(customers, known),))


def _totals_step(customers: Customers, features: Sequence[Feature]) -> Step:
    """The table of these features, from the clean table ``customers``: one row a customer. Bind ``as_of``."""
    there = set(customers.columns.totals)
    last = "date_diff('day', cast(customers.last_order as date), $as_of)"
    columns = {
        "recency_days": last if "last_order" in there else "cast(floor(customers.recency_days) as bigint)",
        "orders": "cast(customers.orders as bigint)",
        "spend": "customers.spend",
        "average_order": "case when customers.orders > 0 "
        "then cast(floor(cast(customers.spend as double) / customers.orders * 10000 + 0.5) / 10000 "
        "as decimal(18, 4)) end",
        "tenure_days": "date_diff('day', cast(customers.first_order as date), $as_of)",
    }
    made = "".join(f", {columns[each.name]} as {each.name}" for each in features)
    step = parse(EVERYBODY, f"select customers.customer_id{made} from customers")
    step.select.add_comments(["Grain: one row a customer, with the totals of the table of customers."])
    return step
