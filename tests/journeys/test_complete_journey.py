"""A grocer's households (Complete Journey), one in eight: brands, discounts and campaigns, counted anew."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import pytest

from regulars import settings as chosen
from regulars.app.study import run
from regulars.app.work import Asked
from regulars.app.workspace import Workspace

SETTINGS = """\
schema: regulars/1
name: Complete Journey
currency: USD
timezone: America/New_York
sources:
  orders:
    path: transactions.parquet
    stamps: utc
    columns: {{customer: household_id, order: basket_id, time: transaction_timestamp, product: product_id,
      quantity: quantity, amount: sales_value, discount: retail_disc}}
  products:
    path: {folder}/products.parquet
    columns: {{product: product_id, category: department, brand: brand}}
  campaigns:
    path: campaigns.parquet
    columns: {{customer: household_id, campaign: campaign_id, start: start_date, end: end_date}}
  redemptions:
    path: redemptions.parquet
    columns: {{customer: household_id, time: redemption_date, campaign: campaign_id}}
features:
  own_brands: [Private]
  category_shares: [DRUG GM]
segmentations: {{rfm: {{method: rfm}}}}
"""
EIGHTH = "where household_id % 8 = 0"


@pytest.fixture(scope="module")
def raw(shared_data: Callable[[str], Path]) -> Path:
    return shared_data("completejourney")


@pytest.fixture(scope="module")
def features(raw: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The features of one household in eight, as the study's file."""
    workspace = Workspace(tmp_path_factory.mktemp("grocer"))
    for name, select in {
        "transactions": f"from '{raw}/transactions.parquet' {EIGHTH}",
        "campaigns": f"from '{raw}/campaigns.parquet' join '{raw}/campaign_descriptions.parquet' "
        f"using (campaign_id) {EIGHTH}",
        "redemptions": f"from '{raw}/coupon_redemptions.parquet' {EIGHTH}",
    }.items():
        duckdb.sql(f"copy ({select}) to '{workspace.root / name}.parquet' (format parquet)")
    workspace.settings.write_text(SETTINGS.format(folder=raw), encoding="utf-8")
    ran = run(chosen.load(workspace.settings), workspace, Asked(today=date(2025, 6, 1)))
    return f"'{ran.study.path / 'features.parquet'}'"


def one(select: str) -> tuple[object, ...]:
    (row,) = duckdb.sql(select).fetchall()
    return tuple(round(each, 6) if isinstance(each, float) else each for each in row)


def test_own_brands_have_the_share_of_sales_that_the_raw_lines_give_them(features: str, raw: Path) -> None:
    lines = f"'{raw}/transactions.parquet' join '{raw}/products.parquet' using (product_id) {EIGHTH}"
    ours = one(
        f"select sum(own_brand_share * known) / sum(known) from {features} "
        "join (select cast(household_id as varchar) as customer_id, sum(sales_value) as known "
        f"from {lines} group by all) using (customer_id)"
    )
    theirs = one(
        f"select sum(case when brand = 'Private' then sales_value else 0 end) / sum(sales_value) from {lines}"
    )
    assert ours == pytest.approx(theirs, abs=1e-6)
    assert 0.2 < theirs[0] < 0.4


def test_every_redemption_and_every_campaign_is_some_households(features: str, raw: Path) -> None:
    ours = one(
        "select sum(offers_redeemed), sum(case when offers_redeemed > 0 then 1 else 0 end), "
        f"sum(campaigns_received), count(redemption_rate) from {features}"
    )
    redeemed, sent = (
        one(f"select count(*), count(distinct household_id) from '{raw}/{table}.parquet' {EIGHTH}")
        for table in ("coupon_redemptions", "campaigns")
    )
    assert ours == (*redeemed, *sent)
    assert redeemed[0] > 100


def test_what_came_off_and_what_drugs_make_up_are_as_in_the_raw_lines(features: str, raw: Path) -> None:
    """Of one household at a time: the mean over households is the figure that a profile shows."""
    lines = f"'{raw}/transactions.parquet' left join '{raw}/products.parquet' using (product_id) {EIGHTH}"
    theirs = one(
        "select avg(off), avg(drugs) from (select sum(retail_disc) / sum(sales_value + retail_disc) as off, "
        "avg(case when department = 'DRUG GM' then 1.0 when department is not null then 0.0 end) as drugs "
        f"from {lines} and sales_value > 0 group by household_id)"
    )
    ours = one(f"select avg(discount_share), avg(share_of_drug_gm) from {features}")
    assert ours == pytest.approx(theirs, abs=1e-5)
    assert 0.1 < theirs[0] < 0.2
