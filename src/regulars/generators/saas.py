"""Software sold to firms by subscription: seats, add-ons, use, tickets, and firms that leave.

Some leave after a rise of the price, some after tickets, and some when their people stop coming; what makes
them take an add-on differs as well. A yearly contract ends only where its year does, at the end of a quarter;
its price is spread over its months, as revenue is recognised.
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

FIRST, MONTHS = "2022-01", 36
QUARTERS = MONTHS // 3
PRODUCTS = ["SEATS", "ANALYTICS", "CONNECTORS", "SINGLE SIGN-ON"]
NATURE = Nature(
    segments=("price", "support", "use"),
    churn=(
        Reason("price_rise", -3.7, 0.3),
        Reason("tickets", -3.9, 1.3),
        Reason("logins", -2.9, -0.5, 7.0),
    ),
    purchase=(
        Reason("seats_used", -2.9, 8.0, 0.7),
        Reason("features", -3.9, 0.9),
        Reason("logins", -2.7, 0.45, 7.0),
    ),
    most=len(PRODUCTS) - 1,
)
ONBOARDING = ["Self-serve", "Partner", "Managed"]
INDUSTRIES = ["Retail", "Health", "Software", "Logistics", "Education"]
PLANS = ["Starter", "Team", "Business"]
SEAT_CENTS = np.array([900, 1_400, 2_200])
RISES = np.array([0, 5, 8, 12])
ADD_ON_CENTS = np.array([0, 250, 180, 120])
KINDS = ["Login", "Feature", "Ticket"]

SETTINGS = """\
schema: regulars/1
name: A software firm (generated)
currency: EUR
timezone: Europe/Berlin
as_of: 2024-12-31

sources:
  orders:
    path: revenue.csv
    date_format: "%Y-%m-%d"
    columns: {customer: account, order: invoice, time: day, product: product, amount: amount}
  customers:
    path: accounts.csv
    date_format: "%Y-%m-%d"
    # A row an account and month: what was known on that day, and not what came out later.
    columns: {customer: account, known_on: known_on}
    attributes:
      industry: industry
      onboarding: onboarding
      plan: plan
      billing: billing
      employees: {column: employees, unit: count}
      seats: {column: seats, unit: count}
      seats_used:
        {column: seats_used, unit: share, role: cause, label: Seats in use, high: Full-house, low: Half-empty}
      add_ons: {column: add_ons, unit: count, label: Add-ons}
      price_rise: {column: price_rise, unit: ratio, label: Rise of the price in percent}
      contract_ends: {column: contract_ends, unit: count, label: Contract ends with the quarter}
  events:
    path: events.csv
    date_format: "%Y-%m-%d"
    columns: {customer: account, time: day, kind: kind}

features:
  engagement:
    window_days: 92
    weights: {Login: 1, Feature: 2, Ticket: -2}

value:
  # Contracts end; they do not just fall silent. The models of purchases are for shops.
  model: none
  horizon_days: 92

segmentations:
  onboarding:
    method: rules
    segments:
      - {name: Self-serve, when: "onboarding = 'Self-serve'"}
      - {name: Partner-led, when: "onboarding = 'Partner'"}
    rest: Managed
  use:
    method: kmeans
    features: [events_login, events_feature, events_ticket, seats_used]
  rfm: {method: rfm}
