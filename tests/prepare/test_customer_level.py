"""A table of customers alone: what it gives, what it cannot, and what is accounted for."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from tests.prepare.orders import TODAY

from regulars.app import saved
from regulars.app.study import check, render, run
from regulars.app.work import Asked
from regulars.app.workspace import Workspace
from regulars.engine import open_parquet
from regulars.errors import NotReady, SettingsError, SourceUnreadable
from regulars.settings import Settings, parse

COLUMNS = {"customer": "id", "spend": "total", "orders": "times", "last_order": "last", "opt_out": "stop"}


def settings(columns: dict[str, str] | None = None, attributes: Any = None, **others: Any) -> Settings:
    customers = {"path": "customers.csv", "date_format": "%Y-%m-%d", "columns": columns or COLUMNS}
    customers |= {"attributes": attributes} if attributes else {}
    sources = {"customers": customers, **others.pop("sources", {})}
    return parse({"schema": "regulars/1", "currency": "EUR", "sources": sources, **others}, "tests")


def book(customers: int = 150) -> pd.DataFrame:
    """Customers whose spend, orders, logins and plan go together, and one who opted out."""
    rows = [
        {
            "id": f"c{n:03}", "total": f"{(n % 10 + 1) * 12.5:.2f}", "times": n % 10 + 1,
            "last": f"2024-0{1 + n % 6}-1{n % 9}", "stop": "no", "logins": (n % 3) * 20 + n % 5,
            "tickets": n % 4, "plan": "pro" if n % 3 else "free", "age": 20 + n % 60,
        }
        for n in range(customers)
    ]  # fmt: skip
    return pd.DataFrame([*rows, {**rows[0], "id": "gone", "stop": "yes", "total": "99999"}])


def laid(folder: Path, frame: pd.DataFrame) -> Workspace:
    frame.to_csv(folder / "customers.csv", index=False)
    return Workspace(folder)


ATTRIBUTES = {
    "logins": {"column": "logins", "role": "cause", "high": "Busy", "low": "Quiet"},
    "tickets": {"column": "tickets", "role": "cause"},
    "plan": "plan",
    "age": "age",
}


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    workspace = laid(tmp_path_factory.mktemp("alone"), book())
    return run(settings(attributes=ATTRIBUTES), workspace, Asked(today=TODAY)), workspace


def test_a_study_of_customers_alone_is_whole(study) -> None:
    ran, workspace = study
    assert [each.name for each in ran.study.segmentations] == ["rfm", "behaviour"]
    assert ran.study.manifest["as_of"] == "2024-06-18"
    assert [each["name"] for each in ran.study.manifest["inputs"]] == ["customers"]
    (source,) = ran.study.ledger.sources
    assert source.adds_up
    assert {s.reason: s.rows for s in source.set_aside} == {"opted_out": 1}
    assert ran.study.ledger.totals["customers"] == 150
    loaded = saved.load(ran.study.path)
    assert render(workspace, loaded).path.read_text("utf-8").count("<html") == 1


def test_features_are_the_tables_totals_and_attributes_and_the_rest_is_left_out_and_said(study) -> None:
    ran, _ = study
    names = [each.name for each in ran.study.features]
    assert names == ["recency_days", "orders", "spend", "average_order", "logins", "tickets", "plan", "age"]
    assert ran.study.left_out["weekend_share"] == "there are no orders, only a table of customers"
    (told,) = [each for each in ran.study.findings if each.where == "sources.customers"]
    assert "what needs single orders" in told.what
    features = open_parquet(ran.study.path / "features.parquet")
    first = features.filter("customer_id = 'c003'").fetchall()
    assert [float(value) if n in (3, 4) else value for n, value in enumerate(first[0])] == [
        "c003", (date(2024, 6, 18) - date(2024, 4, 13)).days, 4, 50.0, 12.5, 3, 3, "free", 23,
    ]  # fmt: skip


def test_clusters_rest_on_numbers_that_were_said_to_be_causes_and_on_no_protected_ones(study) -> None:
    ran, _ = study
    used = {each["feature"] for each in ran.study.segmentations[1].definition["rule"]["prepared"]}
    assert used <= {"logins", "tickets"}
    assert {each.name: each.protected for each in ran.study.features}["age"] == "it says a person's age"


def test_who_opted_out_is_in_no_file_of_the_run(study) -> None:
    ran, _ = study
    for path in ran.study.path.rglob("*.parquet"):
        assert "gone" not in {who for (who,) in open_parquet(path).project("customer_id").fetchall()}


def test_the_same_rows_in_another_order_give_the_same_customers(study, tmp_path) -> None:
    ran, _ = study
    again = run(settings(attributes=ATTRIBUTES), laid(tmp_path, book()[::-1]), Asked(today=TODAY))
    for name in ("features.parquet", "assignments/rfm.parquet", "assignments/behaviour.parquet"):
        assert (again.study.path / name).read_bytes() == (ran.study.path / name).read_bytes()


def test_a_table_without_spend_or_dates_has_words_a_profile_and_a_page(tmp_path) -> None:
    columns = {"customer": "id"}
    chosen = settings(columns, ATTRIBUTES, as_of="2024-06-30")
    ran = run(chosen, laid(tmp_path, book().drop(columns=["total", "times", "last"])), Asked(today=TODAY))
    assert [each.name for each in ran.study.segmentations] == ["behaviour"]
    (left_out,) = [each for each in ran.study.findings if each.where == "segmentations.rfm"]
    assert "this data has no recency_days and no orders" in left_out.what
    profile = ran.study.segmentations[0].profile
    assert [m.id for m in profile.metrics][:2] == ["customers", "customer_share"]
    assert {"orders", "recency_days", "revenue"}.isdisjoint(m.id for m in profile.metrics)
    (plan,) = [m for m in profile.metrics if m.id == "plan"]
    assert (plan.label, profile.overall.facts["plan"].value) == ("Plan: pro", round(100 / 151 * 100, 4))
    assert "Half of them" not in ran.dashboard.read_text("utf-8")


def test_a_customer_whose_last_order_is_later_than_the_study_was_not_known_like_that(tmp_path) -> None:
    chosen = settings(readiness={"override": True})
    found = check(chosen, laid(tmp_path, book()), Asked(today=TODAY, as_of=date(2024, 5, 31)))
    (source,) = found.cleaned.ledger.sources
    assert {s.reason: s.rows for s in source.set_aside} == {"after_as_of": 25, "opted_out": 1}


def test_a_table_of_several_days_is_studied_as_of_its_last(tmp_path) -> None:
    columns = {"customer": "id", "known_on": "day", "spend": "total", "orders": "times"}
    two = pd.concat([book().assign(day="2024-02-01", total="1"), book().assign(day="2024-05-01")])
    checked = check(settings(columns), laid(tmp_path, two), Asked(today=TODAY))
    (source,) = checked.cleaned.ledger.sources
    assert source.adds_up
    assert {s.reason: s.rows for s in source.set_aside} == {"superseded": 151}
    assert checked.cleaned.as_of == date(2024, 5, 1)
    assert checked.cleaned.ledger.totals["value"] == str(
        sum(map(Decimal, book()["total"])).quantize(Decimal("1.0000"))
    )
    assert not [each for each in checked.findings if each.where == "as_of"]


def test_a_table_that_tells_no_day_is_warned_of_until_as_of_is_set(tmp_path) -> None:
    bare = settings({"customer": "id", "spend": "total"})
    workspace = laid(tmp_path, book())
    (told,) = [f for f in check(bare, workspace, Asked(today=TODAY)).findings if f.where == "as_of"]
    assert told.severity == "warning"
    assert "tomorrow" in told.what
    dated = bare.model_copy(update={"as_of": TODAY})
    assert not [f for f in check(dated, workspace, Asked(today=TODAY)).findings if f.where == "as_of"]


def test_a_frame_takes_the_place_of_the_table(tmp_path) -> None:
    chosen = settings(readiness={"override": True})
    found = check(chosen, Workspace(tmp_path), Asked(today=TODAY, frame=book(30)))
    assert found.cleaned.ledger.totals["customers"] == 30


def test_events_are_those_of_customers_of_the_table(tmp_path) -> None:
    events = {"path": "events.csv", "date_format": "%Y-%m-%d",
              "columns": {"customer": "who", "time": "day", "kind": "what"}}  # fmt: skip
    (tmp_path / "events.csv").write_text("who,day,what\nc001,2024-06-01,login\nnobody,2024-06-01,login\n")
    chosen = settings(sources={"events": events}, readiness={"override": True})
    found = check(chosen, laid(tmp_path, book()), Asked(today=TODAY))
    of_events = found.cleaned.ledger.sources[1]
    assert {s.reason: s.rows for s in of_events.set_aside} == {"customer_not_studied": 1}


def test_too_few_customers_are_refused(tmp_path) -> None:
    with pytest.raises(NotReady, match="enough customers: found 30, needed at least 100"):
        run(settings(), laid(tmp_path, book(30)), Asked(today=TODAY))


def test_a_missing_table_names_its_setting(tmp_path) -> None:
    with pytest.raises(SourceUnreadable, match=r"customers file .*Set sources\.customers\.path"):
        check(settings(), Workspace(tmp_path), Asked(today=TODAY))


@pytest.mark.parametrize(
    ("sources", "told"),
    [
        ({}, "name orders, or customers with one row a customer"),
        ({"customers": {"columns": {"customer": "id"}}}, "nothing to make segments from"),
        (
            {
                "customers": {"columns": {"customer": "id", "spend": "x"}},
                "products": {"columns": {"product": "p", "brand": "b"}},
            },
            "there are no orders; leave products out",
        ),
        ({"customers": {"columns": {"customer": "id", "recency_days": "a", "last_order": "b"}}}, "keep one"),
    ],
)
def test_settings_that_cannot_be_a_study_are_refused(sources: dict[str, Any], told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        parse({"schema": "regulars/1", "sources": sources}, "tests")
