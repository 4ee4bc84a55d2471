"""Steps: what each needs, in which order, folded into one statement, with values that stay values."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.engine import Bound, Engine, Step
from regulars.engine.steps import compose, in_order, parse, text


def steps(**written: str) -> dict[str, Step]:
    return {name: parse(name, sql) for name, sql in written.items()}


ORDERS = "select * from (values ('ann', 1, 10), ('ann', 2, 20), ('bob', 3, 5)) as o (customer, day, amount)"
WALK = steps(
    orders=ORDERS,
    kept="with big as (select * from orders where amount > $least) select big.customer, big.amount from big",
    spends="select customer, sum(amount) as spend from kept group by customer",
    # Both this step and the first name a part of their own "big": they must not meet.
    ranks="with big as (select max(spend) as spend from spends) "
    "select s.customer, s.spend, s.spend = big.spend as is_first from spends as s cross join big",
)


def test_a_step_needs_the_tables_of_its_from_but_not_its_own_parts() -> None:
    assert WALK["kept"].needs == ("orders",)
    assert WALK["ranks"].needs == ("spends",)


def test_a_part_inside_a_subquery_is_no_table_that_is_needed() -> None:
    nested = parse("n", "select k from (with z as (select k from orders) select k from z) as inner_z")
    assert nested.needs == ("orders",)


def test_a_table_function_is_no_table_that_is_needed() -> None:
    assert parse("days", "select day from range(5) as r (day)").needs == ()


def test_each_step_comes_after_what_it_reads() -> None:
    assert [step.name for step in in_order(WALK, ["ranks"], [])] == ["orders", "kept", "spends", "ranks"]


def test_what_is_there_already_is_not_made_again() -> None:
    assert [step.name for step in in_order(WALK, ["ranks"], ["kept"])] == ["spends", "ranks"]


def test_a_step_that_two_others_read_is_made_once() -> None:
    shared = steps(
        a="select 1 as x", b="select x from a", c="select x from a", d="select b.x from b cross join c"
    )
    assert sorted(step.name for step in in_order(shared, ["d"], [])) == ["a", "b", "c", "d"]


def test_steps_in_a_circle_are_refused_with_the_circle() -> None:
    circle = steps(a="select x from b", b="select x from c", c="select x from a")
    with pytest.raises(ValueError, match="in a circle: a -> b -> c -> a"):
        in_order(circle, ["a"], [])


def test_a_table_that_nobody_makes_is_refused_with_who_needs_it() -> None:
    with pytest.raises(KeyError, match="spends needs a table 'kept' that no step makes"):
        in_order(steps(spends="select 1 as x from kept"), ["spends"], [])


@pytest.mark.parametrize(
    "sql", ["drop table orders", "insert into orders values (1)", "create table t as select 1"]
)
def test_a_step_is_a_select_and_nothing_else(sql: str) -> None:
    with pytest.raises(ValueError, match="a step is one SELECT"):
        parse("clean", sql)


def test_two_statements_in_one_file_are_refused() -> None:
    with pytest.raises(ValueError, match="a step is one SELECT"):
        parse("clean", "select 1 as x; drop table orders")


@pytest.mark.parametrize("target", ["kept", "spends", "ranks"])
def test_folded_into_one_statement_the_steps_say_what_they_say_one_by_one(
    target: str, tmp_path: Path
) -> None:
    shown = f"select * from {target} order by all"
    with Engine() as folded, Engine(debug_path=tmp_path / "steps.duckdb") as one_by_one:
        for engine in (folded, one_by_one):
            engine.make(target, WALK, {"least": 7})
        assert folded.rows(shown) == one_by_one.rows(shown) != []
        assert folded.tables() == {target}
        assert one_by_one.tables() == {step.name for step in in_order(WALK, [target], [])}


def test_a_union_whose_parts_have_names_can_be_folded() -> None:
    union = steps(
        ones="with a as (select 1 as x) select x from a union all select x + 1 as x from a",
        sums="select sum(x) as x from ones",
    )
    with Engine() as engine:
        assert engine.rows(compose(in_order(union, ["sums"], []))) == [(3,)]


def test_the_statement_that_is_shown_is_the_statement_that_runs() -> None:
    ordered = [step.bind({"least": 7}) for step in in_order(WALK, ["ranks"], [])]
    with Engine() as engine:
        statement = text(compose(ordered))
        assert "$" not in statement
        assert sorted(engine.rows(statement)) == [("ann", 30, True)]


def test_composing_leaves_the_steps_as_they_were() -> None:
    before = {name: text(step.select) for name, step in WALK.items()}
    compose([step.bind({"least": 7}) for step in in_order(WALK, ["ranks"], [])])
    assert {name: text(step.select) for name, step in WALK.items()} == before


def came_back(value: Bound) -> object:
    bound = parse("echo", "select $value as v where $value is not distinct from $value").bind(
        {"value": value}
    )
    with Engine() as engine:
        ((echoed,),) = engine.rows(bound.select)
    return echoed


@pytest.mark.parametrize(
    "hostile",
    [
        "'; drop table customers; --",
        "\\'; drop table customers; --",
        "$value",
        "$$ or true $$",
        "/* */ -- {{ x }} ?",
        "line\r\nbreak\ttab",
        "e'\\x27'",
        "\x00",
        "",
        "O'Brien ☕ 東京",
    ],
)
def test_text_that_looks_like_sql_stays_text(hostile: str) -> None:
    assert came_back(hostile) == hostile


@given(st.text(st.characters(codec="utf-8"), max_size=40))
def test_any_text_comes_back_as_it_was(value: str) -> None:
    assert came_back(value) == value


@given(st.decimals(-(10**12), 10**12, places=4, allow_nan=False))
def test_any_amount_comes_back_to_the_last_place(value: Decimal) -> None:
    assert came_back(value) == value


def test_an_amount_of_as_many_digits_as_a_decimal_holds_keeps_them_all() -> None:
    widest = Decimal("-1234567890123456789012345678901234.5678")
    assert came_back(widest) == widest


def test_an_amount_with_an_exponent_does_not_become_a_double() -> None:
    assert came_back(Decimal("1E+3")) == 1000
    assert not isinstance(came_back(Decimal("1.5E-7")), float)


@pytest.mark.parametrize("value", [None, True, False, 0, -1, 2**62, date(2011, 12, 9), Decimal("-0.01")])
def test_any_value_comes_back_with_its_type(value: Bound) -> None:
    assert (came_back(value), type(came_back(value))) == (value, type(value))


def test_a_parameter_without_a_value_is_refused_by_name() -> None:
    with pytest.raises(KeyError, match="least"):
        WALK["kept"].bind({})


def test_what_is_said_of_a_step_names_the_values_that_it_was_bound_with() -> None:
    step = parse(
        "late", "-- Grain: one row an order after $day; $others stay.\nselect * from orders where at > $day"
    )
    bound = step.bind({"day": date(2024, 3, 1)})
    assert bound.about == "Grain: one row an order after 2024-03-01; $others stay."
    assert "$day" in step.about
