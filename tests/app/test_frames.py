"""Frames: what customers were on a day from what was known on it, and what came after."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from regulars import settings
from regulars.app.frames import Frames, frames
from regulars.app.work import Asked
from regulars.app.workspace import Workspace
from regulars.errors import UsageError
from regulars.generators import COMPANIES
from regulars.value.frames import rows_of

START, UNTIL, AS_OF = date(2024, 1, 1), date(2024, 9, 1), date(2024, 12, 1)
SINCE = UNTIL - (AS_OF - UNTIL)
SETTINGS = """\
schema: regulars/1
as_of: 2024-12-01
sources:
  orders:
    path: orders.csv
    date_format: "%Y-%m-%d"
    columns: {customer: who, time: day, order: no_, product: what, category: kind, quantity: n, amount: paid}
  customers:
    path: customers.csv
    date_format: "%Y-%m-%d"
    columns: {customer: who, known_on: day}
    attributes: {credit: limit, plan: plan}
  events:
    path: events.csv
    date_format: "%Y-%m-%d"
    columns: {customer: who, time: day, kind: kind}
  campaigns:
    path: campaigns.csv
    date_format: "%Y-%m-%d"
    columns: {customer: who, campaign: name, start: day}
  redemptions:
    path: redemptions.csv
    date_format: "%Y-%m-%d"
    columns: {customer: who, time: day, campaign: name}
features:
  engagement: {weights: {login: 1}}
  derived:
    per_order: {formula: "credit / orders", unit: ratio}
    # Made of what a value model foretells: a model that may know of later days.
    to_come: {formula: "predicted_value / orders", unit: currency}
"""
HEADS = {
    "orders": "who,no_,day,what,kind,n,paid",
    "customers": "who,day,limit,plan",
    "events": "who,day,kind",
    "campaigns": "who,name,day",
    "redemptions": "who,name,day",
}
Dated = tuple[date, str]


def tables(customers: int = 60) -> dict[str, list[Dated]]:
    """Rows of each source with their day."""
    chance = random.Random("frames")
    made: dict[str, list[Dated]] = {name: [] for name in HEADS}
    for who in range(customers):
        for nth in range(chance.randrange(1, 15)):
            day = START + timedelta(days=chance.randrange(336))
            n = -1 if chance.random() < 0.1 and nth else chance.randrange(1, 4)
            kind, paid = chance.choice("abc"), n * chance.randrange(1, 50)
            made["orders"].append((day, f"{who},{who}-{nth},{day},p{chance.randrange(9)},{kind},{n},{paid}"))
            made["events"].append((day, f"{who},{day},{chance.choice(['login', 'visit'])}"))
        for month in range(1, 12):
            day = date(2024, month, 1 + who % 28)
            plan = chance.choice(["basic", "gold"])
            made["customers"].append((day, f"{who},{day},{chance.randrange(100, 900)},{plan}"))
            if chance.random() < 0.4:
                made["campaigns"].append((day, f"{who},c{month},{day}"))
                made["redemptions"].append((day, f"{who},c{month},{day}"))
    return made


def workspace(
    folder: Path, rows: dict[str, list[Dated]], said: str = SETTINGS
) -> Callable[[], tuple[settings.Settings, Workspace, Asked, date]]:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "regulars.yaml").write_text(said, encoding="utf-8")
    for name, listed in rows.items():
        text = "\n".join([HEADS[name], *(row for _, row in listed)]) + "\n"
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    space = Workspace(folder)
    return settings.load(space.settings), space, Asked(today=date(2025, 1, 1)), UNTIL


def listed(cut: Frames, name: str) -> dict[str, tuple[object, ...]]:
    """Each customer's features in one of the frames."""
    frame = getattr(cut, name)
    columns = ", ".join(f'"{each.name}"' for each in frame.features)
    rows = cut.engine.rows(f"select customer_id, {columns} from {frame.name} order by customer_id")
    return {who: tuple(values) for who, *values in rows}


def otherwise(rows: dict[str, list[Dated]], day: date) -> dict[str, list[Dated]]:
    """The same up to the day; after it nothing is as it was, and much is new."""
    changed = {}
    for name, each in rows.items():
        later = [(when, row) for when, row in each if when > day]
        kept = [(when, row) for when, row in each if when <= day]
        # Every second row is gone, the others are another customer's, and strangers come.
        moved = [
            (when, ",".join([str((int(row.split(",")[0]) + 7) % 60), *row.split(",")[1:]]))
            for when, row in later[::2]
        ]
        new = [(when, f"{90 + at % 9},{row.split(',', 1)[1]}") for at, (when, row) in enumerate(later)]
        changed[name] = [*moved, *new, *kept]
    for at in range(60):
        when = day + timedelta(days=1 + at % 20)
        changed["orders"].append((when, f"{at},{at}-late,{when},p1,z,2,9999"))
        changed["orders"].append((when, f"{at},{at}-back,{when},p1,z,-2,-9999"))
        changed["customers"].append((when, f"{at},{when},999999,never"))
        changed["events"].append((when, f"{at},{when},login"))
        changed["campaigns"].append((when, f"{at},late,{when}"))
        changed["redemptions"].append((when, f"{at},late,{when}"))
    return changed


@pytest.mark.parametrize(("name", "cut"), [("test", UNTIL), ("train", SINCE)])
def test_what_comes_after_a_cut_moves_no_feature(tmp_path, name: str, cut: date) -> None:
    rows = tables()
    with frames(*workspace(tmp_path / "as_it_was", rows)) as told:
        assert getattr(told, name).cut == cut
        features, before = getattr(told, name).features, listed(told, name)
        outcomes = told.engine.rows(f"select sum(later_spend) from {name}_frame")
    assert {"orders", "spend", "credit", "plan", "per_order", "event_count", "events_login"} <= {
        each.name for each in features
    }
    assert not {"predicted_value", "to_come"} & {each.name for each in features}
    with frames(*workspace(tmp_path / "otherwise", otherwise(rows, cut))) as told:
        assert getattr(told, name).features == features
        assert listed(told, name) == before
        assert told.engine.rows(f"select sum(later_spend) from {name}_frame") != outcomes


