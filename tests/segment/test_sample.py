from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.engine import Engine
from regulars.segment.fitting.sample import Sample, distinct, drawn, fitted, whole
from regulars.segment.rules.prepared import Indicator, Prepared, from_json
from regulars.types import Feature


def sampled(**columns: list[float | None]) -> Sample:
    values = {name: np.array(column, dtype=np.float64) for name, column in columns.items()}
    return Sample(len(next(iter(values.values()))), values)


def features(*names: str) -> list[Feature]:
    return [Feature(name, "", "ratio", "cause", "") for name in names]


def left_out(fit) -> dict[str, str]:
    return {note.where.removeprefix("tried."): note.what for note in fit.notes}


PREPARED = [
    Prepared("x", 3.0, -2.0, 41.5, False, 7.12345679, 2.98765432),
    Prepared("x", 3.0, 0.0, 41.5, True, 1.12345679, 0.698765432),
]


def test_a_logarithm_is_taken_as_engines_take_it_and_not_more_finely():
    # 1 + x keeps few digits of so small an x: ln(1 + x) and a more exact logarithm part ways.
    fine = Prepared("x", 0.0, 0.0, 9e-10, True, 0.0, 1e-13)
    values = [n * 1.37e-11 for n in range(70)]
    assert whole(fine, np.array(values)).tolist() == [fine.of(each) for each in values]


@pytest.mark.parametrize("prepared", PREPARED, ids=["plain", "log"])
@given(values=st.lists(st.one_of(st.none(), st.floats(allow_nan=False), st.floats(-5, 50)), max_size=60))
def test_many_customers_are_prepared_to_the_same_unit_as_one_by_one(prepared, values):
    together = whole(prepared, np.array(values, dtype=np.float64))
    assert together.tolist() == [prepared.of(each) for each in values]


def test_the_sample_is_the_same_customers_in_the_same_order_whatever_the_rows():
    seen = set()
    for turn in range(5):
        with Engine(threads=1 + turn) as engine:
            order = f"order by md5(cast(i + {turn} as varchar))"
            engine.create(
                "people", f"select 'C' || i as customer_id, i * 0.5 as gap_days from range(3000) t(i) {order}"
            )
            sample = drawn(engine, engine.table("people"), features("gap_days"), 200)
            seen.add(tuple(sample.columns["gap_days"].tolist()))
    (only,) = seen
    assert len(set(only)) == 200
    # A fair draw: not the first or the last to have been written down.
    assert 300 < sum(only) / 200 / 0.5 - 1000 < 700


def test_whole_decimal_and_unknown_values_come_as_doubles():
    with Engine(threads=1) as engine:
        kinds = {"customer_id": "varchar", "orders": "bigint", "spend": "decimal(9, 2)", "gap_days": "double"}
        engine.values("people", kinds, [("C1", 3, Decimal("12.34"), None)])
        sample = drawn(engine, engine.table("people"), features("orders", "spend", "gap_days"), 10)
    assert [column.tolist()[0] for column in sample.columns.values()][:2] == [3.0, 12.34]
    assert np.isnan(sample.columns["gap_days"][0])


def test_a_feature_is_filled_capped_and_scaled_by_hand():
    # 200 values 1..200: 1st percentile 2, median 100, 99th 198. Held between those they add up to 20,098.
    (made,) = fitted(sampled(x=[float(n) for n in range(1, 201)]), "tried").prepared
    assert (made.low, made.missing, made.high, made.log) == (2.0, 100.0, 198.0, False)
    assert made.centre == 100.49
    assert made.scale == pytest.approx(57.7, abs=0.1)


def test_constants_are_short_enough_to_read():
    (made,) = fitted(sampled(x=[n / 7 for n in range(1, 400)]), "tried").prepared
    for constant in (made.low, made.high, made.missing, made.centre, made.scale):
        assert len(repr(constant).replace(".", "").lstrip("0")) <= 9


def test_a_skewed_count_is_read_by_its_logarithm_and_a_share_or_a_balance_is_not():
    tail = [1.0] * 80 + [2.0] * 10 + [10.0] * 5 + [200.0] * 5
    (count,) = fitted(sampled(count=tail), "tried").prepared
    assert count.log
    (balance,) = fitted(sampled(balance=[x - 50 for x in tail]), "tried").prepared
    (share,) = fitted(sampled(share=[x / 200 for x in tail]), "tried").prepared
    assert (balance.log, share.log) == (False, False)


