"""Tables beside the orders, joined and accounted for: products before the orders are judged, the rest after.

Clean tables: ``products`` (one row a product), ``customers`` (one row a customer of the study), ``events``,
``campaigns`` and ``redemptions`` (rows of such customers, up to the day of the study).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from regulars.engine import Engine, literal, quoted
from regulars.prepare.ledger import account, flag
from regulars.prepare.reading.side_tables import SideRead
from regulars.types import Finding, SetAside, SourceLedger, Table

MEANINGS = {
    "ragged_row": "The row has more or fewer fields than the header.",
    "missing_customer": "No customer id, so it is not known whom the row is about.",
    "missing_from": "No id that would be mapped.",
    "mapped_twice": "The id is said to be two customers: it stays as it is, lest one get the other's orders.",
    "unknown_source": "No table of this study is called that.",
    "missing_product": "No product id, so no order line can be joined to it.",
    "missing_campaign": "No campaign is named.",
    "missing_kind": "No kind of event is named.",
    "missing_date": "No date, so it cannot be placed in time.",
    "unreadable_date": "The date does not read under the date format.",
    "unreadable_number": "A number does not read.",
    "opted_out": "The customer opted out: left out of everything.",
    "consent_unknown": "Consent is missing or unreadable: treated as opted out (cleaning.blank_opt_out).",
    "test_row": "A trial of the shop's own system.",
    "after_as_of": "Dated after the day that the study looks from.",
    "superseded": "A later row tells what was known of the customer on the day of the study.",
    "exact_duplicate": "Every field repeats an earlier row.",
    "listed_again": "It was listed before with the same values.",
    "listed_otherwise": "It was listed before with other values; where they differ, the value is unknown.",
    "customer_not_studied": "The customer is not among those of this study.",
    "customer_without_orders": "The customer has no order that is used, so there is nobody to add it to.",
}
KEYS = {"products": "product_id", "customers": "customer_id"}
SAME = {"products": "product_id", "customers": "customer_id, coalesce(known_on, timestamp '1970-01-01')"}
"""What rows share that list the same thing again: of customers who change, the moment as well."""
TIMES = {"events": "happened_at", "campaigns": "started_at", "redemptions": "happened_at"}


def lay_out(engine: Engine, beside: Mapping[str, SideRead], *, needs_consent: bool) -> None:
    """Make what judging orders reads: ``products``, empty without such a table, and ``told_consents``.

    With ``needs_consent``, a customer whom the table of customers does not have has given none.
    """
    if "products" in beside:
        engine.create("settled_products", _settled_products(beside["products"]))
        one_each(engine, beside["products"])
    else:
        engine.values("products", dict.fromkeys(("product_id", "category", "brand"), "varchar"), [])
    told = ["select customer_id, consent_state from order_rows where customer_id is not null"]
    if "customers" in beside:
        told.append(TOLD_BY_CUSTOMERS)
    if needs_consent:
        told.append(
            "select customer_id, 'unknown' from order_rows where customer_id not in "
            "(select customer_id from customer_rows where customer_id is not null)"
        )
    engine.view("told_consents", " union all ".join(told))


TOLD_BY_CUSTOMERS = "select customer_id, consent_state from customer_rows where customer_id is not null"
_OURS = ("record", "is_repeat", "fault", "fault_text", "consent_state", "known_on")


def one_each(engine: Engine, side: SideRead) -> Table:
    """The clean table with one row a key, of the settled rows that are used or were listed before.

    Whatever the order of the rows: what is blank in one and told in another is told, and where rows of one
    key differ the value is unknown.
    """
    name, key = side.name, KEYS[side.name]
    agreed = "".join(
        f", case when min({each}) = max({each}) then max({each}) end as {each}" for each in _fields(side)
    )
    return engine.create(
        name,
        f"select {key}{agreed} from settled_{name} "
        f"where reason is null or reason in ('listed_again', 'listed_otherwise') group by {key}",
    )


def _fields(side: SideRead) -> list[str]:
    return [quoted(column) for column in side.rows.columns if column not in (*_OURS, KEYS.get(side.name))]


def accounts(
    engine: Engine, beside: Mapping[str, SideRead], as_of: date, *, has_orders: bool = True
) -> tuple[tuple[SourceLedger, ...], tuple[Finding, ...]]:
    """Settle every row of the tables beside the clean orders, make the clean tables, and account for them.

    Needs ``marked_customers``, and clean orders unless the table of customers stands alone: then whoever is
    in it and may be used is studied.
    """
    if has_orders:
        engine.view("studied_customers", "select customer_id from orders group by customer_id")
    ledgers: list[SourceLedger] = []
    for name, side in beside.items():
        if name == "customers":
            _settle_customers(engine, side, as_of, has_orders=has_orders)
            if not has_orders:
                engine.view("studied_customers", "select customer_id from customers")
        elif name in TIMES:
            engine.create(f"settled_{name}", _settled_by_time(side, as_of, has_orders=has_orders))
            fields = ", ".join(_fields(side))
            engine.create(name, f"select {fields} from settled_{name} where reason is null")
        never = _never_sold(engine, side) if name == "products" else ()
        ledgers.append(account(engine, name, f"settled_{name}", MEANINGS, side.line_of, never))
        engine.drop(f"settled_{name}")
    found = [each for ledger in ledgers for each in _findings(ledger)]
    return tuple(ledgers), tuple(found)


def customers_known(engine: Engine, side: SideRead, day: date) -> Table:
    """The table ``customers`` made again, as it was known on an earlier day; who is studied stays.

    Needs what ``accounts`` made, of a study with orders.
    """
    made = _settle_customers(engine, side, day, has_orders=True)
    engine.drop("settled_customers")
    return made


def _settle_customers(engine: Engine, side: SideRead, as_of: date, *, has_orders: bool) -> Table:
    engine.create("settled_customers", _settled_customers(side, as_of, has_orders=has_orders))
    return one_each(engine, side)


def _settled_products(side: SideRead) -> str:
    """SQL for every row with the reason why it is not used (NULL where it is) and what may be shown."""
    return (
        f"select *, case when fault is not null then fault {_listed_before(side)} end as reason, "
        f"fault_text as shown from {side.rows.name}"
    )


def _settled_customers(side: SideRead, as_of: date, *, has_orders: bool) -> str:
    day = _day(as_of)
    late = f"when cast(last_order as date) > {day} then 'after_as_of'"
    other = _stranger(has_orders=True) if has_orders else late
    known = f"case when fault is null and cast(known_on as date) <= {day} then known_on end"
    moment = (
        f"when cast(known_on as date) > {day} then 'after_as_of' "
        f"when known_on < max({known}) over (partition by customer_id) then 'superseded'"
    )
    return _settled_of_customers(side, f"{moment} {other} {_listed_before(side)}")


def _settled_by_time(side: SideRead, as_of: date, *, has_orders: bool) -> str:
    late = f"when cast({TIMES[side.name]} as date) > {_day(as_of)} then 'after_as_of'"
    # A campaign is sent to a customer once; two equal events may be two events.
    again = "when is_repeat then 'exact_duplicate'" if side.name == "campaigns" else ""
    return _settled_of_customers(side, f"{_stranger(has_orders=has_orders)} {late} {again}")


def _settled_of_customers(side: SideRead, last: str) -> str:
    """The same for rows that are about a customer: consent comes first, as with orders."""
    return (
        "select *, case when is_out = 1 then 'opted_out' when is_unknown = 1 then 'consent_unknown' "
        f"when fault is not null then fault when is_test = 1 then 'test_row' {last} end as reason, "
        "case when is_out = 1 or is_unknown = 1 then null else fault_text end as shown "
        f"from {side.rows.name} left join marked_customers using (customer_id)"
    )


def _stranger(*, has_orders: bool) -> str:
    reason = "customer_without_orders" if has_orders else "customer_not_studied"
    return f"when customer_id not in (select customer_id from studied_customers) then '{reason}'"


def _day(as_of: date) -> str:
    return literal(as_of).sql("duckdb")


def _listed_before(side: SideRead) -> str:
    """Cases for the second and later rows of one key, by whether all of them say the same."""
    same = SAME[side.name]
    differ = " or ".join(f"min({each}) <> max({each})" for each in _fields(side)) or "false"
    differing = f"select {same} from {side.rows.name} where fault is null group by {same} having {differ}"
    return (
        f"when row_number() over (partition by {same}, fault is null order by record) > 1 "
        f"then case when ({same}) in ({differing}) then 'listed_otherwise' else 'listed_again' end"
    )


def _never_sold(engine: Engine, side: SideRead) -> tuple[SetAside, ...]:
    sold = "select product_id from order_lines where product_id is not null"
    where = f"settled_products where reason is null and product_id not in ({sold})"
    return flag(engine, where, "never_sold", "No order line that is used is of this product.", side.line_of)


def _findings(ledger: SourceLedger) -> Iterator[Finding]:
    for aside in ledger.set_aside:
        if aside.reason == "listed_otherwise":
            yield Finding(
                "warning", f"ledger.{ledger.name}",
                f"Rows that list one of the {ledger.name} again with other values: {aside.rows:,}. "
                "What they differ in is unknown.",
                f"List each of the {ledger.name} once; the ledger has examples.",
            )  # fmt: skip
