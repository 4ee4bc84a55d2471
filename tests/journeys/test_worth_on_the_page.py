"""From orders to what customers will be worth: facts, words and page of a run say it, and how sure it is."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from tests.shops import studied

from regulars.app.study import Ran
from regulars.app.workspace import Workspace
from regulars.types import Profile, plain

SAMPLE = Path(__file__).parents[1] / "value" / "data" / "cdnow_sample.parquet"
SETTINGS = """\
schema: regulars/1
name: CDNOW
currency: USD
sources:
  orders:
    path: {path}
    columns: {{customer: sample_id, time: date, quantity: quantity, amount: amount}}
segmentations: {{rfm: {{method: rfm}}}}
value: {{horizon_days: 90}}
as_of: {day}
"""


def ran(folder: Path, day: str) -> Ran:
    (folder / "regulars.yaml").write_text(SETTINGS.format(path=SAMPLE, day=day), encoding="utf-8")
    return studied(Workspace(folder))


@pytest.fixture(scope="module")
def won(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """All 18 months: the model beats the simple rules on spend."""
    return ran(tmp_path_factory.mktemp("cdnow"), "1998-06-30")


def profile(of: Ran) -> Profile:
    return of.study.segmentations[0].profile


def test_what_segments_are_expected_to_bring_adds_up_to_what_customers_are(won: Ran) -> None:
    ((total,),) = duckdb.sql(
        f"select sum(predicted_value) from '{won.study.path / 'features.parquet'}'"
    ).fetchall()
    made = profile(won)
    whole = made.fact("overall.predicted_value")
    assert whole.label == "Predicted value, next 90 days"
    assert whole.value == pytest.approx(float(Decimal(total)), abs=0.01)
    parts = [s.facts["predicted_value"].value for s in made.segments]
    assert None not in parts
    assert sum(parts) == pytest.approx(whole.value, abs=0.01)
    assert made.fact("overall.expected_purchases_per_customer.horizon").value == 90


def test_a_model_that_beats_the_rules_is_told_without_a_doubt(won: Ran) -> None:
    words = won.study.segmentations[0].narrative
    lede = " ".join(plain(each) for each in words.lede)
    assert "of what today's customers bring in the next 90 days" in lede
    assert "Tried on days" not in lede
    page = won.dashboard.read_text(encoding="utf-8")
    assert "On days that it had not seen, its error in spend was" in page
    assert "Tracking chart" in page


def test_a_model_that_a_rule_does_as_well_as_is_never_told_without_that(tmp_path: Path) -> None:
    """Of the first nine months the last quarter is foretold as well by what came in as many days before."""
    lost = ran(tmp_path, "1997-09-30")
    errors = lost.study.value["validation"]["errors"]
    assert not all(each["beats"] for each in errors if each["what"] == "spend")
    said = "Tried on days that it had not seen, the value model foretold spend"
    told = 0
    for segment in lost.study.segmentations[0].narrative.segments:
        if any("by the value model" in plain(each).lower() for each in segment.paragraph):
            assert any(plain(each).startswith(said) for each in segment.caveats), segment.name
            told += 1
    assert told > 5
    page = lost.dashboard.read_text(encoding="utf-8")
    section = re.search(r"<section [^>]*id=worth\b.*?<div class=grid>", page, re.DOTALL)
    assert section is not None
    assert said in section[0]
