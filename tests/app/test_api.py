"""The Python interface: a study from a frame, read back, shown in a notebook."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

import regulars as rg
from regulars.errors import NotReady, RunDamaged, SettingsError, UsageError

TODAY = date(2026, 1, 1)


def _orders(customers: int = 150) -> pd.DataFrame:
    """Customer i orders 1 + i % 4 times, a fortnight apart, for i + 1 pounds each."""
    rows = [
        {"who": f"c{i:03}", "when": date(2025, 1, 1) + timedelta(days=14 * n + i % 7), "paid": float(i + 1)}
        for i in range(customers)
        for n in range(1 + i % 4)
    ]
    return pd.DataFrame(rows)


def _settings(**changed: Any) -> dict[str, Any]:
    return {
        "schema": "regulars/1",
        "name": "Frames",
        "sources": {"orders": {"columns": {"customer": "who", "time": "when", "amount": "paid"}}},
        "segmentations": {"rfm": {"method": "rfm"}},
        **changed,
    }


def test_a_frame_becomes_a_study_that_is_read_back_as_it_was(tmp_path: Path) -> None:
    made = rg.run(_settings(), orders=_orders(), workspace=tmp_path, today=TODAY)
    again = rg.load(workspace=tmp_path)
    assert not made.already_there
    assert again.study == made.study
    assert made.dashboard.read_text("utf-8").startswith("<!doctype html>")
    assert made.ledger.totals["customers"] == 150
    assert made.ledger.sources[0].rows_in == len(_orders())


def test_a_relation_of_another_connection_is_a_frame_too(tmp_path: Path) -> None:
    book = _orders()
    relation = duckdb.connect().from_df(book)
    made = rg.run(_settings(), orders=relation, workspace=tmp_path, today=TODAY)
    assert made.ledger.sources[0].rows_kept == len(book)


def test_every_customer_of_the_frame_is_assigned_once(tmp_path: Path) -> None:
    made = rg.run(_settings(), orders=_orders(), workspace=tmp_path, today=TODAY)
    assigned = made.assignments("rfm").df()
    assert sorted(assigned["customer_id"]) == [f"c{i:03}" for i in range(150)]
    assert set(made.features().df()["customer_id"]) == set(assigned["customer_id"])


def test_the_same_frame_again_is_a_no_op(tmp_path: Path) -> None:
    first = rg.run(_settings(), orders=_orders(), workspace=tmp_path, today=TODAY)
    second = rg.run(_settings(), orders=_orders(), workspace=tmp_path, today=date(2027, 5, 5))
    assert second.already_there
    assert second.run_id == first.run_id


def test_a_study_shows_itself_in_a_notebook_with_its_segments(tmp_path: Path) -> None:
    made = rg.run(_settings(), orders=_orders(), workspace=tmp_path, today=TODAY)
    shown = made._repr_html_()
    assert "Champions" in shown
    assert "<script" not in shown


def test_a_segmentation_that_is_not_there_is_named_with_the_near_one(tmp_path: Path) -> None:
    made = rg.run(_settings(), orders=_orders(), workspace=tmp_path, today=TODAY)
    with pytest.raises(UsageError, match=r"Did you mean 'rfm'\?"):
        made.profile("rmf")


def test_too_few_customers_are_refused_with_the_figure_unless_overridden(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match="found 20, needed at least 100"):
        rg.run(_settings(), orders=_orders(20), workspace=tmp_path, today=TODAY)
    made = rg.run(
        _settings(readiness={"override": True}), orders=_orders(20), workspace=tmp_path, today=TODAY
    )
    assert any(finding.where == "readiness.enough_customers" for finding in made.findings)


def test_an_altered_run_is_refused_before_any_figure_is_shown(tmp_path: Path) -> None:
    made = rg.run(_settings(), orders=_orders(), workspace=tmp_path, today=TODAY)
    facts = made.path / "facts" / "rfm.json"
    facts.write_text(facts.read_text("utf-8").replace("150", "151", 1), "utf-8")
    with pytest.raises(RunDamaged, match=r"facts/rfm\.json was altered"):
        rg.load(workspace=tmp_path)


def test_unknown_settings_are_refused_with_the_near_name() -> None:
    with pytest.raises(SettingsError, match=r"Did you mean 'currency'\?"):
        rg.run(_settings(curency="EUR"), orders=_orders())


def test_importing_the_package_loads_no_engine_and_no_learner() -> None:
    import subprocess
    import sys

    heavy = "{'duckdb', 'sklearn', 'scipy', 'numpy', 'sqlglot'}"
    code = f"import sys, regulars; print(sorted({heavy} & set(sys.modules)))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.strip() == "[]"


def test_a_day_that_has_not_come_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="lies after today"):
        rg.run(_settings(), orders=_orders(), workspace=tmp_path, today=TODAY, as_of="2030-06-30")
    with pytest.raises(UsageError, match="not a date"):
        rg.run(_settings(), orders=_orders(), workspace=tmp_path, today=TODAY, as_of="June")


def test_a_segmentation_that_the_customers_cannot_carry_is_left_out_and_said(tmp_path: Path) -> None:
    book = _orders()
    alike = book.groupby("who", as_index=False).first().assign(when=date(2025, 1, 6))
    both = {"rfm": {"method": "rfm"}, "behaviour": {"method": "kmeans"}}
    settings = _settings(segmentations=both, readiness={"override": True})
    made = rg.run(settings, orders=alike, workspace=tmp_path, today=TODAY)
    assert made.names == ("rfm",)
    assert [f.where for f in made.findings if "left out" in f.what] == ["segmentations.behaviour"]
    assert rg.run(settings, orders=alike, workspace=tmp_path, today=TODAY).already_there


def test_doubts_of_an_earlier_fit_say_that_they_are_of_then(tmp_path: Path) -> None:
    book = _orders()
    rg.run(_settings(), orders=book, workspace=tmp_path, today=TODAY, as_of="2025-02-01")
    later = rg.run(_settings(), orders=book, workspace=tmp_path, today=TODAY)
    notes = [finding.what for finding in later.findings if finding.where == "rfm.orders"]
    assert notes
    assert all(note.startswith("When version 1 was fitted, as of 2025-02-01: ") for note in notes)


def test_facts_that_are_not_there_raise_key_errors(tmp_path: Path) -> None:
    profile = rg.run(_settings(), orders=_orders(), workspace=tmp_path, today=TODAY).profile("rfm")
    for asked in ("nobody.customers", "champions.nothing", "champions"):
        with pytest.raises(KeyError):
            profile.fact(asked)


def test_what_the_package_offers_can_be_listed() -> None:
    assert {"run", "load", "SavedStudy"} <= set(dir(rg))


def test_a_day_that_no_calendar_has_is_told_as_a_fault_of_the_settings(tmp_path: Path) -> None:
    path = tmp_path / "regulars.yaml"
    path.write_text("schema: regulars/1\nas_of: 2024-02-30\n", "utf-8")
    with pytest.raises(SettingsError, match="a date cannot be"):
        rg.run(path)


def test_amounts_that_are_mapped_later_refit_what_was_fitted_without_them(tmp_path: Path) -> None:
    bare = {"orders": {"columns": {"customer": "who", "time": "when"}}}
    rg.run(_settings(sources=bare), orders=_orders(), workspace=tmp_path, today=TODAY)
    again = rg.run(_settings(), orders=_orders(), workspace=tmp_path, today=TODAY)
    (rfm,) = again.study.segmentations
    assert rfm.version == 2
    assert not any("no amounts" in finding.what for finding in again.findings)