def test_constant_unknown_and_nearly_unknown_features_are_left_out_with_the_reason():
    spread = [float(n % 10) for n in range(100)]
    fit = fitted(
        sampled(x=spread, constant=[5.0] * 100, unknown=[None] * 100, rare=[None] * 81 + spread[:19]), "tried"
    )
    assert [each.feature for each in fit.prepared] == ["x"]
    assert left_out(fit) == {
        "constant": "constant was left out, for it was the same for almost every customer.",
        "unknown": "unknown was left out, for it was known for 0 of 100 customers.",
        "rare": "rare was left out, for it was known for 19 of 100 customers.",
    }


def test_a_habit_of_fewer_than_one_in_ten_makes_no_segment():
    fit = fitted(sampled(rare=[0.0] * 91 + [0.5] * 9, odd=[3.0] * 99 + [9000.0]), "tried")
    assert fit.prepared == ()
    assert left_out(fit)["rare"] == "rare was left out, for 91 of 100 customers had the same value."
    assert fitted(sampled(seldom=[0.0] * 89 + [0.5] * 11), "tried").prepared


def test_a_long_tail_is_drawn_in_so_that_no_feature_outweighs_the_others():
    # Mean 0.095 and sd 0.244 before.
    (made,) = fitted(sampled(share=[0.0] * 80 + [0.25] * 14 + [1.0] * 6), "tried").prepared
    assert made.high == pytest.approx(0.095 + 3 * 0.2444, abs=0.001)
    assert made.of(1) < 4500


def test_of_two_features_that_say_the_same_the_first_is_kept():
    spread = [float(n % 17) for n in range(200)]
    other = [float(n % 7) for n in range(200)]
    fit = fitted(sampled(x=spread, other=other, opposite=[30 - 2 * each for each in spread]), "tried")
    assert [each.feature for each in fit.prepared] == ["x", "other"]
    assert "it said the same as x" in left_out(fit)["opposite"]


def test_customers_differ_in_as_many_ways_as_the_features_can_tell():
    fit = fitted(sampled(x=[0.0, 1.0, 2.0] * 50), "tried")
    assert distinct(fit.places) == 3


# --- text -----------------------------------------------------------------------------------------


def told(*values: str | None) -> Sample:
    return Sample(len(values), {"region": np.array(values, dtype=np.object_)})


def test_categories_become_indicators_and_the_rare_ones_count_as_other():
    fit = fitted(told(*["North"] * 60, *["South"] * 35, *["East"] * 3, *["West"] * 2), "tried")
    assert [(each.categories, each.is_rest) for each in fit.prepared] == [
        (("North",), False),
        (("South",), False),
        (("North", "South"), True),
    ]
    north, _, other = fit.prepared
    assert other.of("East") == other.of(None) == other.of("never seen") == other.yes
    assert north.of("north") == north.no
    assert [from_json(each.as_json()) for each in fit.prepared] == list(fit.prepared)


def test_unknown_is_a_category_of_its_own_where_many_are():
    fit = fitted(told(*["North"] * 60, *[None] * 40), "tried")
    assert [each.categories for each in fit.prepared] == [("North",), (None,)]
    assert fit.prepared[1].of(None) > 0 > fit.prepared[1].of("North")


def test_all_indicators_of_a_feature_together_weigh_as_one_number():
    fit = fitted(told(*["a"] * 50, *["b"] * 30, *["c"] * 20), "tried")
    assert sum(fit.places.var(axis=0)) == pytest.approx(1000**2, rel=0.01)
    assert fit.places.mean(axis=0) == pytest.approx([0, 0, 0], abs=1)


@pytest.mark.parametrize(
    ("values", "why"),
    [
        (["x"] * 100, "the same for almost every"),
        (["x"] * 95 + ["y"] * 5, "95 of 100 customers had the same value"),
        ([None] * 90 + ["x"] * 10, "known for 10 of 100"),
        ([f"id {n}" for n in range(100)], "no category of it had 5%"),
    ],
)
def test_text_that_tells_nobody_apart_is_left_out_with_the_reason(values, why):
    fit = fitted(told(*values), "tried")
    assert fit.prepared == ()
    assert why in fit.notes[0].what


def test_an_indicator_says_for_whom_it_counts():
    rest = Indicator("region", ("North", None), is_rest=True, yes=900, no=-100)
    assert rest.words() == (
        "region is none of these: 'North' or unknown counts as 0.900, anything else as -0.100"
    )
