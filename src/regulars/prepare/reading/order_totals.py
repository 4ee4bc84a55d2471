"""Totals of whole orders that an export repeats on each line: told from line amounts, and counted once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from sqlglot import exp

from regulars.engine import Engine, Step
from regulars.engine import steps as sql
from regulars.prepare.reading import cells
from regulars.types import Finding

ENOUGH_ORDERS = 30
REPEATED_SHARE = 0.95
"""Lines of one order rarely cost the same; where nearly all orders have it so, the amount is the order's."""


@dataclass(frozen=True)
class Repetition:
    """Orders with two lines or more of different products, and what their amounts are like."""

    orders: int
    same: int
    """Orders whose lines all say the same amount."""
    commonest: int
    """How many of these say the commonest amount: in a shop of one price all lines are equal anyway."""

    @property
    def share(self) -> float:
        return self.same / self.orders if self.orders else 0.0

    @property
    def is_plain(self) -> bool:
        """Whether amounts are plainly those of whole orders."""
        several_prices = self.commonest <= self.same / 2
        return self.orders >= ENOUGH_ORDERS and self.share >= REPEATED_SHARE and several_prices


def repetition(relation: str, engine: Engine) -> Repetition:
    """How amounts repeat in SQL for a relation of ``order_id``, ``product_id`` and ``amount``."""
    ((orders, same, commonest),) = engine.rows(
        "with multiple as (select min(amount) as lowest, max(amount) as highest "
        f"from ({relation}) where order_id is not null and amount > 0 group by order_id "
        "having count(*) > 1 and (count(distinct product_id) > 1 or count(product_id) = 0)), "
        "repeated as (select lowest, count(*) as times from multiple where lowest = highest group by lowest) "
        "select (select count(*) from multiple), (select coalesce(sum(times), 0) from repeated), "
        "(select coalesce(max(times), 0) from repeated)"
    )
    return Repetition(int(orders), int(same), int(commonest))


_COUNTED_ONCE = """
select
    * replace (
        case
            when fault is not null or order_id is null or amount = 0 or row_number() over (
                partition by fault is null, customer_id, order_id, amount < 0
                order by is_repeat, is_extra, cast(ordered_at as date), quantity <= 0, record
            ) = 1
                then amount
        end as amount
    )
from said_amounts
"""


@cache
def counted_once(name: str) -> Step:
    """A step that leaves an order's total on one line of it, and none on the others.

    That line is the first that is likely to be used: no repeat, no postage or fee, nothing taken back. It is
    of the order's first day: what is added to an order later must not take its total out of the past.
    What an order pays back stands apart from what it costs. Lines without an order id keep their amounts,
    and so do those of an order worth nothing.
    """
    return sql.parse(name, _COUNTED_ONCE)


def is_extra(product: exp.Expression, codes: Sequence[str]) -> exp.Expression:
    """Whether a product's code is one of those of postage and fees (``*`` at the end for anything)."""
    known = "|".join(re.escape(code.upper().removesuffix("*")) + ".*" * code.endswith("*") for code in codes)
    return cells.formula(
        "coalesce(regexp_full_match(upper($product), $known), false)", product=product, known=known
    )


def doubt(order_rows: str, engine: Engine) -> tuple[Finding, ...]:
    """A warning where amounts that are added up line by line look to be totals of whole orders."""
    found = repetition(
        "select concat_ws(' ', customer_id, order_id) as order_id, product_id, amount "
        f"from {order_rows} where fault is null and order_id is not null and not is_repeat",
        engine,
    )
    if not found.is_plain:
        return ()
    return (
        Finding(
            "warning",
            "orders.amount",
            f"the amount is the same on every line of {found.same:,} of {found.orders:,} orders "
            "of several products: it looks to be the order's total, and it is added up line by line.",
            "If it is, set sources.orders.amount_is: order, so that it counts once an order.",
        ),
    )


@dataclass(frozen=True)
class Said:
    """What the amount of a file is, as ``amount_is`` has it, and why it is taken for that."""

    amount_is: str
    why: str


def said_by(header: str, found: Repetition, *, by_name: bool) -> Said | None:
    """What the amount is, where it is worth saying: an order's by its values, or by its name."""
    repeats = f"{header!r:.80} is the same on every line of {found.same:,} of {found.orders:,} orders"
    if found.is_plain:
        return Said("order", f"{repeats} of several products: it counts once an order")
    if not by_name:
        return None
    if found.orders and found.share < 0.5:
        return Said("line", f"the header says that it is the order's, but {repeats} only: it is added up")
    seen = f", and {repeats}" if found.orders else ""
    return Said("order", f"the header says that it is the order's{seen}: it counts once an order")
