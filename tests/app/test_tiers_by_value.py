"""Tiers of a run by what its value model foretells: CDNOW's customers, ranked by what they will bring."""

from itertools import accumulate, pairwise
from math import ceil

import duckdb
from tests import cdnow
from tests.shops import TODAY

from regulars import settings as chosen_settings
from regulars.app.study import run
from regulars.app.work import Asked
from regulars.app.workspace import Workspace


def test_customers_are_in_the_tier_of_what_they_are_predicted_to_bring(tmp_path):
    (tmp_path / "regulars.yaml").write_text(
        cdnow.settings("segmentations: {tiers: {method: tiers}}"), encoding="utf-8"
    )
    workspace = Workspace(tmp_path)
    made = run(chosen_settings.load(workspace.settings), workspace, Asked(today=TODAY)).study
    (segmentation,) = made.segmentations
    assert segmentation.definition["rule"]["rules"][0]["when"]["feature"] == "predicted_value"
    rows = duckdb.sql(
        "select segment_id, count(*), min(predicted_value), max(predicted_value) from "
        f"'{made.path}/assignments/tiers.parquet' join '{made.path}/features.parquet' using (customer_id) "
        "group by segment_id order by min(predicted_value) desc"
    ).fetchall()
    assert [row[0] for row in rows] == ["platinum", "gold", "silver", "bronze"]
    assert all(better[2] > worse[3] for better, worse in pairwise(rows))
    # Ties at a cut are in the better tier; nearly everybody's value is their own.
    reached = list(accumulate(row[1] for row in rows))
    assert reached[-1] == 2357
    for share, customers in zip((0.05, 0.2, 0.5), reached, strict=False):
        assert 0 <= customers - ceil(share * 2357) <= 60
