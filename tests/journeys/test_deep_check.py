"""``regulars check-claims --against-data``: where a claim about behaviour holds, from the command line."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.shops import TODAY

import regulars as rg
from regulars.app.check_command import show
from regulars.errors import CheckFailed, NotReady, RunDamaged, UsageError

SETTINGS = """\
schema: regulars/1
name: Two counters
currency: EUR
timezone: Europe/Paris
sources:
  orders:
    path: orders.csv
    date_format: "%Y-%m-%d"
    columns:
      {customer: client, order: order, time: day, category: kind, amount: paid, discount: saved}
value: {model: none}
segmentations:
  trade:
    method: rules
    segments: [{name: Regulars, when: "orders >= 9"}]
    rest: Others
"""
CATEGORIES = ("Bakery", "Coffee", "Dairy", "Garden", "Toys")
DEALS = ("Bakery", "Coffee")
PART = {"id": "part", "text": "They are deal-driven.", "context_segment": "Regulars"}
NOWHERE = {"id": "nowhere", "text": "Regulars are weekend shoppers.", "context_segment": None}
DENIED = {"id": "denied", "text": "Regulars are not deal-driven in Dairy.", "context_segment": None}
LACKING = {"id": "lacking", "text": "Regulars redeem coupons.", "context_segment": None}
FIGURE = {"id": "figure", "text": "Regulars are 2% of customers.", "context_segment": None}


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The facts file of a shop whose regulars buy on deals in two categories, and like others in three."""
    root = tmp_path_factory.mktemp("counters")
    chance = random.Random("two counters")
    rows = ["client,order,day,kind,paid,saved"]
    for client in range(600):
        is_regular = client < 200
        keen = chance.uniform(0.6, 1.4)
        for number in range(chance.randint(10, 14) if is_regular else chance.randint(3, 7)):
            day = date(2024, 1, 1) + timedelta(days=chance.randrange(366))
            for _ in range(3):
                kind = chance.choice(CATEGORIES)
                share = 0.25 if is_regular and kind in DEALS else 0.1
                price = chance.randint(400, 2000)
                off = int(price * share * keen * chance.uniform(0.5, 1.5))
                order = f"c{client:03d},{client:03d}-{number:02d},{day}"
                rows.append(f"{order},{kind},{(price - off) / 100:.2f},{off / 100:.2f}")
    (root / "orders.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (root / "regulars.yaml").write_text(SETTINGS, encoding="utf-8")
    study = rg.run(root / "regulars.yaml", today=TODAY)
    return study.path / "facts" / "trade.json"


def command(facts: Path, *claims: dict[str, object]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "regulars", "check-claims", "--against-data", str(facts), "-"],
        capture_output=True, text=True, check=False, timeout=300,
        input="".join(json.dumps(each) + "\n" for each in claims),
    )  # fmt: skip


def states(claim: dict[str, object], cut: str) -> dict[str, str]:
    cells = claim["cells"]
    assert isinstance(cells, list)
    return {each["name"]: each["verdict"] for each in cells if each["cut"] == cut}


def test_a_claim_is_true_of_these_categories_and_not_of_those(facts: Path) -> None:
    done = command(facts, PART, DENIED)
    assert done.returncode == 0, done.stderr
    part, denied = (json.loads(line)["deep"]["claims"][0] for line in done.stdout.splitlines())
    assert part["verdict"] == "holds_in_part"
    assert (part["measure"], part["unit"], part["expected"]) == ("discount_share", "percent", "higher")
    assert states(part, "category") == {
        name: "holds" if name in DEALS else "does_not_hold" for name in CATEGORIES
    }
    assert set(states(part, "period").values()) == {"holds"}
    assert (denied["verdict"], denied["categories"]) == ("holds", ["Dairy"])
    assert "it holds in Bakery and Coffee; it does not hold in" in part["words"]
    assert f"part: {part['words']}" in done.stderr


