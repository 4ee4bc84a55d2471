"""The verdict as ``compare`` gives it: from a shop, what its team does, and what it tried."""

from __future__ import annotations

import json
import random
from contextlib import suppress
from datetime import date

import duckdb
import pytest
from tests.shops import RFM_ALONE, TODAY, opened, studied

from regulars.app.compare_command import show
from regulars.app.workspace import Workspace
from regulars.errors import CheckFailed, DataRefused, SettingsError, UsageError

CODES = {
    "TOO_SMALL", "NOT_IDENTIFIABLE", "NOT_DIFFERENT", "UNSTABLE", "NO_ACTION_DELTA", "OVER_CAPACITY",
}  # fmt: skip


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """600 customers on two days, cut in three bands of spend so that segments are large."""
    tiers = "{method: tiers, feature: spend, shares: [0.2, 0.3, 0.5], names: [Top, Middle, Small]}"
    bands = f"segmentations: {{spenders: {tiers}}}\n"
    text = RFM_ALONE.replace("segmentations: {rfm: {method: rfm}}\n", bands)
    workspace = opened(tmp_path_factory.mktemp("shop"), settings_text=text, customers=600)
    for day in ("2024-06-30", "2024-09-30"):
        studied(workspace, as_of=date.fromisoformat(day))
    return workspace


def ruled(shop: Workspace, capsys, validation: str = "") -> dict:
    text = shop.settings.read_text(encoding="utf-8").split("validation:")[0]
    shop.settings.write_text(
        text + (f"validation: {{{validation}}}\n" if validation else ""), encoding="utf-8"
    )
    with suppress(CheckFailed):
        show(shop.root, "spenders", None, None, json=True, today=TODAY, threads=None, memory_limit=None)
    return json.loads(capsys.readouterr().out)["sections"]["verdict"]


def ids(told: dict) -> list[str]:
    return [each["segment_id"] for each in told["segments"]]


def states(told: dict, code: str) -> dict[str, str]:
    return {
        each["segment_id"]: next(one["state"] for one in each["reasons"] if one["code"] == code)
        for each in told["segments"]
    }


