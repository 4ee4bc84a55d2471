"""Names and values in a source are data: whatever they say, they come back as they were and run nothing."""

import csv
import io
import os
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.engine import Engine
from regulars.prepare.proposing.propose import propose
from regulars.prepare.reading.cells import NO_CUSTOMER, SPACES
from regulars.prepare.reading.read import read
from regulars.settings import Columns, Orders

EXAMPLES = 10_000 if os.environ.get("REGULARS_SOAK") == "1" else 200
ATTACKS = (
    '"; drop table canary; --', "'); drop table canary; --", "c0", "record", "order_rows", "select", "$cell",
    ":name", "?",
    "%s", "{0}", "\\", "\\'", '""', "''", "/*", "--", "*", "a.b", "main.canary", "canary", "ID",
    "id", "Id", "🛒", "é", "e\u0301",
)  # fmt: skip
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=30)
NAMES = st.lists(st.sampled_from(ATTACKS) | TEXT | st.just("n" * 200), min_size=3, max_size=8, unique=True)
VALUES = st.lists(st.sampled_from(ATTACKS) | TEXT | st.just(""), min_size=1, max_size=8)


def _written(names: list[str], values: list[str], path: Path) -> None:
    """Columns of these names: the first holds values, the second a day, the others one name each."""
    made = io.StringIO(newline="")
    writer = csv.writer(made, quoting=csv.QUOTE_ALL)
    writer.writerow(names)
    writer.writerows([value, "2024-01-02", *names[2:]] for value in values)
    path.write_bytes(made.getvalue().encode())


def _blank_is_none(value: str) -> str | None:
    return value.strip(SPACES) or None


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine() as opened:
        opened.execute("create table canary as select 1 as alive")
        yield opened


@settings(max_examples=EXAMPLES)
@given(NAMES, VALUES)
def test_any_names_and_values_come_back_as_they_were_and_the_canary_lives(
    engine: Engine, names: list[str], values: list[str]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        _written(names, values, Path(folder) / "orders.csv")
        orders = Orders(
            path="orders.csv",
            columns=Columns(customer=names[0], time=names[1], product_name=names[0], category=names[2]),
            date_format="%Y-%m-%d",
        )
        read(orders, Path(folder), engine, mark_repeats=True, blank_opt_out="opted_out", timezone="UTC")
        found = engine.rows(
            "select customer_id, product_name, category, fault, is_repeat from order_rows order by record"
        )
        expected = [
            (
                None if _blank_is_none(value) in NO_CUSTOMER else _blank_is_none(value),
                _blank_is_none(value),
                _blank_is_none(names[2]),
                None,
                value in values[:at],
            )
            for at, value in enumerate(values)
        ]
        assert found == expected
        assert engine.rows("select alive from canary") == [(1,)]


@settings(max_examples=EXAMPLES // 10)
@given(NAMES, VALUES)
def test_a_proposal_takes_any_names_and_values_as_data(names: list[str], values: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "orders.csv"
        _written(names, [*values, "a customer"], path)
        chosen = {"customer": names[0], "time": names[1]}
        found = propose(path, date(2026, 1, 1), overrides=chosen, delimiter=",")
        assert {meaning: found.by_meaning[meaning] for meaning in chosen} == chosen
