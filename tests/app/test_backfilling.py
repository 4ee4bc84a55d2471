"""A run for each past day: the same definitions, one reading, and never a look at what came after."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from tests.shops import RFM_ALONE, SETTINGS, TODAY, contents, opened, orders, studied

from regulars import settings
from regulars.app.backfilling import Begun, Filled, backfill
from regulars.app.work import Asked
from regulars.app.workspace import Workspace
from regulars.engine import open_parquet
from regulars.errors import UsageError

DAYS = (date(2024, 6, 30), date(2024, 7, 31), date(2024, 8, 31))
RUN_CONTENT = ("features.parquet", "assignments/", "facts/", "words/", "definitions/")
# Every table that a study can have, with features of each in segments.
EVERYTHING = (
    SETTINGS
    + """\
  products: {path: products.csv, columns: {product: sku, category: aisle}}
  customers:
    path: customers.csv
    columns: {customer: who}
    attributes: {region: {column: Region}}
  events: {path: events.csv, date_format: "%Y-%m-%d", columns: {customer: who, time: day, kind: kind}}
  campaigns: {path: campaigns.csv, date_format: "%Y-%m-%d",
              columns: {customer: who, campaign: mailing, start: day}}
  redemptions: {path: redemptions.csv, date_format: "%Y-%m-%d",
                columns: {customer: who, time: day, campaign: mailing}}
features:
  engagement: {window_days: 60, weights: {login: 1, ticket: -3}}
segmentations:
  rfm: {method: rfm}
  behaviour: {method: kmeans, k: 3}
  engaged:
    method: rules
    segments:
      - {name: Answers, when: redemption_rate > 0.4}
      - {name: Engaged, when: engagement_score > 2}
