"""Generated companies: the same bytes for the same seed, and the truth that they claim is in their data."""

import csv
import math
from collections import defaultdict
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from tests.shops import contents

from regulars.generators import COMPANIES
from regulars.generators.chance import Chance

COMPANY = pytest.mark.parametrize("name", list(COMPANIES))
ID = {"bank": "customer", "saas": "account"}


@pytest.fixture(scope="module", params=list(COMPANIES))
def company(request, tmp_path_factory) -> tuple[str, Path]:
    folder = tmp_path_factory.mktemp(request.param)
    COMPANIES[request.param](folder, customers=3_000, seed=7)
    return request.param, folder


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def quarter(day: str) -> int:
    """Quarters since the year 0; a day is in one, and the next has the number after."""
    return int(day[:4]) * 4 + (int(day[5:7]) - 1) // 3


@COMPANY
def test_the_same_seed_gives_the_same_bytes_and_another_one_others(name, tmp_path):
    for folder, seed in (("a", 3), ("b", 3), ("c", 4)):
        COMPANIES[name](tmp_path / folder, customers=200, seed=seed)
    one, same, other = (contents(tmp_path / folder) for folder in "abc")
    assert one == same
    assert {path for path in one if one[path] != other[path]} == set(one) - {"regulars.yaml"}


def test_the_raw_stream_is_the_one_that_numpy_promises():
    # A company that changes with the version of NumPy would change every figure of the docs.
    assert [int(1e6 * each) for each in Chance(0, "segment").even(3)] == [738471, 269927, 590631]
    assert Chance(5, "x").pick([0.5, 0.25, 0.25], 8).tolist() == [2, 0, 0, 2, 2, 2, 0, 2]


def test_what_happened_is_what_the_truth_gave_a_chance_to(company):
    """By segment, those who left and those who took a product are as many as the probabilities add up to."""
    name, folder = company
    held = defaultdict(set)
    for row in rows(folder / "revenue.csv"):
        held[row[ID[name]], quarter(row["day"])].add(row["product"])
    told = defaultdict(lambda: [0.0, 0.0, 0])
    for row in rows(folder / "truth.csv"):
        now = held[row["customer"], quarter(row["cut"])]
        then = held.get((row["customer"], quarter(row["cut"]) + 1), set())
        assert now, "who is in the truth is a customer on that day"
        for outcome, came in (("p_churn", not then), ("p_new_product", bool(then - now))):
            chance = float(row[outcome])
            tally = told[row["segment"], outcome]
            tally[0] += chance
            tally[1] += chance * (1 - chance)
            tally[2] += came
    assert len(told) == 6
    for (segment, outcome), (expected, variance, came) in told.items():
        assert expected > 50, (segment, outcome)
        assert abs(came - expected) < 3.5 * math.sqrt(variance), (segment, outcome, came, expected)


def test_nobody_comes_back_and_no_snapshot_is_of_a_day_without_the_customer(company):
    name, folder = company
    seen = defaultdict(set)
    for row in rows(folder / "revenue.csv"):
        seen[row[ID[name]]].add(row["day"][:7])
    (table,) = {"customers.csv", "accounts.csv"} & {path.name for path in folder.iterdir()}
    known = defaultdict(set)
    for row in rows(folder / table):
        day = date.fromisoformat(row["known_on"])
        assert date.fromordinal(day.toordinal() + 1).day == 1, "a snapshot is of the last day of a month"
        known[row[ID[name]]].add(row["known_on"][:7])
    assert known == seen
    for months in seen.values():
        numbers = sorted(int(month[:4]) * 12 + int(month[5:]) for month in months)
        assert all(after - before == 1 for before, after in pairwise(numbers))


def test_a_yearly_contract_ends_with_its_year(tmp_path):
    COMPANIES["saas"](tmp_path, customers=1_500, seed=1)
    yearly = {row["account"] for row in rows(tmp_path / "accounts.csv") if row["billing"] == "yearly"}
    months = defaultdict(set)
    for row in rows(tmp_path / "revenue.csv"):
        months[row["account"]].add(row["day"][:7])
    ended = [len(months[account]) for account in yearly if "2024-12" not in months[account]]
    assert len(ended) > 30
    assert all(each % 12 == 0 for each in ended)
