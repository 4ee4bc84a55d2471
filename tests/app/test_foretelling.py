"""What a run foretells: the value model is fitted once, pinned, and reused, and its figures are features."""

import json
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from tests import cdnow
from tests.shops import COLUMNS, RFM_ALONE, SETTINGS, TODAY, opened, orders

import regulars as rg
from regulars import settings as chosen_settings
from regulars.app.study import Ran, run
from regulars.app.work import Asked
from regulars.app.workspace import Workspace
from regulars.errors import RunDamaged

VALUE_RULES = """\
segmentations:
  rfm: {method: rfm}
  worth:
    method: rules
    segments:
      - {name: Coming back, when: "expected_purchases >= 6"}
"""
PURCHASES = {"p_alive", "expected_purchases"}
MONEY = {"order_value", "predicted_value", "discounted_value"}


def ran(workspace: Workspace, *, refit: bool = False, **how: int) -> Ran:
    settings = chosen_settings.load(workspace.settings)
    return run(settings, workspace, Asked(today=TODAY, refit=refit, **how))


def expected(made: Ran) -> float:
    select = f"select sum(expected_purchases) from '{made.study.path}/features.parquet'"
    return duckdb.sql(select).fetchall()[0][0]


def features(made: Ran) -> set[str]:
    return {feature.name for feature in made.study.features}


def with_value(choices: str) -> str:
    return f"{RFM_ALONE}value: {choices}\n"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, Ran]:
    workspace = opened(tmp_path_factory.mktemp("shop"), settings_text=RFM_ALONE)
    return workspace, ran(workspace)


def test_a_run_pins_the_value_model_and_foretells_every_customer(shop):
    workspace, made = shop
    value = made.study.value
    assert value["model"] == "mbgnbd"
    assert value["customers"] == made.study.ledger.totals["customers"]
    assert value["validation"]["customers"] > 0
    assert json.loads((workspace.values / "v1.json").read_text()) == value
    assert made.study.manifest["value"] == {"version": 1, "digest": value["digest"]}
    assert "expected_purchases" in features(made)
    ((count, known),) = duckdb.sql(
        f"select count(*), count(expected_purchases) from '{made.study.path}/features.parquet'"
    ).fetchall()
    assert count == known == value["customers"]


def test_python_reads_the_value_model_of_a_saved_run(shop):
    workspace, made = shop
    assert rg.load(workspace=workspace.root).value == made.study.value


def test_running_again_fits_nothing_and_is_the_same_run(shop):
    workspace, first = shop
    stages: list[str] = []
    settings = chosen_settings.load(workspace.settings)
    again = run(settings, workspace, Asked(today=TODAY, stage=stages.append))
    assert again.already_there
    assert again.study.run_id == first.study.run_id
    assert not [stage for stage in stages if "Fitting" in stage or "Cleaning" in stage]


def test_a_later_day_is_foretold_by_the_pinned_model(tmp_path):
    workspace = opened(tmp_path, settings_text=RFM_ALONE, last=250)
    first = ran(workspace)
    (tmp_path / "orders.csv").write_text(orders(), encoding="utf-8")
    later = ran(workspace)
    assert later.study.manifest["as_of"] > first.study.manifest["as_of"]
    assert later.study.value == first.study.value
    refitted = ran(workspace, refit=True)
    assert refitted.study.value["version"] == 2
    assert refitted.study.value["parameters"] != first.study.value["parameters"]


def test_shuffled_rows_and_other_threads_pin_the_same_model_to_the_byte(tmp_path):
    plain = opened(tmp_path / "plain", settings_text=RFM_ALONE)
    shuffled = opened(tmp_path / "shuffled", settings_text=RFM_ALONE)
    rows = orders().splitlines()
    turned = "\n".join([COLUMNS, *reversed(rows[1:])]) + "\n"
    (tmp_path / "shuffled" / "orders.csv").write_text(turned, encoding="utf-8")
    ran(plain, threads=2)
    ran(shuffled, threads=1)
    pinned = [(tmp_path / each / "value" / "v1.json").read_bytes() for each in ("plain", "shuffled")]
    assert pinned[0] == pinned[1]


def test_looking_further_ahead_keeps_the_fit_under_a_new_version(tmp_path):
    workspace = opened(tmp_path, settings_text=with_value("{horizon_days: 365}"))
    year = ran(workspace)
    workspace.settings.write_text(with_value("{horizon_days: 730}"), encoding="utf-8")
    two_years = ran(workspace)
    assert two_years.study.value["version"] == 2
    assert two_years.study.value["parameters"] == year.study.value["parameters"]
    assert two_years.study.manifest["definitions"] == year.study.manifest["definitions"]
    totals = [expected(each) for each in (year, two_years)]
    assert totals[0] < totals[1] < 2 * totals[0]