"""


def lay_out(folder: Path, *, customers: int = 4_000, seed: int = 0, alike: bool = False) -> Company:
    """The firm's tables, settings and truth in a folder: the same bytes for the same customers and seed.

    ``revenue.csv`` has a row a product and month, ``accounts.csv`` a row an account and month-end as it was
    known then, ``events.csv`` logins by week, features used and tickets. ``truth.csv`` has for each account
    at each quarter's end the segment and the probabilities of leaving and of an add-on within the next one.
    ``alike``: one reason for all segments.
    """
    segment = Chance(seed, "segment").pick([0.35, 0.3, 0.35], customers)
    stranger = Chance(seed, "onboarding").pick([0.92, 0.04, 0.04], customers)
    onboarding = (segment + stranger) % 3
    is_yearly = Chance(seed, "billing").even(customers) < 0.3
    late = Chance(seed, "joined").even(customers)
    joins = np.where(late < 0.35, 0, ((late - 0.35) / 0.65 * (MONTHS - 3)).astype(np.int64) + 1)
    joins = np.where(is_yearly, joins // 3 * 3, joins)
    is_there = np.arange(MONTHS)[None, :] >= joins[:, None]
    shares = [0.7, 0.1, 0.1, 0.1]
    rise = once_a_quarter(seed, "rise", RISES[Chance(seed, "rise").pick(shares, customers, QUARTERS)])
    rise *= is_there
    happened = _events(seed, customers) & is_there[:, :, None]
    used = _seats_used(seed, customers)
    # A year is over where the next quarter begins a new one.
    ends = ~is_yearly[:, None] | ((np.arange(1, QUARTERS + 1)[None, :] - joins[:, None] // 3) % 4 == 0)
    crowd = Crowd(joins // 3, segment, Chance(seed, "held").pick([0.6, 0.3, 0.1], customers), ends)
    nature = NATURE.alike() if alike else NATURE
    lived = lives(seed, crowd, nature, {
        "price_rise": by_quarter(rise),
        "seats_used": used[:, 2::3],
        "logins": by_quarter(happened[:, :, :4].sum(axis=2)),
        "features": by_quarter(happened[:, :, 4]),
        "tickets": by_quarter(happened[:, :, 5]),
    })  # fmt: skip
    is_there &= np.arange(MONTHS)[None, :] < 3 * lived.leaves[:, None]
    held = lived.holdings(seed)
    employees = (8 + 400 * Chance(seed, "employees").even(customers) ** 3).astype(np.int64)
    seats = _seats(seed, employees)
    plan = np.searchsorted([25, 120], employees)
    accounts: dict[str, Column] = {
        "industry": ("%s", np.array(INDUSTRIES)[Chance(seed, "industry").pick([0.2] * 5, customers)]),
        "onboarding": ("%s", np.array(ONBOARDING)[onboarding]),
        "plan": ("%s", np.array(PLANS)[plan]),
        "billing": ("%s", np.where(is_yearly, "yearly", "monthly")),
        "employees": ("%d", employees),
        "seats": ("%d", seats),
        "seats_used": ("%.2f", used),
        "add_ons": ("%d", held),
        "price_rise": ("%d", last_three(rise)),
        "contract_ends": ("%d", np.repeat(ends, 3, axis=1)),
    }
    tables = {
        "revenue": _revenue(plan, seats, rise, held, is_there),
        "accounts": _snapshots(accounts, is_there),
        "events": _event_rows(seed, happened & is_there[:, :, None]),
    }
    truth = truth_of(lived, np.array(NATURE.segments)[segment], FIRST, "F")
    return write_company(folder, tables, SETTINGS, truth, {"seed": seed, **nature.as_json()})


def _events(seed: int, customers: int) -> Flags:
    """Customers × months × what may happen: somebody is there in each of four weeks; a feature; a ticket."""
    own = 0.2 * Chance(seed, "use").bell(customers, 1)
    level = own + 0.2 * Chance(seed, "use in the quarter").bell(customers, QUARTERS)
    weekly = np.repeat(np.clip(0.58 + level, 0.02, 0.98), 3, axis=1)
    weeks = Chance(seed, "weeks").even(customers, MONTHS, 4) < weekly[:, :, None]
    rest = Chance(seed, "features and tickets").even(customers, MONTHS, 2) < np.array([0.4, 0.22])
    return np.concatenate([weeks, rest], axis=2)


def _seats_used(seed: int, customers: int) -> Floats:
    """The share of seats in use, in hundredths."""
    level = 0.7 + 0.12 * Chance(seed, "seats used").bell(customers, 1)
    moves = 0.1 * Chance(seed, "seats used in the quarter").bell(customers, QUARTERS)
    return np.repeat(np.rint(100 * np.clip(level + moves, 0.05, 1.0)) / 100, 3, axis=1)


def _seats(seed: int, employees: Whole) -> Whole:
    """Customers × months: seats, which a quarter may bring a tenth more or fewer of."""
    step = 9 + Chance(seed, "seats").pick([0.15, 0.6, 0.25], len(employees), QUARTERS)
    seats = np.maximum(employees // 3, 2)
    grown = []
    for quarter in range(QUARTERS):
        seats = np.maximum((seats * step[:, quarter] + 5) // 10, 2)
        grown.append(seats)
    return np.repeat(np.stack(grown, axis=1), 3, axis=1)


def _revenue(plan: Whole, seats: Whole, rise: Floats, held: Whole, is_there: Flags) -> dict[str, Column]:
    """What each product brings each month, in cents: seats at the plan's price, and add-ons by the seat."""
    price = SEAT_CENTS[plan][:, None] * (100 + np.cumsum(rise, axis=1).astype(np.int64)) // 100
    cents = seats[:, :, None] * np.where(np.arange(4) == 0, price[:, :, None], ADD_ON_CENTS)
    who, month, line = np.nonzero((held[:, :, None] >= np.arange(4)) & is_there[:, :, None])
    numbers = zip((who + 1).tolist(), month.tolist(), strict=True)
    return {
        "invoice": ("%s", [f"{account:06d}-{each:02d}" for account, each in numbers]),
        "account": ("%s", ids("F", who)),
        "day": ("%s", (month_days(FIRST, MONTHS)[month] + (who * 5) % 28).astype(str)),
        "product": ("%s", np.array(PRODUCTS)[line]),
        "amount": ("%.2f", cents[who, month, line] / 100),
    }


def _snapshots(accounts: dict[str, Column], is_there: Flags) -> dict[str, Column]:
    """What was known of each account at the end of each month."""
    who, month = np.nonzero(is_there)
    known: dict[str, Column] = {
        "account": ("%s", ids("F", who)),
        "known_on": ("%s", (month_days(FIRST, MONTHS)[month + 1] - 1).astype(str)),
    }
    for name, (written, values) in accounts.items():
        known[name] = (written, values[who] if values.ndim == 1 else values[who, month])
    return known


def _event_rows(seed: int, happened: Flags) -> dict[str, Column]:
    """A row an event, up to the 28th of its month: each of the first four weeks has its day."""
    who, month, what = np.nonzero(happened)
    chance = Chance(seed, "days")
    week, day = chance.pick([0.25] * 4, len(who)), chance.pick([1 / 7] * 7, len(who))
    return {
        "account": ("%s", ids("F", who)),
        "day": (
            "%s",
            (month_days(FIRST, MONTHS)[month] + 7 * np.where(what < 4, what, week) + day).astype(str),
        ),
        "kind": ("%s", np.array(KINDS)[np.maximum(what - 3, 0)]),
    }
