"""A retail bank: accounts that bring fees and interest each month, and customers who leave for known reasons.

Some leave after a rise of fees, some after complaints, and some drift away with fewer card payments; what
makes them take another product differs as well. All have the same spread of each of these: only what it
means to them differs. Accounts close at the end of a quarter.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from regulars.generators.chance import Chance, Floats, Whole
from regulars.generators.folder import Column, Company, ids, month_days, write_company
from regulars.generators.lives import (
    Crowd,
    Flags,
    Nature,
    Reason,
    by_quarter,
    last_three,
    lives,
    once_a_quarter,
    truth_of,
)

FIRST, MONTHS = "2022-07", 30
QUARTERS = MONTHS // 3
PRODUCTS = ["ACCOUNT", "SAVINGS", "CREDIT CARD", "LOAN"]
NATURE = Nature(
    segments=("price", "service", "convenience"),
    churn=(
        Reason("fee_rise", -4.0, 0.8),
        Reason("complaints", -4.0, 1.6),
        Reason("card_payments", -3.0, -0.13, 25.0),
    ),
    purchase=(
        Reason("offers", -3.6, 1.1),
        Reason("adviser_meetings", -3.6, 1.5),
        Reason("card_payments", -2.9, 0.12, 25.0),
    ),
    most=len(PRODUCTS) - 1,
)
PACKAGES = ["Basic", "Advice", "Flex"]
FEES_CENTS = np.array([490, 990, 690])
REGIONS = ["North", "East", "South", "West", "Centre"]

SETTINGS = """\
schema: regulars/1
name: A bank (generated)
currency: EUR
timezone: Europe/Berlin
as_of: 2024-12-31

sources:
  orders:
    path: revenue.csv
    date_format: "%Y-%m-%d"
    columns: {customer: customer, order: statement, time: day, product: product, amount: amount}
  customers:
    path: customers.csv
    date_format: "%Y-%m-%d"
    # A row a customer and month: what was known on that day, and not what came out later.
    columns: {customer: customer, known_on: known_on}
    attributes:
      package: package
      region: region
      # Protected: no method takes it, unless it is told why.
      age: age
      relationship_months: {column: relationship_months, unit: count, label: Months with the bank}
      products_held: {column: products_held, unit: count, label: Products held}
      credit_limit: {column: credit_limit, unit: currency}
      balance: {column: balance, unit: currency, role: outcome}
      card_payments: {column: card_payments, unit: count, role: cause, high: Card-loving, low: Cash-paying}
      digital_share: {column: digital_share, unit: share, role: cause, high: Digital, low: Branch-going}
      adviser_meetings: {column: adviser_meetings, unit: count, role: cause, high: Advised, low: Unadvised}
      complaints: {column: complaints, unit: count, role: cause, high: Complaining, low: Content}
      offers: {column: offers, unit: count, label: Offers received}
      fee_rise: {column: fee_rise, unit: currency, label: Rise of the monthly fee}

value:
  # Accounts end; they do not just fall silent. The models of purchases are for shops.
  model: none
  horizon_days: 92

segmentations:
  packages:
    method: rules
    segments:
      - {name: Self-directed, when: "package = 'Basic'"}
      - {name: Advised, when: "package = 'Advice'"}
    rest: Flexible
  behaviour:
    method: kmeans
    features: [card_payments, digital_share, adviser_meetings, complaints]
  rfm: {method: rfm}