def test_what_was_known_before_a_cut_does_move_features(tmp_path) -> None:
    rows = tables()
    with frames(*workspace(tmp_path / "as_it_was", rows)) as told:
        before = listed(told, "test")
    earlier = otherwise(rows, UNTIL - timedelta(days=30))
    with frames(*workspace(tmp_path / "otherwise", earlier)) as told:
        assert listed(told, "test") != before


def test_outcomes_are_counted_by_hand(tmp_path) -> None:
    orders = [
        "a,1,2024-02-01,p,k,1,10", "a,2,2024-07-01,p,k,1,20", "a,3,2024-09-02,p,k,1,30",
        "a,4,2024-09-02,p,k,1,5", "a,4,2024-12-01,p,k,-1,-8", "b,5,2024-09-01,p,k,1,40",
        "b,6,2024-10-01,p,k,-1,-40", "c,7,2024-09-03,p,k,1,7", "d,8,2024-01-01,p,k,1,1",
    ]  # fmt: skip
    rows = {**tables(1), "orders": [(START, each) for each in orders]}
    said = SETTINGS.replace("features:", "cleaning: {net_spend_not_positive: set_aside}\nfeatures:")
    with frames(*workspace(tmp_path, rows, said)) as told:
        columns = "later_purchases, later_spend, before_purchases, before_spend"
        found = told.engine.rows(f"select customer_id, {columns} from test_frame order by customer_id")
        assert found == [
            ("a", 1, Decimal(27), 1, Decimal(20)),
            ("b", 0, Decimal(-40), 1, Decimal(40)),
            ("d", 0, 0, 0, 0),
        ]
        assert (told.test.customers, told.test.born_later) == (3, 1)
        assert (told.train.customers, told.train.born_later) == (2, 1)
        taken = rows_of(told.engine, told.test, 2)
    assert len(taken) == 2
    assert set(zip(taken.is_active.tolist(), taken.later_spend.tolist(), strict=True)) <= {
        (True, 27.0), (False, -40.0), (False, 0.0)
    }  # fmt: skip


def test_the_order_of_the_rows_changes_nothing(tmp_path) -> None:
    rows = tables()
    drawn = []
    for turned in (False, True):
        mixed = {name: each[::-1] if turned else each for name, each in rows.items()}
        with frames(*workspace(tmp_path / str(turned), mixed)) as told:
            taken = rows_of(told.engine, told.train, 1000)
            drawn.append(
                [*(each.tolist() for _, each in sorted(taken.columns.items())), taken.later_spend.tolist()]
            )
    assert repr(drawn[0]) == repr(drawn[1])


def test_attributes_of_an_unknown_day_are_refused_as_features_and_it_is_said(tmp_path) -> None:
    rows = tables()
    undated = SETTINGS.replace(", known_on: day", "")
    with frames(*workspace(tmp_path, {**rows, "customers": rows["customers"][:1]}, undated)) as told:
        assert not {"credit", "plan", "per_order"} & {each.name for each in told.test.features}
        (said,) = [each for each in told.findings if each.where == "sources.customers.attributes"]
    assert "credit, plan, per_order are not used" in said.what
    assert "known_on" in said.remedy


@pytest.mark.parametrize("until", [START, date(2024, 4, 1), AS_OF])
def test_a_day_that_leaves_nothing_to_learn_from_is_refused(tmp_path, until: date) -> None:
    *asked, _ = workspace(tmp_path, tables())
    with pytest.raises(UsageError, match="later half"), frames(*asked, until):
        pass


@pytest.mark.parametrize("name", list(COMPANIES))
def test_the_future_of_a_company_moves_no_feature_of_its_customers(tmp_path, name: str) -> None:
    """Of all that is dated after the cut, every second row is gone and the others are somebody else's."""
    company = COMPANIES[name](tmp_path, customers=400, seed=5)
    chosen, space = settings.load(company.settings), Workspace(tmp_path)
    asked = Asked(today=date(2025, 1, 1))
    cut = date(2024, 9, 30)
    with frames(chosen, space, asked, cut) as told:
        before = listed(told, "test")
        outcomes = told.engine.rows("select sum(later_spend) from test_frame")
    dated = {"day", "known_on", "time"}
    for path in sorted(tmp_path.glob("*.csv")):
        head, *rows = path.read_text(encoding="utf-8").splitlines()
        at = [place for place, column in enumerate(head.split(",")) if column in dated]
        who = next(place for place, column in enumerate(head.split(",")) if column in {"customer", "account"})
        if path.name == "truth.csv" or not at:
            continue
        later = [row.split(",") for row in rows if row.split(",")[at[0]][:10] > cut.isoformat()]
        kept = [row for row in rows if row.split(",")[at[0]][:10] <= cut.isoformat()]
        ids = [row[who] for row in later]
        moved = [
            [*row[:who], other, *row[who + 1 :]] for row, other in zip(later, reversed(ids), strict=True)
        ]
        assert later, path.name
        text = "\n".join([head, *(",".join(row) for row in moved[::2]), *kept])
        path.write_text(text + "\n", encoding="utf-8")
    with frames(chosen, space, asked, cut) as told:
        assert listed(told, "test") == before
        assert told.engine.rows("select sum(later_spend) from test_frame") != outcomes