"""
)


def filled(workspace: Workspace, days: Sequence[date] = DAYS, **asked: object) -> list[Filled]:
    chosen = settings.load(workspace.settings)
    done = list(backfill(chosen, workspace, Asked(today=TODAY, **asked), days))
    assert isinstance(done[0], Begun)
    return [each for each in done if isinstance(each, Filled)]


def said_of_customers(run: Path) -> dict[str, bytes]:
    return {name: each for name, each in contents(run).items() if name.startswith(RUN_CONTENT)}


def test_each_day_is_the_run_that_would_be_made_of_it_alone(tmp_path: Path) -> None:
    together = filled(opened(tmp_path / "together"))
    apart = opened(tmp_path / "apart")
    for day in (DAYS[-1], *DAYS[:-1]):
        studied(apart, as_of=day)
    assert [each.as_of for each in together] == [DAYS[-1], *DAYS[:-1]], "the last is fitted on"
    assert contents(tmp_path / "together" / "runs") == contents(apart.runs)
    assert contents(tmp_path / "together" / "definitions") == contents(tmp_path / "apart" / "definitions")
    used = {str([each.study.manifest[what] for what in ("definitions", "value")]) for each in together}
    assert len(used) == 1, "one version for all"


def test_a_second_backfill_is_a_no_op_and_a_refit_makes_one_new_version_for_all_days(tmp_path: Path) -> None:
    workspace = opened(tmp_path, settings_text=RFM_ALONE)
    filled(workspace)
    before = contents(workspace.runs)
    again = filled(workspace)
    assert [each.as_of for each in again] == list(DAYS)
    assert all(each.already_there for each in again)
    assert contents(workspace.runs) == before
    (workspace.root / "orders.csv").write_text(orders(customers=260), encoding="utf-8")
    anew = filled(workspace, refit=True)
    assert [each.study.manifest["definitions"]["rfm"]["version"] for each in anew] == [2, 2, 2]
    assert contents(workspace.runs).items() > before.items(), "old runs stay as they are"


def test_whoever_stops_half_way_keeps_the_days_that_are_done(tmp_path: Path) -> None:
    workspace = opened(tmp_path, settings_text=RFM_ALONE)
    going = backfill(settings.load(workspace.settings), workspace, Asked(today=TODAY), DAYS)
    next(going)
    first = next(going)
    going.close()
    assert len(workspace.run_ids()) == 1
    rest = filled(workspace)
    assert [each.already_there for each in rest] == [False, False, True]
    assert isinstance(first, Filled)
    assert rest[-1].study == first.study


def everything(root: Path, day: date, *, is_known: bool) -> Workspace:
    """A shop with every table; where ``is_known``, with what happened after ``day`` in each that has days."""
    workspace = opened(root, settings_text=EVERYTHING)
    clients = [f"K{each:04d}" for each in range(200)]
    (root / "products.csv").write_text(
        "sku,aisle\n" + "".join(f"P{each:02d},A{each % 4}\n" for each in range(30)), encoding="utf-8"
    )
    (root / "customers.csv").write_text(
        "who,Region\n" + "".join(f"{who},{'NS'[at % 2]}\n" for at, who in enumerate(clients)),
        encoding="utf-8",
    )
    logins = [
        f"{who},2024-{1 + at % 12:02d}-10,{kind}"
        for at, who in enumerate(clients * 3)
        for kind in (("login", "login", "ticket") if at % 7 else ("ticket",))
    ]
    mailed = [f"{who},M{month},2024-{month:02d}-05" for who in clients for month in (2, 5, 8, 11)]
    used = [f"{who},M{month},2024-{month:02d}-19" for who in clients[::3] for month in (2, 5, 8, 11)]
    told = {
        "events": ("who,day,kind", logins, 1),
        "campaigns": ("who,mailing,day", mailed, 2),
        "redemptions": ("who,mailing,day", used, 2),
    }
    for name, (head, rows, at) in told.items():
        kept = [row for row in rows if is_known or row.split(",")[at] <= day.isoformat()]
        (root / f"{name}.csv").write_text("\n".join([head, *kept]) + "\n", encoding="utf-8")
    if not is_known:
        head, *rows = orders().splitlines()
        past = [row for row in rows if row.split(",")[2][:10] <= day.isoformat()]
        (root / "orders.csv").write_text("\n".join([head, *past]) + "\n", encoding="utf-8")
    return workspace


def test_nothing_that_happened_after_a_day_moves_anything_of_its_run(tmp_path: Path) -> None:
    day = date(2024, 7, 31)
    cut = everything(tmp_path / "cut", day, is_known=False)
    alone = studied(cut, as_of=day)
    known = everything(tmp_path / "known", day, is_known=True)
    orders_file = known.root / "orders.csv"
    # Future rows of all kinds, at the head of the file too: sales, returns of past orders, odd amounts.
    late = [
        "K0001,0001-900,2024-12-24 10:00:00,P01,5000,99.00",
        "K0002,0002-900,2024-12-24 10:00:00,P77,1,5.00",
        "NEW1,9999-900,2024-11-24 10:00:00,P03,3,5.00",
        "K0003,0003-900,2024-12-24 10:00:00,POST,1,-5.00",
    ]
    head, *rows = orders_file.read_text("utf-8").splitlines()
    past_order = next(row for row in rows if row.split(",")[2] < "2024-03").split(",")
    late.append(",".join([*past_order[:2], "2024-10-01 12:00:00", past_order[3], "-7", past_order[5]]))
    orders_file.write_text("\n".join([head, *late, *rows, *late]) + "\n", encoding="utf-8")
    for pinned in ("definitions", "value"):
        shutil.copytree(cut.root / pinned, known.root / pinned)
    (run,) = filled(known, [day])
    assert run.study is not None
    assert run.study.run_id != alone.study.run_id, "the sources are others"
    assert said_of_customers(run.study.path) == said_of_customers(alone.study.path)
    assert {"engaged", "behaviour", "rfm"} == {each.name for each in run.study.segmentations}
    measured = {each.name for each in run.study.features}
    assert {"engagement_score", "redemption_rate", "category_entropy", "region"} <= measured


def test_sources_that_grew_are_run_anew_and_told_to_say_the_same_of_the_past(tmp_path: Path) -> None:
    workspace = opened(tmp_path, settings_text=RFM_ALONE, last=250)
    before = {each.as_of: each.study for each in filled(workspace)}
    (workspace.root / "orders.csv").write_text(orders(), encoding="utf-8")
    for each in filled(workspace):
        assert not each.already_there
        assert each.earlier == before[each.as_of].run_id
        assert each.is_as_before
    kept = [row for row in orders().splitlines() if not row.startswith("K0000")]
    (workspace.root / "orders.csv").write_text("\n".join(kept) + "\n", encoding="utf-8")
    assert not any(each.is_as_before for each in filled(workspace))


def test_who_opts_out_later_is_left_out_of_the_past_too(tmp_path: Path) -> None:
    asks = RFM_ALONE.replace("customer: client", "customer: client, opt_out: out")
    workspace = opened(tmp_path, settings_text=asks)
    head, *rows = orders().splitlines()
    rows = [f"{row},no" for row in rows] + ["K0001,0001-999,2024-12-24 10:00:00,P01,1,9.00,yes"]
    (workspace.root / "orders.csv").write_text("\n".join([f"{head},out", *rows]) + "\n", encoding="utf-8")
    (run,) = filled(workspace, DAYS[:1])
    assert run.study is not None
    features = open_parquet(run.study.path / "features.parquet")
    customers = {who for (who,) in features.project("customer_id").fetchall()}
    assert "K0001" not in customers
    assert "K0002" in customers


def test_a_day_that_the_data_cannot_carry_is_told_and_the_others_are_made(tmp_path: Path) -> None:
    shop = opened(tmp_path, settings_text=RFM_ALONE)
    early, late = filled(shop, [date(2023, 12, 31), DAYS[0]])[::-1]
    assert early.study is None
    assert early.refused is not None
    assert "no customer with a sale" in early.refused.found
    assert late.study is not None


def test_days_to_come_and_tables_of_customers_alone_have_no_past(tmp_path: Path) -> None:
    workspace = opened(tmp_path)
    with pytest.raises(UsageError, match="after today"):
        filled(workspace, [date(2025, 6, 30)])
    workspace.settings.write_text(
        "schema: regulars/1\nsources: {customers: {path: c.csv, columns: {customer: who, spend: sum}}}\n",
        encoding="utf-8",
    )
    with pytest.raises(UsageError, match="one row each"):
        filled(workspace)


def test_what_bears_no_date_and_a_day_past_the_last_order_are_told(tmp_path: Path) -> None:
    workspace = everything(tmp_path, DAYS[0], is_known=True)
    begun = next(
        iter(backfill(settings.load(workspace.settings), workspace, Asked(today=TODAY), [date(2024, 12, 31)]))
    )
    assert isinstance(begun, Begun)
    told = " ".join(finding.what for finding in begun.findings)
    assert "customers and products say bears no date" in told
    assert "more absent than the data can tell" in told
