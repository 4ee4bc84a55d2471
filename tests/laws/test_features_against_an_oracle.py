"""Every feature, worked out again in plain Python with whole numbers and fractions, on random order books."""

from __future__ import annotations

import math
import os
from collections import Counter
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import Phase, event, given
from hypothesis import settings as tried
from hypothesis import strategies as st
from tests.prepare.orders import AS_OF, Line, cleaned, line, settings
from tests.prepare.side_rows import lay_beside

from regulars.engine import Engine
from regulars.errors import NotReady
from regulars.prepare.features.offer import offer
from regulars.prepare.features.table import make_features

EXAMPLES = 500 if os.environ.get("REGULARS_SOAK") else 40
PHASES = [Phase.explicit, Phase.generate]
"""A book is small as it is; shrinking one takes minutes, at two dozen tables a try."""
TO_THE_DIGIT = Decimal("0.00005000001")
"""An average order is a quotient of two doubles, cut to four decimals."""

CUSTOMERS = ["ann", "ben", "cat", "dan"]
DAYS = ["2023-07-01", "2024-02-28", "2024-02-29", "2024-03-01", "2024-06-15", "2024-06-16", "2024-06-30"]
HOURS = ["00:00", "11:59", "12:00", "17:59:59", "18:00", "23:59"]
MOMENTS = st.builds("{} {}".format, st.sampled_from(DAYS), st.sampled_from(HOURS)).map(datetime.fromisoformat)
LINES = st.builds(
    Line,
    customer_id=st.sampled_from(CUSTOMERS),
    ordered_at=MOMENTS,
    order_id=st.sampled_from([*"123456789", "C1", None]),
    quantity=st.sampled_from([Decimal(1), Decimal("2.5"), Decimal(-1)]),
    amount=st.sampled_from([Decimal("0.01"), Decimal(10), Decimal("33.3333"), Decimal(-7), Decimal(0)]),
    product_id=st.sampled_from(["mug", "cup", "pan", None]),
    category=st.sampled_from(["tea", "cook", "garden", None]),
    brand=st.sampled_from(["acme", "rival", "other", None]),
    promotion=st.sampled_from(["SPRING", "0", "no", None]),
    discount=st.sampled_from([Decimal("0.5"), Decimal(3), Decimal(0), None]),
)
LATER = datetime(2024, 7, 3, 12)  # noqa: DTZ001  # after the day of the study: it must not count
WHEN = (MOMENTS | st.just(LATER)).map(str)
BUYERS, NAMED = st.sampled_from(CUSTOMERS), st.sampled_from(["spring", "summer"])
SIDES = st.fixed_dictionaries(
    {},
    optional={
        "events": st.lists(
            st.tuples(BUYERS, WHEN, st.sampled_from(["login", "ticket", "mail"])), max_size=12
        ),
        "campaigns": st.lists(st.tuples(BUYERS, NAMED, WHEN, WHEN | st.none()), max_size=6),
        "redemptions": st.lists(st.tuples(BUYERS, WHEN, NAMED | st.none()), max_size=6),
    },
)
BOOKS = st.integers(1, 50).flatmap(lambda n: st.lists(LINES, min_size=n, max_size=n))
CHOICES = {
    "own_brands": ["acme"],
    "loyalty_categories": ["tea", "cook"],
    "category_shares": ["tea", "garden"],
    "engagement": {"window_days": 16, "weights": {"login": 1, "ticket": "-2.5"}},
    "derived": {
        "busy": {"formula": "orders / tenure_days"},
        "slow_tea": {"formula": "share_of_tea * gap_days"},
    },
}
COLUMNS = st.sampled_from([{}, {"amount": ""}, {"order": ""}, {"amount": "", "order": ""}])


@pytest.fixture(scope="module")
def engine():
    with Engine(threads=1) as made:
        yield made


# --- the oracle -----------------------------------------------------------------------------------


