"""Cleaning: what every record of the order file is, and the ledger that accounts for all of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from regulars.engine import Bound, Engine, room
from regulars.errors import DatesRefused, NotReady
from regulars.prepare.beside import accounts, lay_out
from regulars.prepare.ledger import account, flag
from regulars.prepare.reading.read import Part, Read
from regulars.prepare.reading.side_tables import SideRead
from regulars.settings import Cleaning, Settings
from regulars.types import Finding, Ledger, SetAside, SourceLedger, Value

MEANINGS = {
    "ragged_row": "The row has more or fewer fields than the header.",
    "missing_date": "No date, so the order cannot be placed in time.",
    "unreadable_date": "The date does not read under the date format.",
    "unreadable_number": "A quantity, price or amount is not a number.",
    "after_as_of": "Dated after the day that the study looks from.",
    "missing_customer": "No customer id: a guest order that belongs to nobody.",
    "opted_out": "The customer opted out: left out of everything.",
    "consent_unknown": "Consent is missing or unreadable: treated as opted out (cleaning.blank_opt_out).",
    "test_row": "A trial of the shop's own system.",
    "exact_duplicate": "Every field repeats an earlier row.",
    "not_a_product": "Postage, fees, vouchers or corrections.",
    "negative_price": "A price below zero: bookkeeping, no purchase.",
    "zero_value": "Worth nothing: a sample or a correction.",
    "return": "A return or cancellation, left out by the settings.",
    "customer_without_sale": "The customer has returns or cancellations but no purchase.",
    "net_spend_not_positive": "With returns taken off, the customer spent nothing; left out by the settings.",
    "product_not_listed": "The table of products does not have it; kept, its category and brand unknown.",
    "customer_not_listed": "The table of customers does not have them; kept, their attributes unknown.",
    "outlier": "An unusually large amount; kept, worth a look.",
}


@dataclass(frozen=True)
class Cleaned:
    """Clean orders in the engine (``order_lines``, ``orders``), the ledger, and the day of the study."""

    ledger: Ledger
    as_of: date
    start: date
    findings: tuple[Finding, ...]


def day_of_study(engine: Engine, asked: date | None, today: date) -> date:
    """The day that the study looks from: the one asked for, or that of the last order up to ``today``."""
    if asked:
        return asked
    ((last,),) = engine.rows(
        "select max(cast(ordered_at as date)) from order_rows "
        f"where fault is null and cast(ordered_at as date) <= date '{today.isoformat()}'"
    )
    return last or today


def clean(
    engine: Engine,
    read: Read,
    settings: Settings,
    as_of: date,
    today: date,
    beside: Mapping[str, SideRead] = MappingProxyType({}),
) -> Cleaned:
    """Judge every row, make ``order_lines``, ``orders`` and the clean tables ``beside`` them, and account
    for what was set aside.

    Raises DatesRefused where many rows lie after ``today`` (the date format is wrong) and NotReady where
    no sale is left.
    """
    _refuse_future(engine, settings.cleaning, today)
    mark(engine, settings.cleaning)
    lay_out(engine, beside, needs_consent=_needs_consent(settings))
    # Orders of several tables are told apart by table and number; one table's own numbers do.
    keyed = "*" if "order_key" in read.table else "*, order_id as order_key"
    engine.view("keyed_rows", f"select {keyed} from order_rows")
    values = _values(settings, as_of)
    steps = room("regulars.prepare")
    for target in ("marked_products", "marked_customers", "marked_orders", "judged_rows", "settled_rows"):
        engine.make(target, steps, values)
    engine.drop("judged_rows")
    engine.make("order_lines", steps, values)
    engine.make("orders", steps, values)
    of_orders, totals = tuple(_accounts(engine, read, settings, as_of, beside)), _totals(engine, settings)
    engine.drop("settled_rows")
    of_others, doubts = accounts(engine, beside, as_of)
    ledger = Ledger((*of_orders, *of_others), totals)
    if not ledger.totals["customers"]:
        raise NotReady(
            "the orders", "no customer with a sale is left after cleaning",
            "See the ledger for what set the rows aside: " + _largest(ledger),
            next_command="regulars check",
        )  # fmt: skip
    start = engine.rows("select min(ordered_on) from orders where not is_return")[0][0]
    return Cleaned(ledger, as_of, start, (*_findings(ledger, settings), *doubts))


def _refuse_future(engine: Engine, cleaning: Cleaning, today: date) -> None:
    day = "cast(ordered_at as date)"
    ((dated, future, first, last),) = engine.rows(
        f"select count(ordered_at), sum(case when {day} > date '{today.isoformat()}' then 1 else 0 end), "
        f"min({day}), max({day}) from order_rows"
    )
    if dated and future > cleaning.future_share_limit * dated:
        raise DatesRefused(
            "order dates",
            f"{future:,} of {dated:,} rows are dated after {today}, and the dates run from {first} to {last}",
            "The date format is probably wrong: set sources.orders.date_format, "
            "or raise cleaning.future_share_limit if these dates are meant.",
            count=future,
            next_command="regulars init ORDERS",
        )


def _needs_consent(settings: Settings) -> bool:
    """Whether whom the table of customers does not have has to be taken for one who gave no consent."""
    customers = settings.sources.customers
    is_asked = customers is not None and customers.columns.consent is not None
    return is_asked and settings.cleaning.blank_opt_out == "opted_out"


def mark(engine: Engine, cleaning: Cleaning) -> None:
    """The codes that the settings name, as a table."""
    coded = [("non_product", code) for code in cleaning.non_product_codes]
    coded += [("test", code) for code in cleaning.test_codes]
    rows = [(kind, code.upper().removesuffix("*"), code.endswith("*")) for kind, code in coded]
    engine.values("marked_codes", {"kind": "varchar", "code": "varchar", "is_prefix": "boolean"}, rows)


def _values(settings: Settings, as_of: date) -> dict[str, Bound]:
    cleaning = settings.cleaning
    return {
        "as_of": as_of,
        "cancellation_prefix": cleaning.cancellation_prefix or "",
        "set_aside_repeats": repeats_are_set_aside(settings),
        "set_aside_non_products": cleaning.non_products == "set_aside",
        "set_aside_negative_prices": cleaning.negative_price == "set_aside",
        "set_aside_zero_values": cleaning.zero_value == "set_aside",
        "set_aside_returns": cleaning.returns == "set_aside",
        "set_aside_net_not_positive": cleaning.net_spend_not_positive == "set_aside",
    }


def repeats_are_set_aside(settings: Settings) -> bool:
    """Whether exact repeats go: by the setting, or by default where order ids tell purchases apart."""
    treatment = settings.cleaning.duplicates
    has_order_ids = settings.sources.maps("order")
    return treatment == "set_aside" or (treatment == "auto" and has_order_ids)


def _accounts(
    engine: Engine, read: Read, settings: Settings, as_of: date, beside: Collection[str]
) -> Iterator[SourceLedger]:
    """The account of each table of orders."""
    limit = _large(engine, settings.cleaning)
    for part in read.parts or (Part(read.input, 0, engine.count("settled_rows"), read.line_of),):
        of_part = f"record > {part.before} and record <= {part.before + part.records}"
        rows = f"(select * replace (record - {part.before} as record) from settled_rows where {of_part})"
        flagged = (
            *_unlisted(engine, rows, part, as_of, beside),
            *_flagged(engine, rows, part, limit, settings),
        )
        yield account(engine, part.input.name, rows, MEANINGS, part.line_of, flagged)


def _unlisted(
    engine: Engine, rows: str, part: Part, as_of: date, beside: Collection[str]
) -> Iterator[SetAside]:
    """Kept rows of which a table beside the orders says nothing."""
    for name in ("products", "customers"):
        if name in beside:
            key = f"{name.removesuffix('s')}_id"
            listed = f"select {key} from {name[:-1]}_rows where fault is null"
            if name == "customers":
                listed += f" and (known_on is null or cast(known_on as date) <= date '{as_of.isoformat()}')"
            where = f"{rows} where reason is null and {key} is not null and {key} not in ({listed})"
            reason = f"{name.removesuffix('s')}_not_listed"
            shown = "product_id" if name == "products" else "null"
            yield from flag(engine, where, reason, MEANINGS[reason], part.line_of, shown)


def _large(engine: Engine, cleaning: Cleaning) -> Decimal:
    """From which amount on, either way, a line is worth a look; 0 where there are no amounts."""
    engine.create("sale_amounts", "select amount from orders where not is_return and amount is not null")
    medians = engine.cut_points("sale_amounts", "amount", 2)
    engine.drop("sale_amounts")
    return Decimal(str(cleaning.outlier_multiple)) * (medians[0] if medians else Decimal(0))


def _flagged(
    engine: Engine, rows: str, part: Part, limit: Decimal, settings: Settings
) -> tuple[SetAside, ...]:
    """Kept rows worth more than so many median orders, either way."""
    if limit <= 0:
        return ()
    large = f"{rows} where reason is null and abs(amount) > {limit:f}"
    multiple = f"More than {settings.cleaning.outlier_multiple:g} times the median order."
    meaning = f"{MEANINGS['outlier']} {multiple}"
    return flag(engine, large, "outlier", meaning, part.line_of, "cast(amount as varchar)")


def _totals(engine: Engine, settings: Settings) -> dict[str, Value]:
    """What is left: counts, and the net value as a decimal string (None without amounts)."""
    ((customers, orders, returns, lines, gross, net),) = engine.rows(
        "select count(distinct customer_id), sum(case when is_return then 0 else 1 end), "
        "sum(case when is_return then 1 else 0 end), sum(lines), "
        "sum(case when is_return then 0 else amount end), sum(amount) from orders"
    )
    ((not_positive,),) = engine.rows(
        "select count(*) from "
        "(select customer_id from orders group by customer_id having sum(amount) <= 0) as net"
    )
    ((without_sale,),) = engine.rows(
        "select count(distinct customer_id) from settled_rows where reason = 'customer_without_sale'"
    )
    has_value = settings.sources.maps("value")
    return {
        "customers": int(customers),
        "orders": int(orders or 0),
        "returns": int(returns or 0),
        "lines": int(lines or 0),
        "sales": _decimal(gross) if has_value else None,
        "value": _decimal(net) if has_value else None,
        "customers_without_sale": int(without_sale),
        "customers_net_not_positive": int(not_positive) if has_value else None,
    }


def _decimal(amount: Any) -> str:
    return str(Decimal(amount or 0).quantize(Decimal("0.0001")))


def _largest(ledger: Ledger) -> str:
    each = [s for source in ledger.sources for s in source.set_aside]
    return ", ".join(f"{s.rows:,} {s.reason}" for s in each[:3]) or "the file has no rows"


_FLAG_REMEDIES = {
    "outlier": "Look at the examples in the ledger; set cleaning.outlier_multiple to move the limit.",
    "product_not_listed": "Add these products to the table, or see whether their ids are written otherwise.",
    "never_sold": "Nothing to do, unless they should have been: then ids may be written otherwise.",
}

_OF_ANOTHER_DAY = ("after_as_of", "superseded")
"""Rows that are sound, and tell of another day than the one that the study looks from."""


def _flag_told(flag: SetAside) -> str:
    if flag.reason == "outlier":
        return f"Kept rows with unusually large amounts: {flag.rows:,}."
    return f"{flag.rows:,} rows: {flag.meaning[:1].lower()}{flag.meaning[1:]}"


def _findings(ledger: Ledger, settings: Settings) -> list[Finding]:
    found = []
    for source in ledger.sources:
        doubtful = [each for each in source.set_aside if each.reason not in _OF_ANOTHER_DAY]
        aside = sum(each.rows for each in doubtful)
        rows = source.rows_kept + aside
        if rows and aside / rows > 0.05:
            top = doubtful[0]
            found.append(
                Finding(
                    "warning", f"ledger.{source.name}",
                    f"{aside:,} of {rows:,} rows are set aside ({aside / rows:.1%}); "
                    f"the largest part ({top.rows:,}) for this reason: "
                    f"{top.meaning[:1].lower()}{top.meaning[1:]}",
                    "Read the ledger: what is set aside is in no figure.",
                )
            )  # fmt: skip
        found += [
            Finding("note", f"ledger.{source.name}", _flag_told(flag), _FLAG_REMEDIES[flag.reason])
            for flag in source.flagged
            if flag.reason in _FLAG_REMEDIES
        ]
    not_positive = ledger.totals["customers_net_not_positive"]
    if not_positive and settings.cleaning.net_spend_not_positive == "keep":
        found.append(
            Finding(
                "note", "customers.net_spend",
                f"Customers whose net spend is nothing or less: {not_positive:,}. "
                "They are kept and score lowest on spend.",
                "Set cleaning.net_spend_not_positive: set_aside to leave them out.",
            )
        )  # fmt: skip
    return found
