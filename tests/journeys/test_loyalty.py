"""Loyalty and spend from order lines: private against national brands, and a shop without any brand."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from tests.shops import SETTINGS, opened, studied

from regulars.app.workspace import Workspace
from regulars.errors import NotReady
from regulars.segment.definition import Definition

JOURNEY = """\
schema: regulars/1
name: Complete Journey
currency: USD
timezone: America/New_York
sources:
  orders:
    path: {orders}
    stamps: utc
    columns: {{customer: household_id, order: basket_id, time: transaction_timestamp, quantity: quantity,
               amount: sales_value, product: product_id}}
  products:
    path: {products}
    columns: {{product: product_id, category: product_category, brand: brand}}
features: {{own_brands: [Private]}}
segmentations: {{loyalty: {{method: loyalty_monetary}}}}
"""


def test_households_of_complete_journey_fall_in_four_by_their_share_of_private_brands(tmp_path, shared_data):
    orders = shared_data("completejourney/transactions.parquet")
    products = shared_data("completejourney/products.parquet")
    (tmp_path / "regulars.yaml").write_text(JOURNEY.format(orders=orders, products=products))
    study = studied(Workspace(tmp_path)).study
    (made,) = study.segmentations
    sizes = {each.name: each.facts["customers"].value for each in made.profile.segments}
    assert sizes == {"Loyalists": 662, "Devotees": 572, "Switchers": 572, "Light users": 663}
    definition = Definition.from_json(made.definition)
    features, placed = (study.path / each for each in ("features.parquet", "assignments/loyalty.parquet"))
    rows = duckdb.sql(
        "select segment_id, own_brand_share, category_spend "
        f"from '{features}' join '{placed}' using (customer_id)"
    ).fetchall()
    assert len(rows) == 2469
    for segment, share, spend in rows:
        scored = definition.score({"own_brand_share": share, "category_spend": spend})
        assert scored.segment_id == segment, (share, spend)
    # By hand: as many above each median as at or below it, of an odd number.
    shares, spends = (sorted(row[place] for row in rows) for place in (1, 2))
    assert [float(cut["cut"]) for cut in definition.choice["axes"].values()] == [
        shares[1234], float(spends[1234]),
    ]  # fmt: skip


def test_a_shop_without_brands_is_refused_with_the_reason_and_what_stands_in(tmp_path: Path) -> None:
    alone = SETTINGS + "segmentations: {loyalty: {method: loyalty_monetary}}\n"
    with pytest.raises(NotReady) as refused:
        studied(opened(tmp_path, settings_text=alone))
    assert refused.value.found.startswith("own_brand_share is not measured here: it needs lines with brands")
    assert "proxy: regularity" in refused.value.remedy
    proxy = alone.replace("loyalty_monetary}", "loyalty_monetary, proxy: regularity}")
    study = studied(opened(tmp_path, settings_text=proxy)).study
    assert [each.name for each in study.segmentations[0].profile.segments] == [
        "Regular high spenders", "Regular low spenders",
            "Irregular or unproven high spenders", "Irregular or unproven low spenders",
    ]  # fmt: skip
    assert any(each.where == "loyalty.proxy" for each in study.findings)
