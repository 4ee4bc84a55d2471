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

from regulars.engine import Engine
from regulars.errors import NotReady
from regulars.prepare.features import make_features
from regulars.prepare.offer import offer

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
)
BOOKS = st.integers(1, 50).flatmap(lambda n: st.lists(LINES, min_size=n, max_size=n))
CHOICES = {
    "own_brands": ["acme"],
    "loyalty_categories": ["tea", "cook"],
    "category_shares": ["tea", "garden"],
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
    """One customer's orders and returns: (order id, is return) to lines."""

    def __init__(self, lines: list[Line], *, has_value: bool) -> None:
        self.has_value = has_value
        self.sales: dict[str, list[Line]] = {}
        self.returns: dict[str, list[Line]] = {}
        for each in lines:
            day = each.ordered_at.date().isoformat()
            key = each.order_id or day
            (self.returns if is_return(each) else self.sales).setdefault(key, []).append(each)

    @property
    def stamps(self) -> list[datetime]:
        return [min(each.ordered_at for each in order) for order in self.sales.values()]

    @property
    def days(self) -> list[date]:
        return sorted({stamp.date() for stamp in self.stamps})

    def worth(self, orders: dict[str, list[Line]]) -> Decimal:
        return sum((abs(each.amount or 0) for order in orders.values() for each in order), Decimal(0))


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
        **loyalty(book), **shares(book),
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
    return each.promotion == "SPRING"


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


def measured(engine: Engine, lines: list[Line], columns: dict[str, str]) -> dict[str, dict[str, object]]:
    chosen = settings(
        {"product": "what", "category": "kind", "brand": "maker", "promotion": "promo", **columns},
        {"cancellation_prefix": "C", "zero_value": "keep"},
        features=CHOICES,
    )
    cleaned(engine, lines, chosen)
    make_features(engine, chosen.sources.orders.columns, AS_OF, chosen.features)
    names = engine.table("features").columns
    return {row[0]: dict(zip(names, row, strict=True)) for row in engine.rows("from features")}


def held_by(columns: dict[str, str], lines: list[Line]) -> list[Line]:
    """The lines as the reader would hand them on where those columns are missing."""
    missing = {{"amount": "amount", "order": "order_id"}[name]: None for name in columns}
    return [replace(each, **missing) for each in lines]


@tried(max_examples=EXAMPLES, phases=PHASES)
@given(lines=BOOKS, columns=COLUMNS)
def test_every_feature_agrees_with_the_oracle(engine, lines, columns) -> None:
    lines = held_by(columns, lines)
    by_customer = {who: [e for e in lines if e.customer_id == who] for who in CUSTOMERS}
    books = {who: Book(theirs, has_value="amount" not in columns) for who, theirs in by_customer.items()}
    buyers = {who for who, book in books.items() if book.sales}
    try:
        found = measured(engine, lines, columns)
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
@given(lines=BOOKS, columns=COLUMNS, seed=st.randoms(use_true_random=False))
def test_features_do_not_depend_on_the_order_of_rows(engine, lines, columns, seed) -> None:
    shuffled = list(lines)
    seed.shuffle(shuffled)
    try:
        straight = measured(engine, held_by(columns, lines), columns)
        assert straight == measured(engine, held_by(columns, shuffled), columns)
    except NotReady:
        event("nobody bought")