class Book:
    """One customer's orders and returns: (order id, is return) to lines; and the rows beside them."""

    def __init__(self, lines: list[Line], *, has_value: bool, beside: Beside | None = None) -> None:
        self.has_value = has_value
        self.beside = beside or {}
        self.sales: dict[str, list[Line]] = {}
        self.returns: dict[str, list[Line]] = {}
        for each in lines:
            day = each.ordered_at.date().isoformat()
            key = each.order_id or day
            (self.returns if is_return(each) else self.sales).setdefault(key, []).append(each)

    def rows(self, table: str, at: int) -> list[tuple[str | None, ...]]:
        """The rows of a table beside the orders whose moment (in column ``at``) had come by the day."""
        return [row for row in self.beside.get(table, []) if day_of(row[at]) <= AS_OF]

    @property
    def stamps(self) -> list[datetime]:
        return [min(each.ordered_at for each in order) for order in self.sales.values()]

    @property
    def days(self) -> list[date]:
        return sorted({stamp.date() for stamp in self.stamps})

    def worth(self, orders: dict[str, list[Line]]) -> Decimal:
        return sum((abs(each.amount or 0) for order in orders.values() for each in order), Decimal(0))


Beside = dict[str, list[tuple[str | None, ...]]]


def day_of(moment: str | None) -> date:
    assert moment
    return datetime.fromisoformat(moment).date()


def is_return(each: Line) -> bool:
    return each.quantity < 0 or (each.amount or 0) < 0 or (each.order_id or "").startswith("C")


def share(part: int | Decimal, whole: int | Decimal) -> float:
    """Rounded half up to six decimals, as the features are."""
    return math.floor(Fraction(part) / Fraction(whole) * 10**6 + Fraction(1, 2)) / 10**6


def expected(book: Book) -> dict[str, object]:
    measured = {
        **value(book), **rhythm(book), **clock(book), **basket(book), **size(book),
        **mix(book, "category", "categories", "category_entropy", "top_category_share"),
        **mix(book, "brand", "brands", "brand_entropy", "top_brand_share"),
        **loyalty(book), **shares(book), **discounts(book), **campaigns(book), **events(book),
    }  # fmt: skip
    return {**measured, **derived(measured)}


def value(book: Book) -> dict[str, object]:
    orders = len(book.sales)
    spend = book.worth(book.sales) - book.worth(book.returns)
    if not book.has_value:
        sold, returned = orders, len(book.returns)
    else:
        sold, returned = book.worth(book.sales), book.worth(book.returns)
    return {
        "recency_days": (AS_OF - book.days[-1]).days,
        "orders": orders,
        "spend": spend,
        "average_order": spend / orders,
        "return_share": 0 if not returned else 1 if returned >= sold else share(returned, sold),
        "promotion_share": share(sum(any(map(promoted, o)) for o in book.sales.values()), orders),
    }


def promoted(each: Line) -> bool:
    return each.promotion == "SPRING" or (each.discount or 0) > 0


def rhythm(book: Book) -> dict[str, object]:
    gaps = [(later - earlier).days for earlier, later in zip(book.days, book.days[1:], strict=False)]
    mean = Fraction(sum(gaps), len(gaps)) if gaps else None
    spread = math.sqrt(sum((gap - mean) ** 2 for gap in gaps) / len(gaps)) if gaps else 0.0
    return {
        "tenure_days": (AS_OF - book.days[0]).days,
        "gap_days": share(sum(gaps), len(gaps)) if gaps else None,
        "last_gap_days": gaps[-1] if gaps else None,
        "earlier_gap_days": share(sum(gaps[:-1]), len(gaps) - 1) if len(gaps) > 1 else None,
        "gap_variation": spread / float(mean) if len(gaps) > 1 else None,
    }


def clock(book: Book) -> dict[str, object]:
    stamps = book.stamps
    return {
        "weekend_share": share(sum(stamp.isoweekday() > 5 for stamp in stamps), len(stamps)),
        "morning_share": share(sum(stamp.hour < 12 for stamp in stamps), len(stamps)),
        "evening_share": share(sum(stamp.hour >= 18 for stamp in stamps), len(stamps)),
    }