def put(shop: Workspace, name: str, header: str, rows: list[tuple]) -> None:
    lines = [header, *(",".join(map(str, row)) for row in rows)]
    (shop.root / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def memberships(shop: Workspace, day: str) -> list[tuple[str, str]]:
    (run_id,) = [each for each in shop.run_ids() if each.startswith(day)]
    path = shop.run(run_id) / "assignments" / "spenders.parquet"
    return duckdb.sql(f"select customer_id, segment_id from read_parquet('{path}') order by 1").fetchall()


def test_every_segment_has_all_six_reasons_and_what_nobody_knows_never_passes(shop, capsys):
    told = ruled(shop, capsys)
    for each in told["segments"]:
        assert {one["code"] for one in each["reasons"]} == CODES
        assert "NO_ACTION_DELTA" in each["not_assessed"]
        assert each["verdict"] in ("keep", "merge", "drop")
    assert set(states(told, "NO_ACTION_DELTA").values()) == {"not assessed"}
    assert "pass" not in json.dumps(told).lower()
    assert "as far as they could be assessed" in told["headline"]
    assert any("(NO_ACTION_DELTA) is not assessed of any segment." in said for said in told["words"])


def test_sizes_are_those_of_the_run(shop, capsys):
    told = ruled(shop, capsys)
    counted: dict[str, int] = {}
    for _, segment in memberships(shop, "2024-09-30"):
        counted[segment] = counted.get(segment, 0) + 1
    shown = {
        each["segment_id"]: next(
            figure["value"] for one in each["reasons"] for figure in one["figures"]
            if figure["label"] == "customers"
        )
        for each in told["segments"]
    }  # fmt: skip
    assert shown == counted
    assert told["customers"] == sum(counted.values())


def test_a_capacity_merges_those_that_bring_least_and_moves_no_run(shop, capsys):
    told = ruled(shop, capsys, "capacity: 2")
    assert len(told["groups"]) == 2
    assert sorted(each for group in told["groups"] for each in group) == sorted(ids(told))
    held = [name for name, state in states(told, "OVER_CAPACITY").items() if state == "holds"]
    assert len(held) == len(ids(told)) - 2
    assert studied(shop, as_of=date(2024, 9, 30)).already_there


def test_actions_without_experiments_are_not_assessed_yet(shop, capsys):
    named = sorted({segment for _, segment in memberships(shop, "2024-09-30")})
    put(shop, "actions.csv", "segmentation,segment_id,action", [("spenders", each, "mail") for each in named])
    told = ruled(shop, capsys, "actions: actions.csv")
    assert set(states(told, "NO_ACTION_DELTA").values()) == {"not assessed"}
    assert any("treated like" in one["words"] for each in told["segments"] for one in each["reasons"])


def test_an_experiment_summed_up_by_segment_tells_who_deserves_an_action(shop, capsys):
    first, *others = sorted({segment for _, segment in memberships(shop, "2024-09-30")})
    actions = [("spenders", each, f"plan {each}") for each in (first, *others)]
    put(shop, "actions.csv", "segmentation,segment_id,action", actions)
    rows = [
        ("spenders", each, arm, 9000, 1800 + (arm == "mail") * (1500 if each == first else 300))
        for each in (first, *others)
        for arm in ("mail", "none")
    ]
    put(shop, "spring.csv", "segmentation,segment_id,arm,n,conversions", rows)
    chosen = "actions: actions.csv, experiments: {spring: {path: spring.csv, control: none, metric: visits}}"
    told = ruled(shop, capsys, chosen)
    assert states(told, "NO_ACTION_DELTA")[first] == "does not hold"
    assert any(
        said.startswith("spring, mail: visits") and "differs between" in said for said in told["words"]
    )
    same = [(*row[:-1], 2100 if row[2] == "mail" else 1800) for row in rows]
    put(shop, "spring.csv", "segmentation,segment_id,arm,n,conversions", same)
    told = ruled(shop, capsys, chosen)
    assert "does not hold" not in states(told, "NO_ACTION_DELTA").values()
    means = [(*row[:-1], 4.0, 3.0) for row in rows]
    put(shop, "spring.csv", "segmentation,segment_id,arm,n,mean,sd", means)
    told = ruled(shop, capsys, chosen)
    assert "does not hold" not in states(told, "NO_ACTION_DELTA").values()


def test_an_experiment_by_customer_is_read_by_the_segments_before_it_began(shop, capsys):
    before = dict(memberships(shop, "2024-06-30"))
    named = sorted({*before.values()})
    target = max(named, key=[*before.values()].count)
    chance = random.Random("mail")
    rows = []
    for customer, segment in sorted(before.items()):
        arm = chance.choice(["mail", "none"])
        share = 0.15 + (0.55 if arm == "mail" and segment == target else 0.0)
        rows.append((customer, arm, int(chance.random() < share)))
    put(shop, "summer.csv", "client,arm,bought", rows)
    put(
        shop, "actions.csv", "segmentation,segment_id,action",
        [("spenders", each, f"plan {each}") for each in named],
    )  # fmt: skip
    chosen = (
        "actions: actions.csv, experiments: {summer: {path: summer.csv, control: none, customer: client, "
        "outcome: bought, started: %s}}"
    )
    told = ruled(shop, capsys, chosen % "2024-07-05")
    assert states(told, "NO_ACTION_DELTA")[target] == "does not hold"
    (figure,) = [
        figure for each in told["segments"] if each["segment_id"] == target
        for one in each["reasons"] if one["code"] == "NO_ACTION_DELTA" for figure in one["figures"]
    ]  # fmt: skip
    assert figure["low"] > 30
    assert figure["source"] == f"experiment summer, {[*before.values()].count(target):,} customers"
    told = ruled(shop, capsys, chosen % "2024-06-01")
    assert set(states(told, "NO_ACTION_DELTA").values()) == {"not assessed"}
    assert any("no run of spenders is from 2024-06-01 or before" in said for said in told["words"])


EXPERIMENT = "experiments: {spring: {path: spring.csv, control: none}}"


@pytest.mark.parametrize(
    ("header", "rows", "validation", "error", "said"),
    [
        ("", [], "actions: nowhere.csv", SettingsError, "no such file"),
        ("segmentation,segment,action", [("spenders", "x", "y")], "actions: spring.csv", UsageError,
         "no column 'segment_id'"),
        ("segmentation,segment_id,action", [("spender", "x", "y")], "actions: spring.csv", DataRefused,
         "Did you mean 'spenders'"),
        ("segmentation,segment_id,action", [("spenders", "x", "y")], "actions: spring.csv", DataRefused,
         "no segment 'x'"),
        ("customer_id,arm,outcome", [("K1", "none", 1)], EXPERIMENT, SettingsError, "no day on which it"),
        ("customer_id,arm,outcome", [("K1", "nome", 1)], EXPERIMENT.replace("}}", ", started: 2024-07-01}}"),
         SettingsError, "Did you mean 'nome'"),
        ("customer_id,arm,outcome", [("K1", "none", "")], EXPERIMENT.replace("}}", ", started: 2024-07-01}}"),
         DataRefused, "no outcome"),
        ("customer_id,arm,outcome", [("K1", "none", "a lot")],
         EXPERIMENT.replace("}}", ", started: 2024-07-01}}"), DataRefused, "what is no number"),
        ("customer_id,arm,outcome", [("K1", "none", 1), ("K1", "mail", 1)],
         EXPERIMENT.replace("}}", ", started: 2024-07-01}}"), DataRefused, "repeat a customer"),
        ("segmentation,segment_id,arm,n,conversions", [("spenders", "{}", "none", 10, 11)], EXPERIMENT,
         DataRefused, "11 conversions of 10 customers cannot be"),
        ("segmentation,segment_id,arm,n,conversions", [("spenders", "{}", "none", 10, 1)] * 2, EXPERIMENT,
         DataRefused, "stands there twice"),
    ],
)  # fmt: skip
def test_tables_that_cannot_be_are_told_with_what_to_mend(
    shop, capsys, header, rows, validation, error, said
):
    real = memberships(shop, "2024-09-30")[0][1]
    put(shop, "spring.csv", header, [tuple(str(cell).format(real) for cell in row) for row in rows])
    with pytest.raises(error, match=said):
        ruled(shop, capsys, validation)


def test_the_page_of_text_fits_eighty_columns(shop, capsys):
    ruled(shop, capsys, "capacity: 2")
    with suppress(CheckFailed):
        show(shop.root, "spenders", None, None, json=False, today=TODAY, threads=None, memory_limit=None)
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if len(line) > 80] == []
    assert "Kept means: nothing that was assessed speaks against it." in lines


def test_a_segment_whose_size_is_hidden_shows_no_figure_and_gives_none_away(tmp_path, capsys):
    workspace = opened(
        tmp_path / "shop", settings_text=RFM_ALONE + "validation: {capacity: 4}\n", customers=220
    )
    study = studied(workspace).study
    with suppress(CheckFailed):
        show(workspace.root, "rfm", None, None, json=True, today=TODAY, threads=None, memory_limit=None)
    told = json.loads(capsys.readouterr().out)["sections"]["verdict"]
    shown = {each.id: each.facts["customers"].value for each in study.segmentations[0].profile.segments}
    hidden = [name for name, customers in shown.items() if customers is None]
    assert len(hidden) >= 2
    for each in told["segments"]:
        if each["segment_id"] in hidden:
            assert [figure for one in each["reasons"] for figure in one["figures"]] == []
            size = next(one for one in each["reasons"] if one["code"] == "TOO_SMALL")
            assert size["words"] == "Nobody is in it." or size["words"].startswith("Its size is not shown")
        else:
            (figure,) = [
                figure for one in each["reasons"] for figure in one["figures"]
                if figure["label"] == "customers"
            ]  # fmt: skip
            assert figure["value"] == shown[each["segment_id"]]
