"""What is counted for a claim, on orders small enough to count by hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import permutations

import pytest
from tests.prepare.orders import AS_OF, Line, cleaned, line, settings
from tests.prepare.side_rows import lay_beside

from regulars.check.deep.measures import MEASURES
from regulars.check.deep.queries import OTHER, UNKNOWN, Counted, Orders, Question
from regulars.check.deep.scope import Span
from regulars.engine import Engine

START = date(2024, 4, 1)
SEGMENTS = {"ann": "a", "bob": "b", "cat": "b"}
LINES = [
    # A Saturday morning: two lines of tea, one on promotion, and jam.
    line("ann", "2024-05-04 10:00", 8, order_id="1", product_id="mug", category="tea", brand="acme",
         promotion="SPRING", discount="2", quantity=2),
    line("ann", "2024-05-04 10:00", 10, order_id="1", product_id="cup", category="tea", brand="acme"),
    line("ann", "2024-05-04 10:00", 5, order_id="1", product_id="jam", category="food", brand="rest"),
    # A Wednesday evening, of which half comes back.
    line("ann", "2024-06-05 19:00", 20, order_id="2", product_id="mug", category="tea", brand="acme"),
    line("ann", "2024-06-10 10:00", -10, order_id="3", product_id="mug", category="tea", quantity=-1),
    line("bob", "2024-05-06 12:00", 40, order_id="4", product_id="jam", category="food", brand="rest"),
    line("cat", "2024-06-08 18:00", 6, order_id="5", product_id="pen", discount="4"),
]  # fmt: skip
CHOSEN = settings(
    {"product": "what", "category": "kind", "brand": "maker", "promotion": "promo", "quantity": "n"},
    features={"own_brands": ["acme"]},
)


@pytest.fixture(scope="module")
def made() -> Iterator[Orders]:
    with Engine(threads=2) as engine:
        yield orders(engine)


def orders(engine: Engine, lines: Sequence[Line] = LINES) -> Orders:
    cleaned(engine, lines, CHOSEN)
    moment = "2024-05-01 00:00"
    lay_beside(
        engine,
        {
            "campaigns": [
                ("ann", "may", moment, "2024-05-31 00:00"),
                ("bob", "june", "2024-06-01 00:00", None),
            ],
            "redemptions": [("ann", "2024-05-04 10:00", "may")],
        },
    )
    engine.values(
        "asked_customers", {"customer_id": "varchar", "segment_id": "varchar"}, list(SEGMENTS.items())
    )
    return Orders(engine, START, AS_OF, ("acme",))


def counted(
    made: Orders, measure: str, *, spans: Sequence[Span] = ((START, AS_OF),), **others: object
) -> Counted:
    return made.counted(Question(MEASURES[measure], "a", tuple(spans), **others))  # type: ignore[arg-type]


def rate(found: Counted, segment: str, place: tuple[int, int] = (0, 0)) -> tuple[int, int]:
    total = found.totals[segment, place]
    return total.part, total.whole


@pytest.mark.parametrize(
    ("measure", "ours", "others"),
    [
        ("discount_share", (20_000, 450_000), (40_000, 500_000)),
        # A line with something off is on promotion, named or not.
        ("promotion_share", (1, 2), (1, 2)),
        ("redemption_rate", (1, 1), (0, 1)),
        ("campaign_order_share", (1, 2), (0, 1)),
        ("weekend_share", (1, 2), (1, 2)),
        ("morning_share", (1, 2), (0, 2)),
        ("evening_share", (1, 2), (1, 2)),
        ("return_share", (100_000, 430_000), (0, 460_000)),
        ("own_brand_share", (380_000, 430_000), (0, 400_000)),
        ("items_per_order", (5000, 2), (2000, 2)),
        ("products_per_order", (4, 2), (2, 2)),
        ("order_value", (430_000, 2), (460_000, 2)),
        # Of four lines three are acme's: 3 × 2 / 3 = 2 pairs of 4 lines. Two are mugs: 2 × 1 / 3.
        ("same_brand", (2_000_000, 4_000_000), None),
        ("same_product", (666_667, 4_000_000), None),
        # June is the whole month that began after ann's first order, and bob's.
        ("active_months", (1, 1), (0, 1)),
    ],
)
def test_each_measure_is_as_counted_by_hand(
    made: Orders, measure: str, ours: tuple[int, int], others: tuple[int, int] | None
) -> None:
    found = counted(made, measure)
    assert rate(found, "a") == ours
    assert (rate(found, "b") if ("b", (0, 0)) in found.totals else None) == others


def test_a_line_counts_in_its_category_and_in_its_period(made: Orders) -> None:
    found = counted(made, "discount_share")
    assert found.categories == {"tea": 1, "food": 2, UNKNOWN: 4}
    assert found.periods == {"Apr 2024": 1, "May 2024": 2, "Jun 2024": 3}
    assert rate(found, "a", (1, 0)) == (20_000, 400_000)
    assert rate(found, "b", (4, 0)) == (40_000, 100_000)
    assert rate(found, "a", (0, 2)) == (20_000, 250_000)


def test_one_category_on_some_days_is_asked_alone(made: Orders) -> None:
    may = ((date(2024, 5, 1), date(2024, 5, 31)),)
    found = counted(made, "promotion_share", spans=may, categories=("tea",))
    assert (found.categories, found.periods) == ({}, {})
    assert rate(found, "a") == (1, 1)
    assert ("b", (0, 0)) not in found.totals


def test_orders_with_a_category_are_counted_among_all(made: Orders) -> None:
    found = counted(made, "category_orders", wanted="tea")
    assert rate(found, "a") == (2, 2)
    assert rate(found, "b") == (0, 2)


def test_products_between_categories_are_those_of_the_same_customers(made: Orders) -> None:
    pair = counted(made, "discount_share").pairs["a", 1, 2]
    assert (pair.part_parts, pair.part_wholes, pair.whole_wholes) == (0, 20_000 * 50_000, 400_000 * 50_000)


def test_the_largest_categories_stand_by_themselves_and_the_rest_together() -> None:
    many = [line("ann", "2024-05-04 10:00", 100 - n, order_id=f"x{n}", category=f"k{n}") for n in range(12)]
    with Engine(threads=1) as engine:
        made = orders(engine, [*LINES, *many])
        found = made.counted(Question(MEASURES["order_value"], "a", ((START, AS_OF),)))
    assert list(found.categories) == [*(f"k{n}" for n in range(8)), OTHER, UNKNOWN]


def test_the_order_of_rows_and_threads_moves_no_sum() -> None:
    seen, some = [], [MEASURES[each] for each in ("discount_share", "same_brand", "active_months")]
    for shuffled, threads in zip(list(permutations(LINES))[::1701], (1, 2, 3), strict=False):
        with Engine(threads=threads) as engine:
            made = orders(engine, shuffled)
            seen.append([made.counted(Question(each, "a", ((START, AS_OF),))) for each in some])
    assert len(seen) == 3
    assert seen[0] == seen[1] == seen[2]


HOSTILE = (
    "'); drop table orders; --", "$as_of", "{{category}}", "[red]\x1b[31m", "ÄÖ\u202e\n", OTHER, UNKNOWN, '"',
)  # fmt: skip


def test_hostile_names_of_categories_and_segments_are_only_names() -> None:
    bought = [
        line("ann", "2024-05-04 10:00", 10 + n, order_id=f"x{n}", category=name)
        for n, name in enumerate(HOSTILE)
    ]
    segment = HOSTILE[0]
    with Engine(threads=1) as engine:
        made = orders(engine, [*LINES, *bought])
        columns = {"customer_id": "varchar", "segment_id": "varchar"}
        engine.values("asked_customers", columns, [("ann", segment), ("bob", "b"), ("cat", "b")])
        question = Question(MEASURES["category_orders"], segment, ((START, AS_OF),))
        for name in HOSTILE:
            found = made.counted(replace(question, wanted=name))
            assert rate(found, segment) == (1, 2 + len(HOSTILE)), name
        told = made.counted(replace(question, measure=MEASURES["order_value"]))
        assert len(set(told.categories.values())) == len(told.categories) == 10
        worth = {name: told.at([segment], (at, 0)).part for name, at in told.categories.items()}
        assert worth[OTHER] == 10_000 * (10 + HOSTILE.index(OTHER))
        assert sum(worth.values()) == rate(told, segment)[0]