def basket(book: Book) -> dict[str, object]:
    known = []
    for order_id, order in book.sales.items():
        if told := [each for each in order if each.product_id]:
            first = min(each.ordered_at for each in told)
            known.append((first, order_id, {each.product_id for each in told}))
    if not known:
        return {"products_per_order": None, "product_variety": None}
    baskets = [products for _, _, products in sorted(known, key=lambda order: order[:2])]
    later = list(pairwise(baskets))
    fresh = sum(len(now - before) for before, now in later)
    return {
        "products_per_order": share(sum(map(len, baskets)), len(baskets)),
        "product_variety": share(fresh, sum(len(now) for _, now in later)) if later else None,
    }


def size(book: Book) -> dict[str, object]:
    items = sum(each.quantity for order in book.sales.values() for each in order)
    return {"items_per_order": share(items, len(book.sales))}


def mix(book: Book, of: str, number: str, entropy: str, top: str) -> dict[str, object]:
    lines = [kind for order in book.sales.values() for each in order if (kind := getattr(each, of))]
    if not lines:
        return dict.fromkeys((number, entropy, top))
    counts = Counter(lines)
    return {
        number: len(counts),
        entropy: -sum(n / len(lines) * math.log2(n / len(lines)) for n in counts.values()),
        top: share(max(counts.values()), len(lines)),
    }


def loyalty(book: Book) -> dict[str, object]:
    """Acme is the shop's own brand, and tea and cook are the categories that count."""
    sold, returned = (
        [each for order in orders.values() for each in order if each.category in ("tea", "cook")]
        for orders in (book.sales, book.returns)
    )
    known = sum(each.amount or 0 for each in sold if each.brand)
    own = sum(each.amount or 0 for each in sold if each.brand == "acme")
    net = sum(abs(each.amount or 0) for each in sold) - sum(abs(each.amount or 0) for each in returned)
    return {"own_brand_share": share(own, known) if known else None, "category_spend": net}


def shares(book: Book) -> dict[str, object]:
    lines = [each.category for order in book.sales.values() for each in order if each.category]
    return {
        f"share_of_{name}": share(lines.count(name), len(lines)) if lines else None
        for name in ("tea", "garden")
    }


def discounts(book: Book) -> dict[str, object]:
    sold = [each for order in book.sales.values() for each in order if each.amount is not None]
    saved = sum(each.discount or 0 for each in sold)
    full = saved + sum(each.amount for each in sold)
    return {"discount_share": share(saved, full) if full else None}


def campaigns(book: Book) -> dict[str, object]:
    sent, used = book.rows("campaigns", 2), book.rows("redemptions", 1)
    named = {row[1] for row in sent}
    ran = [(day_of(row[2]), day_of(row[3]) if row[3] else AS_OF) for row in sent]
    during = [at for at in book.stamps if any(first <= at.date() <= last for first, last in ran)]
    return {
        "campaigns_received": len(named),
        "campaign_order_share": share(len(during), len(book.stamps)) if sent else None,
        "offers_redeemed": len(used),
        "redemption_rate": share(len(named & {row[2] for row in used}), len(named)) if sent else None,
    }


def events(book: Book) -> dict[str, object]:
    """The window is the sixteen days up to the day of the study, which is the last of them."""
    known = book.rows("events", 1)
    recent = [row for row in known if (AS_OF - day_of(row[1])).days < 16]
    kinds = Counter(row[2] for row in recent)
    return {
        "event_count": len(recent),
        "event_days": len({day_of(row[1]) for row in recent}),
        "event_recency_days": min((AS_OF - day_of(row[1])).days for row in known) if known else None,
        "events_login": kinds["login"],
        "events_ticket": kinds["ticket"],
        "engagement_score": kinds["login"] - 2.5 * kinds["ticket"],
    }


