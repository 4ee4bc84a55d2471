"""What a user may say about each table that a study reads: where it is, how written, what its columns mean.

Only orders, or a table with one row a customer, are needed; every other table adds to what they say.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    field_validator,
    model_validator,
)


class Choices(BaseModel):
    """Base of all settings: unknown keys are refused, nothing changes after it was read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class _Named(Choices):
    @property
    def named(self) -> dict[str, str]:
        """Meaning to column name, for the columns that are given, in a fixed order."""
        given = self.model_dump(by_alias=True)
        return {meaning: name for meaning, name in given.items() if name is not None}


def plain(name: str) -> str:
    """The name, if it can name a column or a table of our own. Raises ValueError otherwise."""
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", name):
        raise ValueError(
            f"{name!r} names a column of our own: use small letters, digits and _, a letter first, at most 40"
        )
    return name


class Layout(Choices):
    """Where a table is, and how it is written."""

    path: str = ""
    """CSV (also .gz), parquet or a DuckDB database, relative to the settings file. Not needed where a
    frame is handed over in Python."""
    table: str | None = None
    """The table to read, where ``path`` is a DuckDB database."""
    date_format: str | None = None
    """strptime format of a text date column, such as ``%d/%m/%Y %H:%M``. Needed for text dates."""
    stamps: Literal["local", "utc"] = "local"
    """Whether times are the shop's own clock or UTC; UTC stamps are moved to ``timezone``."""
    delimiter: Literal[",", ";", "\t", "|"] = ","
    decimal_mark: Literal[".", ","] = "."
    encoding: str = "utf-8"


class Columns(_Named):
    """Which column of the orders holds what. Only ``customer`` and ``time`` are needed."""

    customer: str
    time: str
    order: str | None = None
    quantity: str | None = None
    unit_price: str | None = None
    amount: str | None = None
    product: str | None = None
    product_name: str | None = None
    category: str | None = None
    brand: str | None = None
    promotion: str | None = None
    discount: str | None = None
    """By how much the line is cheaper than its full price; the amount is what was paid, after it."""
    consent: str | None = None
    opt_out: str | None = None

    @model_validator(mode="after")
    def _amounts_are_said_once(self) -> Columns:
        if self.amount and self.unit_price:
            raise ValueError(
                "amount and unit_price both say what a line is worth; keep one "
                "(amount is the line's total, unit_price is multiplied by quantity)"
            )
        return self

    @property
    def has_value(self) -> bool:
        return bool(self.amount or self.unit_price)


class Orders(Layout):
    """One table of orders, a row a line or an order."""

    name: str = "orders"
    """What the ledger calls it; each of several order tables (shop, web, till) needs its own."""
    columns: Columns
    amount_is: Literal["line", "order"] = "line"
    """``order``: the amount is the whole order's and stands on each of its lines, so it counts once."""

    @field_validator("name")
    @classmethod
    def _name_is_plain(cls, name: str) -> str:
        return plain(name)

    @model_validator(mode="after")
    def _totals_are_of_orders(self) -> Orders:
        if self.amount_is == "order" and not (self.columns.amount and self.columns.order):
            raise ValueError("amount_is: order needs columns.amount and columns.order, to count each once")
        return self


class ProductColumns(_Named):
    """Which column of the products holds what."""

    product: str
    name: str | None = None
    category: str | None = None
    brand: str | None = None

    @model_validator(mode="after")
    def _says_something(self) -> ProductColumns:
        if not (self.name or self.category or self.brand):
            raise ValueError("name at least one of name, category and brand: else there is nothing to join")
        return self


class Products(Layout):
    """What is known of each product, a row a product; joined to the order lines by ``columns.product``."""

    columns: ProductColumns


Unit = Literal["category", "count", "currency", "days", "ratio", "share"]


class Attribute(Choices):
    """What a customer is: size, region, income. ``label`` is what pages call it."""

    column: str
    label: str = ""
    unit: Unit | None = None
    """Default: ``category`` for text, ``ratio`` for a column that holds only numbers."""
    role: Literal["attribute", "cause", "outcome"] = "attribute"
    """``cause`` for what customers do (logins), ``outcome`` for what follows from it (margin)."""
    high: str = Field("", max_length=30)
    """A word for segments that are high in it, such as "Chatty"; by default "High" and its label."""
    low: str = Field("", max_length=30)
    protected: str = ""
    """Why segmenting by it needs a reason on record, where its name does not say so by itself."""
    not_protected: str = ""
    """Why it is none, although its name reads like a protected attribute. Kept as a finding of every run."""

    @model_validator(mode="after")
    def _is_one_or_the_other(self) -> Attribute:
        if self.protected and self.not_protected:
            raise ValueError("protected and not_protected contradict one another; keep one")
        return self


def _attribute(given: object) -> object:
    return {"column": given} if isinstance(given, str) else given


class CustomerColumns(_Named):
    """Which column of the customers holds what; totals (spend to first_order) only without orders."""

    customer: str
    known_on: str | None = None
    """The day on which a row was known. A customer may then have a row for each of several days, and the
    latest up to the day of the study counts."""
    spend: str | None = None
    orders: str | None = None
    recency_days: str | None = None
    last_order: str | None = None
    first_order: str | None = None
    consent: str | None = None
    opt_out: str | None = None

    @model_validator(mode="after")
    def _recency_is_said_once(self) -> CustomerColumns:
        if self.recency_days and self.last_order:
            raise ValueError("recency_days and last_order both say when the last order was; keep one")
        return self

    @property
    def totals(self) -> tuple[str, ...]:
        """The meanings that say for a customer as a whole what orders would say line by line."""
        said = ("spend", "orders", "recency_days", "last_order", "first_order")
        return tuple(meaning for meaning in said if meaning in self.named)