@pytest.mark.parametrize(
    ("text", "of_facts", "of_both"),
    [
        ("Regulars are not deal-driven in Dairy.", "unsupported_attribute", "supported"),
        # A manner that the facts contradict as a whole, and the orders decide where it is claimed.
        ("Others pay full price in Bakery.", "contradicted", "supported"),
        ("Others pay full price in Bakery. They are 99% of customers.", "contradicted", "contradicted"),
        ("Others pay full price.", "contradicted", "contradicted"),
        ("Regulars are deal-driven.", "unsupported_attribute", "needs_review"),
        ("Regulars are weekend shoppers.", "needs_review", "contradicted"),
        ("Regulars redeem coupons.", "unsupported_attribute", "unsupported_attribute"),
    ],
)
def test_the_label_is_what_facts_and_orders_come_to_and_the_exit_code_is_of_it(
    facts: Path, text: str, of_facts: str, of_both: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    claims = tmp_path / "claims.jsonl"
    claims.write_text(json.dumps({"id": "1", "text": text}))
    if of_both in {"contradicted", "unsupported_attribute"}:
        with pytest.raises(CheckFailed):
            show(facts, claims, TODAY)
    else:
        show(facts, claims, TODAY)
    said = capsys.readouterr()
    line = json.loads(said.out)
    assert (line["facts_label"], line["label"]) == (of_facts, of_both)
    assert f"1 texts: 1 {of_both}" in said.err


def test_a_claim_that_does_not_hold_ends_with_exit_code_4(facts: Path) -> None:
    done = command(facts, PART, NOWHERE)
    assert done.returncode == 4
    assert json.loads(done.stdout.splitlines()[1])["deep"]["claims"][0]["verdict"] == "does_not_hold"
    assert 'nowhere: Regulars, "weekend shoppers": does not hold.' in done.stderr


def test_what_the_data_lacks_is_named(facts: Path) -> None:
    (claim,) = held(facts, LACKING)["deep"]["claims"]
    assert (claim["verdict"], claim["measure"], claim["cells"]) == ("cannot_be_told", None, [])
    assert "it needs tables of campaigns" in claim["why"]


def test_a_figure_is_ruled_on_as_it_is_without_the_orders(facts: Path) -> None:
    found = held(facts, FIGURE)
    beside = {"facts_label": "contradicted", "deep": {"claims": [], "not_asked": []}}
    assert rg.check_claims(facts, [FIGURE])[0] | beside == found
    assert found["label"] == "contradicted"


def test_python_gives_what_the_command_gives_to_the_byte(facts: Path) -> None:
    claims = [PART, NOWHERE, DENIED, LACKING]
    made = rg.check_claims(facts, claims, against_data=True, today=TODAY)
    lines = [json.dumps(each, ensure_ascii=False) for each in made]
    assert lines == command(facts, *claims).stdout.splitlines()


def held(facts: Path, claim: dict[str, object]) -> dict[str, Any]:
    (found,) = rg.check_claims(facts, [claim], against_data=True, today=TODAY)
    return found


def test_facts_that_were_altered_in_their_run_are_not_believed(facts: Path) -> None:
    assert held_to_facts(facts)["label"] == "contradicted"
    before = facts.read_bytes()
    manifest = facts.parents[1] / "manifest.json"
    listed = manifest.read_bytes()
    try:
        facts.write_bytes(before.replace(b'"value"', b'"value" ', 1) + b" ")
        with pytest.raises(RunDamaged, match=r"facts/trade\.json was altered"):
            held_to_facts(facts)
        facts.write_bytes(before)
        manifest.write_bytes(listed + b" ")
        with pytest.raises(RunDamaged, match=r"manifest\.json was altered"):
            held_to_facts(facts)
    finally:
        facts.write_bytes(before)
        manifest.write_bytes(listed)


def held_to_facts(facts: Path) -> dict[str, Any]:
    return rg.check_claims(facts, [FIGURE])[0]


def test_a_file_outside_of_a_run_and_sources_that_changed_are_refused(facts: Path, tmp_path: Path) -> None:
    copy = tmp_path / "trade.json"
    copy.write_bytes(facts.read_bytes())
    with pytest.raises(UsageError, match="does not lie in a run"):
        rg.check_claims(copy, [PART], against_data=True, today=TODAY)
    with pytest.raises(UsageError, match="does not say where its orders are"):
        rg.check_claims(json.loads(facts.read_text()), [PART], against_data=True, today=TODAY)
    orders = facts.parents[3] / "orders.csv"
    before = orders.read_text(encoding="utf-8")
    try:
        orders.write_text(before + "c999,999-00,2024-05-05,Toys,5.00,0.00\n", encoding="utf-8")
        with pytest.raises(NotReady, match="sources have changed"):
            rg.check_claims(facts, [PART], against_data=True, today=TODAY)
    finally:
        orders.write_text(before, encoding="utf-8")