"""


def lay_out(folder: Path, *, customers: int = 4_000, seed: int = 0, alike: bool = False) -> Company:
    """The bank's tables, settings and truth in a folder: the same bytes for the same customers and seed.

    ``revenue.csv`` has a row a product and month, ``customers.csv`` a row a customer and month-end as it was
    known then. ``truth.csv`` has for each customer at each quarter's end the segment and the probabilities
    of leaving and of taking another product within the next quarter. ``alike``: one reason for all segments.
    """
    segment = Chance(seed, "segment").pick([0.35, 0.3, 0.35], customers)
    stranger = Chance(seed, "package").pick([0.92, 0.04, 0.04], customers)
    package = (segment + stranger) % 3
    late = Chance(seed, "joined").even(customers)
    joins = np.where(late < 0.6, 0, ((late - 0.6) / 0.4 * (MONTHS - 3)).astype(np.int64) + 1)
    is_there = np.arange(MONTHS)[None, :] >= joins[:, None]
    rises = Chance(seed, "rise").pick([0.7, 0.06, 0.06, 0.06, 0.06, 0.06], customers, QUARTERS)
    rise = once_a_quarter(seed, "rise", rises) * is_there
    complaints = Chance(seed, "complaints").pick([0.89, 0.09, 0.02], customers, MONTHS) * is_there
    meetings = Chance(seed, "meetings").pick([0.87, 0.11, 0.02], customers, MONTHS) * is_there
    offers = Chance(seed, "offers").pick([0.72, 0.28], customers, MONTHS) * is_there
    payments = _payments(seed, customers)
    crowd = Crowd(
        joins // 3, segment, Chance(seed, "held").pick([0.5, 0.35, 0.15], customers),
        may_leave=np.ones((customers, QUARTERS), dtype=bool),
    )  # fmt: skip
    nature = NATURE.alike() if alike else NATURE
    lived = lives(seed, crowd, nature, {
        "fee_rise": by_quarter(rise),
        "complaints": by_quarter(complaints),
        "adviser_meetings": by_quarter(meetings),
        "offers": by_quarter(offers),
        "card_payments": payments[:, 2::3],
    })  # fmt: skip
    is_there &= np.arange(MONTHS)[None, :] < 3 * lived.leaves[:, None]
    held = lived.holdings(seed)
    balance = _balances(seed, customers)
    limit = 500 * Chance(seed, "limit").pick([0.2, 0.3, 0.3, 0.2], customers)
    seen: dict[str, Floats] = {
        "card_payments": payments, "complaints": last_three(complaints), "offers": last_three(offers),
        "adviser_meetings": last_three(meetings), "fee_rise": last_three(rise), "balance": balance,
    }  # fmt: skip
    tables = {
        "revenue": _revenue(package, rise, complaints, payments, balance, limit, held, is_there),
        "customers": _snapshots(seed, package, joins, limit, held, seen, is_there),
    }
    truth = truth_of(lived, np.array(NATURE.segments)[segment], FIRST, "B")
    return write_company(folder, tables, SETTINGS, truth, {"seed": seed, **nature.as_json()})


def _payments(seed: int, customers: int) -> Floats:
    """Card payments a month: a level of the customer's own that wanders from quarter to quarter."""
    own = Chance(seed, "payments").bell(customers, 1)
    level = 0.7 * own + 0.7 * Chance(seed, "payments in the quarter").bell(customers, QUARTERS)
    wobble = Chance(seed, "payments in the month").bell(customers, MONTHS)
    return np.rint(np.maximum(25.0 + 9.0 * np.repeat(level, 3, axis=1) + 1.5 * wobble, 0.0))


def _balances(seed: int, customers: int) -> Floats:
    """Whole currency units at the end of each month, a few large and many small."""
    own = Chance(seed, "balance").even(customers, 1)
    moves = Chance(seed, "balance in the month").even(customers, MONTHS)
    return np.rint(12_000.0 * own * own * own + 2_500.0 * moves)


def _revenue(
    package: Whole, rise: Floats, complaints: Whole, payments: Floats, balance: Floats, limit: Whole,
    held: Whole, is_there: Flags,
) -> dict[str, Column]:  # fmt: skip
    """What each product brings each month, in cents; where a month has two complaints its fee is returned."""
    fee = FEES_CENTS[package][:, None] + 100 * np.cumsum(rise, axis=1).astype(np.int64)
    cents = np.stack([
        fee + 4 * payments.astype(np.int64),
        60 + (balance // 20).astype(np.int64),
        150 + np.broadcast_to(limit[:, None] // 2, balance.shape),
        np.broadcast_to(1_900 + 3 * (limit[:, None] // 10), balance.shape),
        -fee,
    ], axis=2)  # fmt: skip
    booked = np.concatenate([held[:, :, None] >= np.arange(4), complaints[:, :, None] > 1], axis=2)
    who, month, line = np.nonzero(booked & is_there[:, :, None])
    day = month_days(FIRST, MONTHS)[month] + (who * 7) % 28
    return {
        "statement": (
            "%s",
            [f"{a:06d}-{b:02d}" for a, b in zip((who + 1).tolist(), month.tolist(), strict=True)],
        ),
        "customer": ("%s", ids("B", who)),
        "day": ("%s", day.astype(str)),
        "product": ("%s", np.array([*PRODUCTS, PRODUCTS[0]])[line]),
        "amount": ("%.2f", cents[who, month, line] / 100),
    }


def _snapshots(
    seed: int, package: Whole, joins: Whole, limit: Whole, held: Whole, seen: dict[str, Floats],
    is_there: Flags,
) -> dict[str, Column]:  # fmt: skip
    """What was known of each customer at the end of each month."""
    customers = len(package)
    before = np.where(joins == 0, Chance(seed, "since").pick([1 / 240] * 240, customers), 0)
    age = 18 + Chance(seed, "age").pick([1 / 70] * 70, customers)
    digital = np.rint(100 * Chance(seed, "digital").even(customers)) / 100
    region = Chance(seed, "region").pick([0.2] * 5, customers)
    who, month = np.nonzero(is_there)
    ends = month_days(FIRST, MONTHS)[1:] - 1
    return {
        "customer": ("%s", ids("B", who)),
        "known_on": ("%s", ends[month].astype(str)),
        "package": ("%s", np.array(PACKAGES)[package[who]]),
        "region": ("%s", np.array(REGIONS)[region[who]]),
        "age": ("%d", age[who] + (month + 6) // 12),
        "relationship_months": ("%d", before[who] + month - joins[who]),
        "products_held": ("%d", 1 + held[who, month]),
        "credit_limit": ("%d", limit[who]),
        "digital_share": ("%.2f", digital[who]),
        **{name: ("%d", values[who, month]) for name, values in seen.items()},
    }