ROW_COLUMNS = ("record", "is_repeat", "fault", "fault_text", "known_on", "consent_state")
"""Columns beside the attributes in the rows of customers, as they are read."""


class Customers(Layout):
    """What is known of each customer, a row a customer (with ``columns.known_on``, a row a customer and day):
    attributes by the name that they shall have."""

    columns: CustomerColumns
    attributes: dict[str, Annotated[Attribute, BeforeValidator(_attribute)]] = Field(default_factory=dict)

    @field_validator("attributes")
    @classmethod
    def _names_are_plain(cls, named: dict[str, Attribute]) -> dict[str, Attribute]:
        if ours := [name for name in named if name in ROW_COLUMNS]:
            raise ValueError(
                f"{ours[0]!r} is what every row of the table has of its own; choose another name"
            )
        return {plain(name): each for name, each in named.items()}


class EventColumns(_Named):
    customer: str
    time: str
    kind: str
    value: str | None = None


class Events(Layout):
    """What customers did beside buying, a row an event: logins, visits, tickets, e-mails opened."""

    columns: EventColumns


class CampaignColumns(_Named):
    customer: str
    campaign: str
    start: str
    end: str | None = None


class Campaigns(Layout):
    """Which campaigns were sent to whom, a row a customer and campaign."""

    columns: CampaignColumns


class RedemptionColumns(_Named):
    customer: str
    time: str
    campaign: str | None = None


class Redemptions(Layout):
    """Coupons and offers that were used, a row a redemption."""

    columns: RedemptionColumns


class IdentityColumns(_Named):
    from_: str = Field(alias="from")
    customer: str
    source: str | None = None


class Identities(Layout):
    """Which ids are the same customer's, a row an id; with ``columns.source``, the id in that table only."""

    columns: IdentityColumns


Beside = Identities | Products | Customers | Events | Campaigns | Redemptions


BESIDE = ("identities", "products", "customers", "events", "campaigns", "redemptions")
"""The tables that stand beside the orders, in the order in which they are read."""
ONE, SEVERAL = "(one)", "(several)"
"""Marks of the two forms of ``orders``; faults are told without them."""


class Sources(Choices):
    """The tables of a study. ``orders``, or ``customers`` alone, with one row a customer."""

    orders: (
        Annotated[
            Annotated[Orders, Tag(ONE)] | Annotated[tuple[Orders, ...], Tag(SEVERAL)],
            Discriminator(lambda given: SEVERAL if isinstance(given, list | tuple) else ONE),
        ]
        | None
    ) = None
    """One table, or a list of them, each with a ``name``."""
    identities: Identities | None = None
    products: Products | None = None
    customers: Customers | None = None
    events: Events | None = None
    campaigns: Campaigns | None = None
    redemptions: Redemptions | None = None

    @property
    def shops(self) -> tuple[Orders, ...]:
        """The tables of orders: one, or several that are united."""
        if self.orders is None:
            return ()
        return self.orders if isinstance(self.orders, tuple) else (self.orders,)

    def maps(self, meaning: str) -> bool:
        """Whether any table of orders has a column of that meaning; ``value`` is an amount or a price."""
        return any(
            meaning in each.columns.named or (meaning == "value" and each.columns.has_value)
            for each in self.shops
        )

    @property
    def beside(self) -> Mapping[str, Beside]:
        """The tables beside the orders that are given, by their names."""
        named = {name: getattr(self, name) for name in BESIDE}
        return {name: each for name, each in named.items() if each is not None}

    @field_validator("orders")
    @classmethod
    def _shops_differ(cls, orders: Orders | tuple[Orders, ...] | None) -> Orders | tuple[Orders, ...] | None:
        if orders is None:
            return None
        shops = orders if isinstance(orders, tuple) else (orders,)
        names = [each.name for each in shops]
        if not shops or len(set(names)) < len(names) or set(names) & set(BESIDE):
            raise ValueError(
                "each table of orders needs a name of its own, such as shop, web or till "
                f"(and none of {', '.join(BESIDE)})"
            )
        if len({each.columns.has_value for each in shops}) > 1:
            raise ValueError(
                "some tables of orders have amounts and some have none: spend would be that of a part; "
                "name an amount (or unit_price) for each of them, or for none"
            )
        return orders

    @model_validator(mode="after")
    def _there_are_customers(self) -> Sources:
        if not self.shops and self.customers is None:
            raise ValueError("name orders, or customers with one row a customer")
        if not self.shops and self.products is not None:
            raise ValueError(
                "products are joined to order lines, and there are no orders; leave products out"
            )
        if not self.shops and self.customers is not None:
            if not (self.customers.columns.totals or self.customers.attributes):
                raise ValueError(
                    "customers has nothing to make segments from: name columns such as spend, orders and "
                    "recency_days, or attributes"
                )
        elif self.customers is not None and self.customers.columns.totals:
            said = ", ".join(self.customers.columns.totals)
            raise ValueError(
                f"customers.columns has {said}, which is worked out from the orders; leave it out, "
                "or give it as an attribute under another name"
            )
        return self

    def answers(self) -> dict[str, Any]:
        """What of these settings can move a customer or a number: all but where the tables are."""
        chosen = self.model_dump(mode="json", by_alias=True, exclude_none=True)
        shops = [*chosen["orders"]] if isinstance(self.orders, tuple) else [chosen.get("orders", {})]
        for source in (*shops, *(each for name, each in chosen.items() if name != "orders")):
            source.pop("path", None)
        return chosen
