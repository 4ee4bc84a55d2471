"""What the docs say a reader can run, runs."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import sqlglot
import yaml
from feature_table import lines
from policy_table import lines as rules
from tests.shops import RFM_ALONE, opened, studied

from regulars.check.policy import names as packs
from regulars.check.policy import policy
from regulars.check.policy.template import read_template
from regulars.feature_settings import FeatureChoices
from regulars.narrate.providers import TEMPLATE, names
from regulars.narrate.providers import chosen as chosen_provider
from regulars.narration_settings import NarrationChoices
from regulars.prepare.features.offer import offer
from regulars.segment.methods import chosen
from regulars.settings import parse
from regulars.validation_settings import DriftLimits, StabilityLimits, ValidationChoices

DOCS = Path(__file__).parents[1] / "docs"


def examples(page: str) -> list[str]:
    return re.findall(r"```python\n(.*?)```", (DOCS / page).read_text(encoding="utf-8"), re.DOTALL)


RUN = ["adding_a_method.md", "policy.md", "privacy.md", "providers.md", "store.md"]


@pytest.mark.parametrize("page", RUN)
def test_the_python_of_a_page_runs_from_top_to_bottom(page: str) -> None:
    blocks = examples(page)
    assert blocks
    names: dict[str, object] = {"__name__": "example"}
    for block in blocks:
        exec(compile(block, page, "exec"), names)


def test_every_segmentation_of_the_methods_page_can_be_chosen() -> None:
    text = (DOCS / "methods.md").read_text(encoding="utf-8")
    blocks = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)]
    named = [(name, each) for block in blocks for name, each in block.get("segmentations", {}).items()]
    assert {each["method"] for _, each in named} > {"rfm", "loyalty_monetary"}
    for name, settings in named:
        chosen(name, settings)


def test_the_settings_on_the_sources_page_are_settings() -> None:
    text = (DOCS / "sources.md").read_text(encoding="utf-8")
    blocks = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)]
    orders = {"columns": {"customer": "a", "time": "b"}}
    seen = set()
    for block in blocks:
        stands_alone = "as_of" in block
        sources = block["sources"] if stands_alone else {"orders": orders, **block["sources"]}
        seen |= set(parse({"schema": "regulars/1", **block, "sources": sources}, "page").sources.beside)
    assert seen == {"products", "customers", "identities"}


def test_the_settings_on_the_verdict_page_are_settings() -> None:
    text = (DOCS / "verdict.md").read_text(encoding="utf-8")
    sources = {"orders": {"path": "orders.csv", "columns": {"customer": "a", "time": "b"}}}
    blocks = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)]
    read = [
        parse({"schema": "regulars/1", "sources": sources, **block}, "page").validation for block in blocks
    ]
    assert any(each.capacity for each in read)
    assert any(each.audit for each in read)


def test_the_settings_on_the_prediction_page_are_settings() -> None:
    text = (DOCS / "prediction.md").read_text(encoding="utf-8")
    sources = {"orders": {"path": "orders.csv", "columns": {"customer": "a", "time": "b"}}}
    blocks = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)]
    read = [parse({"schema": "regulars/1", "sources": sources, **block}, "page") for block in blocks]
    assert [each.validation.prediction.horizon_days for each in read] == [91, None]
    for name, settings in read[1].segmentations.items():
        chosen(name, settings)


def test_the_settings_on_the_providers_page_are_settings() -> None:
    text = (DOCS / "providers.md").read_text(encoding="utf-8")
    sources = {"orders": {"path": "orders.csv", "columns": {"customer": "a", "time": "b"}}}
    blocks = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)]
    read = [
        parse({"schema": "regulars/1", "sources": sources, **block}, "page").narration for block in blocks
    ]
    assert {chosen_provider(each).provider for each in read} == set(names()) - {TEMPLATE}
    told = dict(re.findall(r"^\| `(\w+)` \| ([\d,]+|none) \|", text, re.MULTILINE))
    usual = NarrationChoices().model_dump()
    assert told == {name: "none" if usual[name] is None else f"{usual[name]:,.9g}" for name in told}
    assert "deadline_seconds" in told


def test_the_features_page_lists_every_feature_as_the_catalogue_has_it() -> None:
    text = (DOCS / "features.md").read_text(encoding="utf-8")
    assert "\n".join(lines()) in text, "run tools/feature_table.py and put its table on the page"


def test_the_settings_of_the_features_page_can_be_chosen() -> None:
    text = (DOCS / "features.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    choices = FeatureChoices.model_validate(yaml.safe_load(block)["features"])
    made = {each.name: each for each in offer(choices).features}
    assert {"share_of_coffee_tea", "events_login", "events_feature_used", "engagement_score"} <= made.keys()
    assert made["basket_value"].role == "outcome"
    assert made["own_variety"].role == "cause"


def test_the_limits_on_the_drift_page_are_settings_and_its_defaults_those_of_the_code() -> None:
    text = (DOCS / "drift.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    limits = ValidationChoices.model_validate(yaml.safe_load(block)["validation"]).drift
    assert limits.model_copy(update={"moved_share": None}) == DriftLimits()


def test_the_limits_on_the_stability_page_are_settings_and_its_defaults_those_of_the_code() -> None:
    text = (DOCS / "stability.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    told = yaml.safe_load(block)["validation"]
    assert ValidationChoices.model_validate(told).stability == StabilityLimits()
    assert set(told["stability"]) == set(StabilityLimits.model_fields)


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a workspace that was studied, and customers who came later."""
    workspace = opened(tmp_path / "regulars", settings_text=RFM_ALONE)
    studied(workspace)
    (tmp_path / "new_customers.csv").write_text(
        "customer_id,recency_days,orders,spend\nN1,3,2,80.5\nN2,40,1,\n"
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_commands_and_the_python_of_the_sql_page_do_what_they_say(shop: Path) -> None:
    text = (DOCS / "sql.md").read_text(encoding="utf-8")
    for block in re.findall(r"```bash\n(.*?)```", text, re.DOTALL):
        command = shlex.split(block.replace("\\\n", " ").partition(">")[0])
        done = subprocess.run(
            [sys.executable, "-m", *command], capture_output=True, text=True, check=False, cwd=shop
        )
        assert done.returncode == 0, done.stderr
        if command[1] == "sql":
            assert len(sqlglot.parse(done.stdout, read="snowflake")) > 5
    assert (shop / "segments.parquet").exists()
    names: dict[str, object] = {"frame": pd.read_csv("new_customers.csv")}
    for block in examples("sql.md"):
        exec(compile(block, "sql.md", "exec"), names)
    assert len(names["found"].assignments().df()) == 2


def test_a_script_without_data_needs_no_workspace(tmp_path: Path) -> None:
    orders = ["--table", "sales.orders", "--customer", "id", "--time", "day"]
    for method, code in (("rfm", 0), ("kmeans", 2), ("rfn", 2)):
        command = [sys.executable, "-m", "regulars", "sql", method, *orders, "--dialect", "bigquery"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
        assert done.returncode == code, done.stderr
        assert bool(done.stdout) is (code == 0)
    assert list(tmp_path.iterdir()) == []


def test_the_tables_of_rules_are_those_of_the_packs() -> None:
    text = (DOCS / "policy_rules.md").read_text(encoding="utf-8")
    assert text == "\n".join(rules()) + "\n", "run tools/policy_table.py > docs/policy_rules.md"


def test_the_settings_own_rules_and_template_of_the_policy_page_are_read(tmp_path: Path) -> None:
    text = (DOCS / "policy.md").read_text(encoding="utf-8")
    sources = {"orders": {"path": "orders.csv", "columns": {"customer": "a", "time": "b"}}}
    (block,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    said = parse({"schema": "regulars/1", "sources": sources, **yaml.safe_load(block)}, "page").policy
    own, template, approval = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    (tmp_path / "own.toml").write_text(own)
    held = policy(said.pack, tmp_path / "own.toml", said.disclosures)
    assert {"own.house_style", "own.imprint"} <= held.by_id.keys()
    (tmp_path / "second.toml").write_text(f"{template}\n{approval}")
    read = read_template(tmp_path / "second.toml", held.disclosures)
    assert read.approval is not None
    assert set(held.by_id) | set(policy("retail").by_id) >= set(read.approval.accepts)
    assert [slot.kind for slot in read.slots] == ["phrase", "figure", "choice"]


def test_the_packs_of_the_policy_page_are_those_that_can_be_chosen() -> None:
    text = (DOCS / "policy.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(retail|bank_\w+)` \|", text, re.MULTILINE)) == set(packs())
