"""Several tables of orders as one, and many ids of a customer as one: before anything is judged."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from regulars.engine import Engine, literal
from regulars.prepare.reading.columns import ORDER_ROWS
from regulars.prepare.reading.read import Part, Read, read
from regulars.prepare.reading.retold import About
from regulars.prepare.reading.side_tables import SideRead
from regulars.settings import Settings
from regulars.source_settings import Orders
from regulars.types import Finding

SEPARATOR = " · "
"""Between an order's id and the name of its table: two shops may number their orders alike."""


def read_orders(
    settings: Settings, home: Path, engine: Engine, frames: Mapping[str, object], identities: SideRead | None
) -> Read:
    """Every record of every table of orders as ``order_rows``, under one id a customer.

    With several tables, records are numbered on from one to the next, in the order of the settings, and
    ``order_key`` is the order's id with the name of its table (or the day with it, where there are no ids).
    Frames by table name are read in place of files.
    """
    shops = settings.sources.shops
    reads = []
    for at, orders in enumerate(shops):
        about = About(orders.name, "sources.orders" if len(shops) == 1 else f"sources.orders.{at}")
        with about.told():
            one = _read(orders, settings, home, engine, frames.get(orders.name))
        found = [*about.findings(one.findings), *_known_as(orders.name, engine, identities)]
        reads.append(replace(one, findings=tuple(found), input=replace(one.input, name=orders.name)))
        if len(shops) > 1:
            engine.create(_rows(orders), f"from {ORDER_ROWS}")
            engine.drop(ORDER_ROWS)
    return reads[0] if len(reads) == 1 else _united(shops, reads, engine)


def _read(orders: Orders, settings: Settings, home: Path, engine: Engine, frame: object | None) -> Read:
    has_order_ids = orders.columns.order is not None
    wanted = settings.cleaning.duplicates
    return read(
        orders, home, engine,
        mark_repeats=wanted == "set_aside" or (wanted == "auto" and has_order_ids),
        blank_opt_out=settings.cleaning.blank_opt_out,
        timezone=settings.timezone,
        extra_codes=settings.cleaning.non_product_codes,
        frame=frame,
    )  # fmt: skip


def _rows(orders: Orders) -> str:
    return f"{orders.name}_order_rows"


def _united(shops: Sequence[Orders], reads: Sequence[Read], engine: Engine) -> Read:
    parts: list[Part] = []
    selects = []
    before = 0
    for orders, one in zip(shops, reads, strict=True):
        rows = engine.count(_rows(orders))
        named = f"coalesce(order_id, cast(cast(ordered_at as date) as varchar)) || '{SEPARATOR}{orders.name}'"
        selects.append(
            f"select * replace (record + {before} as record), {named} as order_key from {_rows(orders)}"
        )
        parts.append(Part(one.input, before, rows, one.line_of))
        before += rows
    table = engine.create(ORDER_ROWS, f"from ({' union all '.join(selects)}) order by record")
    for orders in shops:
        engine.drop(_rows(orders))
    return Read(
        reads[0].input, table, reads[0].line_of,
        tuple(doubt for one in reads for doubt in one.findings), tuple(parts),
    )  # fmt: skip


# --- identities -------------------------------------------------------------------------------------


def settle_identities(engine: Engine, names: Collection[str]) -> None:
    """Judge the rows of the identity map, and keep as ``identities`` those that say one thing.

    ``names`` are those of the tables that ids may come from.

    An id that is said to be two customers stays as it is: whichever were taken, one would get the other's
    orders, and a few such ids are no reason to refuse all orders.
    """
    known = ", ".join(literal(name).sql("duckdb") for name in sorted(names))
    engine.create(
        "settled_identities",
        "select *, case when fault is not null then fault "
        f"when source is not null and source not in ({known}) then 'unknown_source' "
        "when min(customer_id) over same <> max(customer_id) over same then 'mapped_twice' "
        "when row_number() over (partition by from_id, source, fault is null order by record) > 1 "
        "then 'listed_again' end as reason, coalesce(fault_text, source) as shown from identity_rows "
        "window same as (partition by from_id, source, fault is null)",
    )
    engine.create(
        "identities", "select source, from_id, customer_id from settled_identities where reason is null"
    )


def known_as(engine: Engine, rows: str, name: str) -> None:
    """Put the customer's one id in place of the ids in a table's rows. What is said of that table alone
    comes before what is said of all; an id that is not in the map stays as it is."""
    engine.create(
        rows,
        "select given.* replace (coalesce(here.customer_id, everywhere.customer_id, given.customer_id) "
        f"as customer_id) from {rows} as given "
        f"left join identities as here on given.customer_id = here.from_id and here.source = '{name}' "
        "left join identities as everywhere on given.customer_id = everywhere.from_id "
        "and everywhere.source is null order by given.record",
    )


def _known_as(name: str, engine: Engine, identities: SideRead | None) -> tuple[Finding, ...]:
    """Bring a shop's customers under one id, and say how many ids the map does not have."""
    if identities is None:
        return ()
    ((ids, strange),) = engine.rows(
        "select count(*), coalesce(sum(case when customer_id not in (select from_id from identities "
        f"where source is null or source = '{name}') then 1 else 0 end), 0) from "
        f"(select customer_id from {ORDER_ROWS} where customer_id is not null group by customer_id)"
    )
    known_as(engine, ORDER_ROWS, name)
    if not strange:
        return ()
    return (
        Finding(
            "note", f"ledger.{name}",
            f"Of the {ids:,} customer ids of {name}, {strange:,} are not in the identities: "
            "kept as they are.",
            "Nothing, if these are the customer's ids already; else add them to the map.",
        ),
    )  # fmt: skip