def derived(measured: dict[str, object]) -> dict[str, object]:
    """The formulas of DERIVED in plain floats."""
    gap, orders, tea = measured["gap_days"], measured["orders"], measured["share_of_tea"]
    busy = orders / measured["tenure_days"] if measured["tenure_days"] else None
    return {
        "busy": None if busy is None else math.floor(busy * 1e6 + 0.5) / 1e6,
        "slow_tea": None if tea is None or gap is None else math.floor(tea * gap * 1e6 + 0.5) / 1e6,
    }


# --- the law --------------------------------------------------------------------------------------

NEAR = {
    "gap_variation": 1.1e-6, "category_entropy": 4e-6, "brand_entropy": 4e-6, "average_order": TO_THE_DIGIT,
}  # fmt: skip
"""Roots and logarithms to a millionth (a sum of up to three of them for the entropy)."""


def measured(
    engine: Engine, lines: list[Line], columns: dict[str, str], beside: Beside
) -> dict[str, dict[str, object]]:
    chosen = settings(
        {"product": "what", "category": "kind", "brand": "maker", "promotion": "promo", **columns},
        {"cancellation_prefix": "C", "zero_value": "keep"},
        features=CHOICES,
    )
    cleaned(engine, lines, chosen)
    lay_beside(engine, beside)
    make_features(engine, chosen.sources.orders.columns, AS_OF, chosen.features)
    names = engine.table("features").columns
    return {row[0]: dict(zip(names, row, strict=True)) for row in engine.rows("from features")}


def held_by(columns: dict[str, str], lines: list[Line]) -> list[Line]:
    """The lines as the reader would hand them on where those columns are missing."""
    missing = {{"amount": "amount", "order": "order_id"}[name]: None for name in columns}
    return [replace(each, **missing) for each in lines]


@tried(max_examples=EXAMPLES, phases=PHASES)
@given(lines=BOOKS, columns=COLUMNS, beside=SIDES)
def test_every_feature_agrees_with_the_oracle(engine, lines, columns, beside) -> None:
    lines = held_by(columns, lines)
    by_customer = {who: [e for e in lines if e.customer_id == who] for who in CUSTOMERS}
    books = {
        who: Book(
            theirs,
            has_value="amount" not in columns,
            beside={name: [row for row in rows if row[0] == who] for name, rows in beside.items()},
        )
        for who, theirs in by_customer.items()
    }
    buyers = {who for who, book in books.items() if book.sales}
    try:
        found = measured(engine, lines, columns, beside)
    except NotReady:
        assert not buyers
        return
    assert set(found) == buyers
    for who, features in found.items():
        wanted = expected(books[who])
        for name, got in features.items():
            if name != "customer_id":
                event(f"{name} {'is' if got is None else 'is not'} null")
                assert_same(name, got, wanted[name])


def assert_same(name: str, got: object, wanted: object) -> None:
    if wanted is None or got is None:
        assert got is wanted, name
    elif name in NEAR:
        assert abs(got - type(got)(wanted)) <= NEAR[name], name
    else:
        assert got == wanted, name


def test_the_oracle_knows_every_feature() -> None:
    known = Book([line("ann", "2024-06-01", 1)], has_value=True)
    assert set(expected(known)) == {each.name for each in offer(settings(features=CHOICES).features).features}


@tried(max_examples=EXAMPLES // 3, phases=PHASES)
@given(lines=BOOKS, columns=COLUMNS, beside=SIDES, seed=st.randoms(use_true_random=False))
def test_features_do_not_depend_on_the_order_of_rows(engine, lines, columns, beside, seed) -> None:
    shuffled = list(lines)
    seed.shuffle(shuffled)
    turned = {name: rows[::-1] for name, rows in beside.items()}
    try:
        straight = measured(engine, held_by(columns, lines), columns, beside)
        assert straight == measured(engine, held_by(columns, shuffled), columns, turned)
    except NotReady:
        event("nobody bought")
