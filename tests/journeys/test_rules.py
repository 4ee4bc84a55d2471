"""Rules on real orders, from the command line: what is printed is what the conditions say."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest
import yaml

from regulars.engine import Engine
from regulars.segment.definition import Definition

DEMO = Path(str(files("regulars.app"))) / "demo_orders"
TIERS = {
    "method": "rules",
    "segments": [
        {"name": "VIP", "when": "spend > 5000 and orders >= 10"},
        {"name": "Big spenders", "when": "top 10 % by spend and recency_days <= 90"},
        {"name": "Shadowed", "when": "spend > 20000 and orders between 20 and 500"},
        {"name": "Rare", "when": "recency_days > 90 and (orders = 1 or not gap_days <= 60)"},
    ],
    "rest": "Everyone else",
}
BY_HAND = """
    select
        case
            when spend > 5000 and orders >= 10 then 'VIP'
            when spend >= (
                select spend from features order by spend desc limit 1 offset 433
            ) and recency_days <= 90 then 'Big spenders'
            when recency_days > 90 and (orders = 1 or gap_days > 60) then 'Rare'
            else 'Everyone else'
        end as segment,
        count(*)
    from features group by segment
"""
"""Of 4,334 customers a tenth is 433.4, so the 434th from the top is the last one in."""


def command(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "regulars", *arguments, "-w", str(root)],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, check=False,
        # Found from any folder, installed or not.
        env={**os.environ, "PYTHONPATH": str(Path(str(files("regulars"))).parent)},
    )  # fmt: skip


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("tiers")
    shutil.copy(DEMO / "online_retail.parquet", root)
    settings = yaml.safe_load((DEMO / "regulars.yaml").read_text("utf-8"))
    settings["segmentations"] = {"tiers": TIERS}
    (root / "regulars.yaml").write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")
    return root


def test_the_sizes_printed_are_those_that_one_counts_by_hand_and_every_form_agrees(root: Path) -> None:
    done = command(root, "run", "--json")
    assert done.returncode == 0, done.stderr
    study = json.loads(done.stdout)
    printed = {each["segment_name"]: each["customers"] for each in study["segmentations"]["tiers"]}
    folder = root / study["path"]
    saved = json.loads((folder / "definitions" / "tiers.json").read_text("utf-8"))
    definition = Definition.from_json(saved)
    with Engine(threads=2) as engine:
        engine.execute(f"create table features as from '{folder / 'features.parquet'}'")
        engine.execute(f"create table assignments as from '{folder / 'assignments' / 'tiers.parquet'}'")
        counted = dict(engine.rows(BY_HAND))
        names = ", ".join(definition.rule.features)
        rows = engine.rows(
            f"select segment_id, {names} from features join assignments using (customer_id) order by 1, 2, 3"
        )
    assert {name: size for name, size in printed.items() if size} == counted
    assert sum(counted.values()) == len(rows) == 4334
    scored = [
        definition.score(dict(zip(definition.rule.features, values, strict=True))).segment_id
        for _, *values in rows
    ]
    assert scored == [segment_id for segment_id, *_ in rows]
    (warning,) = [each for each in study["findings"] if each["where"].startswith("segmentations.tiers")]
    assert warning["what"] == (
        "Shadowed is never reached: every customer who meets its rule is taken before it, by VIP."
    )
    left = {each["segment_id"]: each["left"] for each in saved["choice"]["rules"]}
    assert left == {"vip": counted["VIP"], "big_spenders": counted["Big spenders"], "shadowed": 0,
                    "rare": counted["Rare"]}  # fmt: skip


def test_what_each_rule_takes_before_and_after_those_above_it_is_shown(root: Path) -> None:
    shown = command(root, "run").stdout.partition(
        "What each rule takes, of 4,334 customers as of 9 Dec 2011:"
    )[2]
    rows = [re.split(r"  +", line.strip()) for line in shown.splitlines()[1:7]]
    assert rows[0] == ["rule, in order", "meet it", "taken", "left after it"]
    left = 4334
    for name, meet, takes, after in rows[1:5]:
        assert int(meet.replace(",", "")) >= int(takes.replace(",", "")), name
        left -= int(takes.replace(",", ""))
        assert int(after.replace(",", "")) == left
    assert rows[3][2] == "0"
    assert rows[5] == ["Everyone else", f"{left:,}"]


def test_the_script_for_a_warehouse_holds_the_cut_as_a_number(root: Path) -> None:
    command(root, "run")
    script = command(root, "sql", "tiers", "--dialect", "postgres")
    assert script.returncode == 0, script.stderr
    assert "spend >= 3450.24" in script.stdout
    assert "NOT (" in script.stdout
    assert "top 10 %" in script.stdout.partition("CREATE")[0]


def test_a_condition_that_cannot_be_read_ends_the_command_with_its_place(root: Path) -> None:
    said = (root / "regulars.yaml").read_text("utf-8").replace("spend > 5000 and", "spent > 5000 and")
    (root / "regulars.yaml").write_text(said, encoding="utf-8")
    done = command(root, "run")
    assert done.returncode == 2, done.stderr
    assert "segments.0.when (VIP): at character 1: this data has no feature 'spent'." in done.stderr
    assert "Did you mean 'spend'?" in done.stderr
    assert "Traceback" not in done.stderr