def test_a_segmentation_on_value_is_fitted_anew_when_the_model_is(tmp_path):
    workspace = opened(tmp_path, settings_text=SETTINGS + VALUE_RULES)
    first = ran(workspace)
    changed = SETTINGS + VALUE_RULES + "value: {model: pareto_nbd}\n"
    workspace.settings.write_text(changed, encoding="utf-8")
    second = ran(workspace)
    before, after = (each.study.manifest["definitions"] for each in (first, second))
    assert after["rfm"] == before["rfm"]
    assert after["worth"]["digest"] != before["worth"]["digest"]


@pytest.mark.parametrize(
    ("choices", "reason"),
    [("{model: none}", "value.model is none"), ("{model: mbgnbd}", "came back on another day")],
)
def test_what_cannot_be_foretold_is_left_out_with_the_reason(tmp_path, choices, reason):
    text = with_value(choices)
    workspace = opened(tmp_path, settings_text=text)
    if "mbgnbd" in choices:
        workspace = few_come_back(tmp_path, text)
    made = ran(workspace)
    assert made.study.value is None
    assert not features(made) & (PURCHASES | MONEY)
    assert all(reason in made.study.left_out[name] for name in PURCHASES | MONEY)
    assert ran(workspace).already_there


def few_come_back(folder: Path, text: str) -> Workspace:
    """Two hundred customers, of whom twenty-five ordered on a second day."""
    rows = [f"K{n:04d},A{n:04d},2024-01-{1 + n % 28:02d} 10:00:00,P01,1,10.00" for n in range(200)]
    rows += [f"K{n:04d},B{n:04d},2024-04-{1 + n % 28:02d} 10:00:00,P01,1,10.00" for n in range(25)]
    (folder / "orders.csv").write_text("\n".join([COLUMNS, *rows]) + "\n", encoding="utf-8")
    (folder / "regulars.yaml").write_text(text, encoding="utf-8")
    return Workspace(folder)


def test_a_pinned_value_model_that_was_changed_is_refused(tmp_path):
    workspace = opened(tmp_path, settings_text=RFM_ALONE)
    ran(workspace)
    path = tmp_path / "value" / "v1.json"
    saved = json.loads(path.read_text())
    saved["parameters"]["r"] *= 2
    path.write_text(json.dumps(saved), encoding="utf-8")
    with pytest.raises(RunDamaged, match="value model"):
        ran(workspace)


def test_a_value_model_that_was_read_back_is_the_same(shop):
    workspace, _ = shop
    value = workspace.pinned_value()
    assert value is not None
    assert replace(value).digest == value.digest
    assert type(value).from_json(value.signed()) == value


def test_orders_that_tell_no_spend_model_foretell_purchases_alone(shop):
    _, made = shop
    assert made.study.value["spend"] is None
    assert not features(made) & MONEY
    assert all("no amounts to foretell" in made.study.left_out[name] for name in MONEY)


def test_where_nobody_is_seen_to_leave_no_chance_to_have_left_is_told(shop):
    _, made = shop
    errors = made.study.value["standard_errors"]
    assert errors["a"] is None or errors["a"] > made.study.value["parameters"]["a"]
    assert "p_alive" not in features(made)
    assert "these customers do not tell who leaves" in made.study.left_out["p_alive"]


def test_what_is_foretold_of_all_adds_up_to_what_the_models_expect(tmp_path):
    (tmp_path / "regulars.yaml").write_text(
        cdnow.settings("segmentations: {rfm: {method: rfm}}"), encoding="utf-8"
    )
    made = ran(Workspace(tmp_path))
    value = made.study.value
    assert value["spend"]["customers"] < value["customers"] == 2357
    found = duckdb.sql(
        "select count(*), sum(case when p_alive between 0 and 1 then 1 end), "
        "sum(case when abs(predicted_value - expected_purchases * order_value) > 0.011 + "
        "0.000001 * order_value + 0.01 * expected_purchases then 1 else 0 end), "
        "sum(case when discounted_value > predicted_value then 1 else 0 end), "
        f"sum(predicted_value) from '{made.study.path}/features.parquet'"
    ).fetchall()
    ((customers, likely, off, above, total),) = found
    assert (customers, likely, off, above) == (2357, 2357, 0, 0)
    assert total > 0
    facts = made.study.segmentations[0].profile.overall.facts
    assert float(facts["predicted_value"].value) == pytest.approx(float(total))
