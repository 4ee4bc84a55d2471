"""Features of the user's own, from the settings to the segments, to the warehouse and to the next run."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest
from tests.shops import SETTINGS, TODAY, opened, studied

from regulars import settings as chosen
from regulars.app.script import script
from regulars.app.workspace import Workspace
from regulars.engine import Engine
from regulars.errors import SettingsError
from regulars.prepare.clean import clean, day_of_study, repeats_are_set_aside
from regulars.prepare.reading.read import read

BASKETS = """\
segmentations:
  baskets:
    method: rules
    segments: [{name: Big, when: basket_value > 150}]
"""
RULES = (
    BASKETS
    + """\
  rfm: {method: rfm}
  behaviour: {method: kmeans}
"""
)
DERIVED = """\
features:
  derived:
    basket_value: {formula: "spend / orders", unit: currency, label: Basket value}
"""
NAMES = ("rfm", "baskets", "behaviour")


def versions(workspace: Workspace) -> list[int]:
    return [definition.version for name in NAMES if (definition := workspace.pinned(name))]


def with_settings(workspace: Workspace, text: str) -> Workspace:
    workspace.settings.write_text(text, encoding="utf-8")
    return workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return opened(tmp_path, settings_text=SETTINGS + BASKETS + DERIVED)


def test_a_definition_is_fitted_anew_only_where_its_own_features_are_made_otherwise(tmp_path: Path) -> None:
    workspace = opened(tmp_path, settings_text=SETTINGS + RULES + DERIVED)
    studied(workspace)
    assert versions(workspace) == [1, 1, 1]
    another = DERIVED + '    unused: {formula: "orders / tenure_days"}\n'
    assert studied(with_settings(workspace, SETTINGS + RULES + another)).study
    assert versions(workspace) == [1, 1, 1], "an outcome that nobody uses"
    behaviour = DERIVED + '    restless: {formula: "gap_variation * gap_days"}\n'
    studied(with_settings(workspace, SETTINGS + RULES + behaviour))
    assert versions(workspace) == [1, 1, 2], "kmeans takes each cause that there is"
    mended = behaviour.replace("spend / orders", "spend / max(orders, 2)")
    studied(with_settings(workspace, SETTINGS + RULES + mended))
    assert versions(workspace) == [1, 2, 2]
    ground = workspace.pinned("baskets").ground
    assert ground["features.basket_value"] == "spend / max(orders, 2)"
    assert "features.restless" not in ground


def test_the_warehouse_makes_the_derived_feature_too(workspace, tmp_path) -> None:
    ran = studied(workspace)
    settings = chosen.load(workspace.settings)
    definition = workspace.pinned("baskets")
    text = script(definition, settings, "duckdb", date.fromisoformat(definition.fitted["as_of"]))
    with Engine() as engine:
        source = read(
            settings.sources.orders, workspace.root, engine, mark_repeats=repeats_are_set_aside(settings),
            blank_opt_out=settings.cleaning.blank_opt_out, timezone=settings.timezone,
        )  # fmt: skip
        clean(engine, source, settings, day_of_study(engine, None, TODAY), TODAY)
        for table in ("orders", "order_lines"):
            engine.write_parquet(f"select * from {table}", tmp_path / f"{table}.parquet")
    with duckdb.connect() as warehouse:
        for table in ("orders", "order_lines"):
            warehouse.execute(f"create table {table} as from '{tmp_path / table}.parquet'")
        warehouse.execute(text)
        found = warehouse.execute(
            "select customer_id, segment_id from segment_baskets_assignments order by all"
        )
        path = ran.study.path / "assignments" / "baskets.parquet"
        wanted = duckdb.execute(f"select customer_id, segment_id from '{path}' order by all")
        assert found.fetchall() == wanted.fetchall()


ENGAGED = """\
  events: {path: events.csv, date_format: "%Y-%m-%d", columns: {customer: who, time: day, kind: kind}}
features:
  engagement: {window_days: 60, weights: {login: 1, ticket: -3}}
segmentations:
  engaged:
    method: rules
    segments: [{name: Engaged, when: engagement_score > 4}, {name: Troubled, when: engagement_score < 0}]
"""


def test_engagement_goes_from_a_table_of_events_to_segments_and_to_the_warehouse(tmp_path: Path) -> None:
    workspace = opened(tmp_path / "shop", settings_text=SETTINGS + ENGAGED)
    rows = [
        f"K{n:04d},2024-{month:02d}-15,{'ticket' if n % 7 == 0 else 'login'}"
        for n in range(200)
        for month in range(8, 11)
        for _ in range(n % 6)
    ]
    (workspace.root / "events.csv").write_text("\n".join(["who,day,kind", *rows]) + "\n", encoding="utf-8")
    ran = studied(workspace, debug=True)
    path = ran.study.path / "assignments" / "engaged.parquet"
    wanted = duckdb.execute(f"select customer_id, segment_name from '{path}' order by all").fetchall()
    assert {name for _, name in wanted} == {"Engaged", "Troubled", "Everyone else"}
    definition = workspace.pinned("engaged")
    assert definition.ground["features.engagement_score"] == "login × 1, ticket × -3, last 60 days"
    day = date.fromisoformat(definition.fitted["as_of"])
    text = script(definition, chosen.load(workspace.settings), "duckdb", day)
    assert "--   events: one row an event" in text
    with duckdb.connect(workspace.debug) as kept:
        kept.execute(text)
        found = kept.execute("select customer_id, segment_name from segment_engaged_assignments order by all")
        assert found.fetchall() == wanted


def test_a_script_is_not_written_over_a_feature_that_is_made_otherwise_by_now(workspace) -> None:
    studied(workspace)
    definition = workspace.pinned("baskets")
    for changed, told in (
        (DERIVED.replace("orders", "max(orders, 2)"), "stands on spend / orders"),
        ("", "neither the orders nor the settings make it"),
    ):
        settings = chosen.load(with_settings(workspace, SETTINGS + BASKETS + changed).settings)
        with pytest.raises(SettingsError, match=told):
            script(definition, settings, "duckdb", TODAY)


def test_a_formula_that_cannot_be_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    text = SETTINGS + DERIVED.replace("orders", "ordrs")
    workspace = opened(tmp_path, settings_text=text)
    (tmp_path / "orders.csv").unlink()
    with pytest.raises(SettingsError, match="there is no feature 'ordrs'. Did you mean 'orders'"):
        studied(workspace)
