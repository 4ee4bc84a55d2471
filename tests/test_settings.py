"""Settings: what is refused and how it is told, and which choices can move an answer."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from regulars.errors import SettingsError
from regulars.settings import load, parse

SMALLEST: dict[str, Any] = {
    "schema": "regulars/1",
    "sources": {"orders": {"path": "orders.csv", "columns": {"customer": "id", "time": "at"}}},
}


def smallest(**more: Any) -> dict[str, Any]:
    return {**SMALLEST, **more}


def refusal(chosen: object) -> str:
    with pytest.raises(SettingsError) as refused:
        parse(chosen, "regulars.yaml")
    assert refused.value.exit_code == 2
    return str(refused.value)


def with_columns(**columns: str) -> dict[str, Any]:
    return smallest(
        sources={"orders": {"path": "orders.csv", "columns": {"customer": "id", "time": "at", **columns}}}
    )


def test_a_path_and_two_columns_are_all_that_must_be_said() -> None:
    settings = parse(SMALLEST, "regulars.yaml")
    assert list(settings.segmentations) == ["rfm", "behaviour"]
    assert settings.sources.orders.columns.named == {"customer": "id", "time": "at"}
    assert not settings.sources.orders.columns.has_value


def test_a_misspelt_setting_is_refused_with_the_near_name() -> None:
    told = refusal(smallest(cleaning={"retruns": "net"}))
    assert "cleaning.retruns: no such setting. Did you mean 'returns'?" in told


def test_a_misspelt_setting_at_the_top_is_refused_with_the_near_name() -> None:
    assert "currncy: no such setting. Did you mean 'currency'?" in refusal(smallest(currncy="GBP"))


def test_a_misspelt_column_is_refused_with_the_near_name() -> None:
    told = refusal(with_columns(quantty="n"))
    assert "sources.orders.columns.quantty: no such setting. Did you mean 'quantity'?" in told


def test_all_faults_of_a_file_are_told_at_once() -> None:
    told = refusal(
        smallest(currency="pounds", timezone="Europe/Londn", seed=-1, cleaning={"returns": "maybe"})
    )
    for place in ("currency: ", "timezone: ", "seed: ", "cleaning.returns: "):
        assert place in told
    assert "Did you mean 'Europe/London'?" in told


def test_a_line_is_worth_one_thing_only() -> None:
    told = refusal(with_columns(amount="total", unit_price="price"))
    assert "sources.orders.columns: amount and unit_price both say what a line is worth" in told


@pytest.mark.parametrize("name", ["../up", "a/b", "two words", "ünder", "", "x" * 41])
def test_a_segmentation_whose_name_cannot_name_a_file_is_refused(name: str) -> None:
    assert f"{name!r} names files" in refusal(smallest(segmentations={name: {"method": "rfm"}}))


def test_a_file_without_its_schema_line_is_refused() -> None:
    assert "schema: Field required" in refusal({"sources": SMALLEST["sources"]})


def test_a_later_schema_is_refused() -> None:
    assert "schema: " in refusal(smallest(schema="regulars/2"))


@pytest.mark.parametrize("chosen", [None, [], "orders.csv", 7])
def test_what_is_no_mapping_is_refused_with_the_line_to_start_from(chosen: object) -> None:
    assert "Start with 'schema: regulars/1'." in refusal(chosen)


def test_a_missing_file_is_answered_with_the_command_that_makes_one(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no such file") as refused:
        load(tmp_path / "regulars.yaml")
    assert refused.value.next_command == "regulars init ORDERS"


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"a: [1, 2", "not YAML"), (b"name: caf\xe9", "not UTF-8"), (b"a: !!python/object:os.x {}", "not YAML")],
)
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "regulars.yaml"
    path.write_bytes(content)
    with pytest.raises(SettingsError, match=told):
        load(path)


def test_a_folder_in_place_of_the_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="Is a directory"):
        load(tmp_path)


def test_a_day_in_yaml_is_a_day(tmp_path: Path) -> None:
    path = tmp_path / "regulars.yaml"
    path.write_text(
        "schema: regulars/1\nas_of: 2011-12-09\n"
        "sources: {orders: {path: o.csv, columns: {customer: id, time: at}}}\n"
    )
    assert load(path).as_of == date(2011, 12, 9)


def test_settings_cannot_be_changed_once_read() -> None:
    settings = parse(SMALLEST, "regulars.yaml")
    with pytest.raises(ValueError, match="frozen"):
        settings.seed = 1


def answers(**more: Any) -> dict[str, Any]:
    return parse(smallest(**more), "regulars.yaml").answers()


@pytest.mark.parametrize(
    "more",
    [
        {"timezone": "Europe/London"},
        {"currency": "USD"},
        {"cleaning": {"returns": "set_aside"}},
        {"cleaning": {"cancellation_prefix": "C"}},
        {"segmentations": {"rfm": {"method": "rfm", "bands": 4}}},
    ],
)
def test_a_choice_that_can_move_a_customer_changes_the_answers(more: dict[str, Any]) -> None:
    assert answers(**more) != answers()


@pytest.mark.parametrize(
    "more",
    [
        {"readiness": {"min_customers": 7}},
        {"store": "postgresql://shop@db.example/regulars"},
        {"sources": {"orders": {**SMALLEST["sources"]["orders"], "path": "elsewhere/orders.csv"}}},
    ],
)
def test_a_place_or_a_gate_does_not_change_the_answers(more: dict[str, Any]) -> None:
    assert answers(**more) == answers()
