"""Order books small enough to check by hand.

``line(customer, day, ...)`` is one record with every other value plain; ``laid_out`` makes ``order_rows``
of such records, as ``read`` would, and ``cleaned`` cleans them. ``through_the_reader`` reads text for real.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from regulars.engine import Engine
from regulars.prepare.clean import Cleaned, clean, repeats_are_set_aside
from regulars.prepare.reading.read import Read, read
from regulars.settings import Settings, parse
from regulars.types import Input, Table

TODAY = date(2030, 1, 1)
AS_OF = date(2024, 6, 30)
COLUMNS = {
    "record": "bigint",
    "fault": "varchar",
    "fault_text": "varchar",
    "customer_id": "varchar",
    "order_id": "varchar",
    "ordered_at": "timestamp",
    "quantity": "decimal(18, 3)",
    "unit_price": "decimal(18, 4)",
    "amount": "decimal(18, 4)",
    "product_id": "varchar",
    "product_name": "varchar",
    "category": "varchar",
    "brand": "varchar",
    "promotion": "varchar",
    "discount": "decimal(18, 4)",
    "consent_state": "varchar",
    "is_repeat": "boolean",
}
"""The reader's fixed columns."""


@dataclass(frozen=True)
class Line:
    """One record as the reader hands it on."""

    customer_id: str | None
    ordered_at: datetime | None
    order_id: str | None = None
    quantity: Decimal | None = Decimal(1)
    unit_price: Decimal | None = None
    amount: Decimal | None = None
    product_id: str | None = None
    product_name: str | None = None
    category: str | None = None
    brand: str | None = None
    promotion: str | None = None
    discount: Decimal | None = None
    consent_state: str = "in"
    is_repeat: bool = False
    fault: str | None = None
    fault_text: str | None = None


def line(customer: str | None, at: str | None, amount: str | int | None = None, **others: Any) -> Line:
    """``line("ann", "2024-01-31 09:30", 12)``: the amount is the line's total, unless there is a price."""
    for name in ("quantity", "unit_price", "discount"):
        if others.get(name) is not None:
            others[name] = Decimal(str(others[name]))
    worth = None if amount is None else Decimal(str(amount))
    if others.get("unit_price") is not None:
        worth = others.get("quantity", Decimal(1)) * others["unit_price"]
    return Line(customer, None if at is None else datetime.fromisoformat(at), amount=worth, **others)


def laid_out(engine: Engine, lines: Sequence[Line]) -> Read:
    """The records as ``order_rows``, numbered from 1; the header is line 1, so record n is on line n + 1."""
    rows = [
        [number, *(_cell(each, name) for name in list(COLUMNS)[1:])] for number, each in enumerate(lines, 1)
    ]
    engine.values("order_rows", COLUMNS, rows)
    return Read(
        Input("orders", "0" * 64, 0),
        Table("order_rows", tuple(COLUMNS)),
        lambda records: {record: record + 1 for record in records},
        (),
    )


def _cell(line: Line, name: str) -> Any:
    value = getattr(line, name)
    return value.isoformat(sep=" ") if isinstance(value, datetime) else value


def settings(
    columns: Mapping[str, str] | None = None,
    cleaning: Mapping[str, Any] | None = None,
    *,
    date_format: str | None = None,
    **others: Any,
) -> Settings:
    """Settings for such records: order ids and amounts, unless other columns are named."""
    named = {"customer": "who", "time": "when", "order": "order", "amount": "worth", **(columns or {})}
    kept = {meaning: name for meaning, name in named.items() if name}
    orders = {"path": "orders.csv", "columns": kept, "date_format": date_format}
    chosen = {
        "schema": "regulars/1",
        "sources": {"orders": orders},
        "cleaning": dict(cleaning or {}),
        **others,
    }
    return parse(chosen, "tests")


def cleaned(
    engine: Engine, lines: Sequence[Line], chosen: Settings | None = None, as_of: date = AS_OF
) -> Cleaned:
    return clean(engine, laid_out(engine, lines), chosen or settings(), as_of, TODAY)


def reasons(result: Cleaned) -> dict[str, int]:
    """Rows by the reason for which they are set aside."""
    return {each.reason: each.rows for source in result.ledger.sources for each in source.set_aside}


def through_the_reader(engine: Engine, folder: Path, text: str, chosen: Settings) -> Read:
    """The text of a CSV file as the real reader takes it."""
    (folder / "orders.csv").write_text(text, encoding="utf-8")
    return read(
        chosen.sources.orders,
        folder,
        engine,
        mark_repeats=repeats_are_set_aside(chosen),
        blank_opt_out=chosen.cleaning.blank_opt_out,
        timezone=chosen.timezone,
    )
