"""Where a claim holds and where not: known truths are found, and chance is not taken for one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from tests.check.deep.counts import counted, counted_of_orders

from regulars.check.deep import rulings
from regulars.check.deep.claims import Claim
from regulars.check.deep.measures import MEASURES
from regulars.check.deep.queries import Counted, Totals
from regulars.check.deep.rulings import Ruling, ruled
from regulars.narrate import statements

CLAIM = Claim(0, 11, "deal-driven", "a", "deals")
SIZES = {"a": 400, "b": 800, "c": 800}
DEALS_IN_TWO = {"a": np.array([0.30, 0.30, 0.15, 0.15, 0.15])}
CHEAP_BREAD = {each: np.array([0.4, 0.1, 0.1, 0.1, 0.1]) for each in "abc"}
MUCH_BREAD = {
    "a": np.array([0.6, 0.1, 0.1, 0.1, 0.1]),
    **{each: np.array([0.1, 0.225, 0.225, 0.225, 0.225]) for each in "bc"},
}


def asked(found: Counted, claim: Claim = CLAIM, segments: str = "abc") -> Ruling:
    return ruled(claim, MEASURES["discount_share"], found, list(segments))


def states(ruling: Ruling) -> dict[str, str]:
    return {each.name or each.cut: each.state for each in ruling.cells}


def test_it_holds_in_the_categories_in_which_it_is_so_and_not_in_the_others() -> None:
    found = counted(np.random.default_rng(3), {each: 4 * size for each, size in SIZES.items()}, DEALS_IN_TWO)
    ruling = asked(found)
    assert ruling.outcome == "holds_in_part"
    assert {name: state for name, state in states(ruling).items() if name in found.categories} == {
        "Bakery": "holds", "Coffee": "holds", "Dairy": "does_not_hold", "Garden": "does_not_hold",
        "Toys": "does_not_hold",
    }  # fmt: skip


def test_what_only_the_mix_makes_is_not_their_way_of_buying() -> None:
    """Everybody has 40 % off bread and 10 % off the rest, and the segment buys bread."""
    ruling = asked(
        counted(np.random.default_rng(4), {each: 3 * n for each, n in SIZES.items()}, CHEAP_BREAD, MUCH_BREAD)
    )
    assert states(ruling)["whole"] == "holds"
    assert states(ruling)["mix"] == "does_not_hold"
    assert ruling.is_mix
    assert ruling.outcome == "does_not_hold"
    assert ruling.whole.found is not None
    assert ruling.whole.found.difference == pytest.approx(15, abs=4)


def test_what_the_mix_hides_is_found_in_the_categories() -> None:
    """They have more off everything, and buy what little is taken off."""
    rates = {"a": np.array([0.14, 0.14, 0.14, 0.14, 0.56]), **dict.fromkeys("bc", CHEAP_BREAD["a"][::-1])}
    mix = {"a": MUCH_BREAD["a"], **{each: np.array([0.15, 0.15, 0.15, 0.15, 0.4]) for each in "bc"}}
    ruling = asked(counted(np.random.default_rng(5), {each: 4 * n for each, n in SIZES.items()}, rates, mix))
    assert states(ruling)["whole"] == "does_not_hold"
    assert states(ruling)["mix"] == "holds"
    assert ruling.is_masked
    assert ruling.outcome == "holds_in_part"


def test_a_denial_holds_where_the_claim_does_not() -> None:
    found = counted(np.random.default_rng(3), {each: 4 * size for each, size in SIZES.items()}, DEALS_IN_TWO)
    plain, denied = asked(found), asked(found, replace(CLAIM, is_denied=True))
    flipped = {"holds": "does_not_hold", "does_not_hold": "holds"}
    assert states(denied) == {name: flipped.get(state, state) for name, state in states(plain).items()}


def test_only_they_fails_where_another_segment_stands_out_too() -> None:
    every = np.full(5, 0.3)
    both = {"a": every, "b": every}
    sizes = {"a": 1500, "b": 1500, "c": 3000}
    alone = asked(counted(np.random.default_rng(6), sizes, {"a": every}), replace(CLAIM, is_only=True))
    shared = asked(counted(np.random.default_rng(6), sizes, both), replace(CLAIM, is_only=True))
    assert (alone.outcome, alone.rivals) == ("holds", ())
    assert (shared.outcome, shared.rivals) == ("does_not_hold", ("b",))


def test_against_another_segment_the_rest_do_not_count() -> None:
    rates = {"a": np.full(5, 0.3), "b": np.full(5, 0.3)}
    found = counted(np.random.default_rng(7), {"a": 1500, "b": 1500, "c": 3000}, rates)
    assert asked(found).outcome == "holds"
    assert asked(found, replace(CLAIM, against=("b",))).outcome == "does_not_hold"


def test_ten_customers_or_fewer_are_not_shown_nor_what_would_give_them_away() -> None:
    found = counted(np.random.default_rng(8), {"a": 10, "b": 200, "c": 200})
    assert all(each.customers is None and each.found is None for each in asked(found).cells)
    large = counted(np.random.default_rng(8), {"a": 60, "b": 200, "c": 200})
    few = replace(large.totals["a", (1, 0)], n=4)
    hidden = asked(
        Counted(large.categories, large.periods, {**large.totals, ("a", (1, 0)): few}, large.pairs)
    )
    blank = [each for each in hidden.of("category") if each.customers is None]
    assert [each.found for each in blank] == [None, None]
    assert "Bakery" in {each.name for each in blank}


def test_what_is_material_is_what_is_told_of_segments_elsewhere() -> None:
    assert (rulings.MATERIAL, rulings.MATERIAL_POINTS) == (statements.MATERIAL, statements.MATERIAL_POINTS)


def test_customers_who_are_all_alike_prove_little() -> None:
    """A dozen customers with nothing off have a spread of nothing, and may be twelve by chance."""
    ours = Totals(12, 0, 12, 0, 1200, 0, 120_000, 0, 1200, 120_000, 12_000_000, 1_200_000_000)
    rest = Totals(
        400,
        300,
        400,
        2000,
        40_000,
        400_000,
        4_000_000,
        200_000,
        40_000,
        4_000_000,
        400_000_000,
        4 * 10**10,
    )
    found = Counted({}, {}, {("a", (0, 0)): ours, ("b", (0, 0)): rest}, {})
    cell = asked(found, replace(CLAIM, sign=-1), "ab").whole
    assert cell.found is not None
    assert cell.found.low < 0 < cell.found.high
    assert cell.state == "cannot_be_told"


@pytest.mark.parametrize(("size", "spread"), [(15, 0.9), (80, 0.9)])
def test_shops_in_which_nothing_differs_hardly_ever_seem_to(size: int, spread: float) -> None:
    false, within = many(200, lambda chance: counted(chance, sizes_of(size), spread=spread))
    assert false <= 10
    assert all(share >= 0.91 for share in within.values()), within


@pytest.mark.soak
@pytest.mark.parametrize(("size", "spread"), [(15, 0.9), (30, 1.5), (80, 0.9), (300, 0.5), (1000, 1.2)])
def test_of_a_thousand_shops_too_few_seem_to_differ_and_intervals_hold_the_truth(
    size: int, spread: float
) -> None:
    false, within = many(1000, lambda chance: counted(chance, sizes_of(size), spread=spread))
    assert false <= 50
    assert all(0.925 <= share <= 0.99 for share in within.values()), within


@pytest.mark.parametrize("mean", [0.02, 0.95])
def test_what_hardly_anybody_or_nearly_everybody_does_proves_no_more(mean: float) -> None:
    false, within = many(100, lambda chance: counted_of_orders(chance, sizes_of(15), mean))
    assert false <= 5
    assert all(share >= 0.91 for share in within.values()), within


@pytest.mark.soak
@pytest.mark.parametrize("size", [15, 60, 300])
@pytest.mark.parametrize("mean", [0.02, 0.1, 0.4, 0.95])
def test_of_a_thousand_shops_the_same_is_so_of_orders_of_a_kind(size: int, mean: float) -> None:
    false, within = many(1000, lambda chance: counted_of_orders(chance, sizes_of(size), mean))
    assert false <= 50
    assert all(share >= 0.92 for share in within.values()), within


def sizes_of(size: int) -> dict[str, int]:
    return {"a": size, "b": 3 * size, "c": 2 * size}


def many(shops: int, made: Callable[[np.random.Generator], Counted]) -> tuple[int, dict[str, float]]:
    """Of shops in which nothing differs, those in which a claim holds anywhere, and how often the intervals
    of each cut hold the true difference, none."""
    chance, false = np.random.default_rng(11), 0
    held: Counter[str] = Counter()
    told: Counter[str] = Counter()
    for _ in range(shops):
        ruling = asked(made(chance))
        false += any(each.state == "holds" for each in ruling.cells)
        for each in ruling.cells:
            if each.found is not None:
                told[each.cut] += 1
                held[each.cut] += each.found.low <= 0 <= each.found.high
    return false, {cut: held[cut] / told[cut] for cut in told}
