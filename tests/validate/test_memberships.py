"""Who was in which segment when: runs of a few customers, and the same history read back."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path

import pytest
from tests.postgres import Postgres, load

from regulars.engine import Engine, room, text
from regulars.engine.steps import compose, in_order
from regulars.types import Segment
from regulars.validate.memberships import RunOfHistory, lay_out, make_dimension, sizes

NAMES = {"g": "Gold", "s": "Silver", "t": "Tin"}
FIRST = date(2024, 1, 31)
COLUMNS = (
    "customer_id, segment_name, previous_segment_name, cast(valid_from as varchar), "
    "cast(valid_to as varchar), is_current, cast(changed_on as varchar), is_new_definition, version"
)


def runs(engine: Engine, folder: Path, *found: tuple[int, dict[str, str]]) -> list[RunOfHistory]:
    """A run for each (version, customer to segment), ten days apart."""
    made = []
    for at, (version, members) in enumerate(found):
        path = folder / f"{at}.parquet"
        engine.values("made", {"customer_id": "varchar", "segment_id": "varchar"}, list(members.items()))
        engine.write_parquet("select * from made order by customer_id", path)
        day, named = FIRST + timedelta(days=10 * at), tuple(Segment(k, n, "") for k, n in NAMES.items())
        made.append(RunOfHistory(f"run-{at}", day, version, f"digest-{version}", named, path))
    lay_out(engine, made)
    return made


def test_a_stretch_begins_with_a_new_segment_a_new_definition_or_a_return(tmp_path: Path) -> None:
    with Engine(threads=1) as engine:
        runs(
            engine, tmp_path,
            (1, {"ann": "g", "bob": "s", "cy": "t"}),
            (1, {"ann": "g", "bob": "g"}),
            (2, {"ann": "g", "bob": "g", "cy": "t"}),
            (2, {"ann": "s", "bob": "g", "cy": "t", "new": "t"}),
        )  # fmt: skip
        make_dimension(engine)
        found = engine.rows(f"select {COLUMNS} from dim_customer_segment order by 1, 4")
    one, two, three, four = "2024-01-31", "2024-02-10", "2024-02-20", "2024-03-01"
    assert found == [
        ("ann", "Gold", None, one, three, False, None, False, 1),
        ("ann", "Gold", "Gold", three, four, False, None, True, 2),
        ("ann", "Silver", "Gold", four, None, True, four, False, 2),
        ("bob", "Silver", None, one, two, False, None, False, 1),
        ("bob", "Gold", "Silver", two, three, False, two, False, 1),
        ("bob", "Gold", "Gold", three, None, True, None, True, 2),
        ("cy", "Tin", None, one, two, False, None, False, 1),
        ("cy", "Tin", "Tin", three, None, True, None, True, 2),
        ("new", "Tin", None, four, None, True, None, False, 2),
    ]


def wandering(seed: int) -> list[tuple[int, dict[str, str]]]:
    chance = random.Random(seed)
    return [
        (
            1 + (at > 3),
            {f"k{who}": chance.choice("gst") for who in range(30) if chance.random() < 0.8},
        )
        for at in range(7)
    ]


@pytest.mark.parametrize("seed", range(5))
def test_every_run_can_be_read_back_from_the_stretches_and_from_nothing_else(
    tmp_path: Path, seed: int
) -> None:
    history = wandering(seed)
    with Engine(threads=2) as engine:
        made = runs(engine, tmp_path, *history)
        make_dimension(engine)
        for run, (version, members) in zip(made, history, strict=True):
            found = engine.rows(
                "select customer_id, segment_id, version from dim_customer_segment "
                f"where valid_from <= date '{run.as_of}' and coalesce(valid_to > date '{run.as_of}', true)"
            )
            assert sorted(found) == sorted((who, each, version) for who, each in members.items())
        ((current,),) = engine.rows(
            "select sum(case when is_current then 1 else 0 end) from dim_customer_segment"
        )
        assert current == len(history[-1][1])


def test_postgresql_comes_to_the_same_stretches(tmp_path: Path, postgres: Postgres) -> None:
    with Engine() as engine:
        runs(engine, tmp_path, *wandering(9))
        laid_out = ("run_memberships", "history_runs", "segment_names")
        for table in laid_out:
            engine.write_parquet(f"select * from {table} order by all", tmp_path / f"{table}.parquet")
            load(postgres, tmp_path / f"{table}.parquet", table)
        make_dimension(engine)
        shown = f"select {COLUMNS} from dim_customer_segment order by customer_id, valid_from"
        here = engine.rows(shown)
    steps = in_order(
        room("regulars.validate"),
        ["dim_customer_segment"],
        ["run_memberships", "history_runs", "segment_names"],
    )
    postgres.psql(f"create table dim_customer_segment as {text(compose(steps), 'postgres')}")
    there = postgres.rows(shown)
    assert there == [tuple(_as_text(cell) for cell in row) for row in here]


def _as_text(cell: object) -> str:
    if isinstance(cell, bool):
        return "t" if cell else "f"
    return "" if cell is None else str(cell)


def test_sizes_hide_ten_or_fewer_and_what_would_tell_them(tmp_path: Path) -> None:
    def members(gold: int, silver: int, tin: int) -> dict[str, str]:
        return {f"k{at}": each for at, each in enumerate("g" * gold + "s" * silver + "t" * tin)}

    with Engine(threads=1) as engine:
        made = runs(
            engine, tmp_path, (1, members(40, 30, 30)), (1, members(60, 37, 3)), (1, members(50, 50, 0))
        )
        first, second, third = sizes(engine, made)
    assert first.by_segment == {"g": 40, "s": 30, "t": 30}
    assert first.share("g") == 0.4
    assert second.by_segment == {"g": 60, "s": None, "t": None}
    assert second.share("s") is None
    assert second.customers == 100
    assert third.by_segment == {"g": 50, "s": 50, "t": None}
