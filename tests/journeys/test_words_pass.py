"""The law of our own words: each sentence that the program writes is proven by the facts file of its run."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from regulars import settings
from regulars.app.demo import lay_out
from regulars.app.study import run
from regulars.app.work import Asked
from regulars.app.workspace import Workspace
from regulars.check.checker import Text, check
from regulars.check.table import Facts, facts_of
from regulars.check.verdicts import Verdict
from regulars.narrate.words_file import from_json
from regulars.types import Narrative, plain

Told = tuple[Facts, list[Text]]


def told(workspace: Workspace) -> dict[str, Told]:
    """By segmentation of a study, its facts and every sentence about it."""
    read = settings.load(workspace.settings)
    folder = run(read, workspace, Asked(today=date(2026, 1, 1))).study.path
    found = {}
    for path in sorted((folder / "facts").glob("*.json")):
        words = from_json(json.loads((folder / "words" / path.name).read_text(encoding="utf-8")))
        facts = facts_of(json.loads(path.read_text(encoding="utf-8")))
        found[path.stem] = facts, list(sentences(words))
    return found


def sentences(words: Narrative) -> Iterator[Text]:
    for sentence in (*words.headline, *words.lede, *words.titles.values()):
        yield Text("", plain(sentence), None)
    for segment in words.segments:
        for sentence in (segment.headline, *segment.paragraph, *segment.apart, *segment.caveats):
            yield Text("", plain(sentence), segment.segment_id)


def fallen(study: dict[str, Told]) -> list[str]:
    """The sentences that do not pass: with a figure, what is not supported; else what is found wrong."""
    found = (each for facts, texts in study.values() for each in check(facts, texts))
    return [f"{each.label}: {each.text}" for each in found if not passes(each)]


def passes(each: Verdict) -> bool:
    has_figure = re.search(r"\d", each.text) is not None
    return each.label == "supported" or (not has_figure and each.label == "not_checkable")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Told]:
    return told(lay_out(tmp_path_factory.mktemp("demo")))


def test_every_sentence_about_the_demo_is_proven_by_its_facts(demo: dict[str, Told]) -> None:
    assert sum(len(texts) for _, texts in demo.values()) > 150
    assert fallen(demo) == []


def test_no_figure_in_them_could_be_another(demo: dict[str, Told]) -> None:
    """Every figure of every sentence, one at a time, made larger by more than a third."""
    passed, tried = [], 0
    for facts, texts in demo.values():
        moved = [
            Text("", each.text[: at.start()] + larger(at[0]) + each.text[at.end() :], each.context_segment)
            for each in texts
            for at in re.finditer(r"\d[\d,]*(?:\.\d+)?", each.text)
        ]
        tried += len(moved)
        passed += [each.text for each in check(facts, moved) if each.label == "supported"]
    # Who ordered within the last days, or puts so many items in an order or fewer, does within more, too.
    loose = r"^Half of (them|the .*) (have ordered within|first ordered within|put)"
    assert [text for text in passed if not re.search(loose, text)] == []
    assert tried > 250


def larger(figure: str) -> str:
    value = float(figure.replace(",", "")) * 1.37 + 0.3
    return f"{value:,.2f}" if "." in figure else f"{value:,.0f}"


@pytest.mark.soak
@pytest.mark.parametrize("company", ["bank", "saas"])
def test_every_sentence_about_a_generated_company_is_proven(company: str, tmp_path: Path) -> None:
    assert fallen(told(lay_out(tmp_path, company))) == []


@pytest.mark.soak
def test_every_sentence_about_a_real_grocer_is_proven(
    shared_data: Callable[[str], Path], tmp_path: Path
) -> None:
    transactions = shared_data("completejourney/transactions.parquet")
    (tmp_path / "regulars.yaml").write_text(GROCER.format(folder=transactions.parent), encoding="utf-8")
    assert fallen(told(Workspace(tmp_path))) == []


GROCER = """\
schema: regulars/1
name: Complete Journey
currency: USD
timezone: America/New_York
sources:
  orders:
    path: {folder}/transactions.parquet
    stamps: utc
    columns: {{customer: household_id, order: basket_id, time: transaction_timestamp, product: product_id,
      quantity: quantity, amount: sales_value, discount: retail_disc, promotion: coupon_disc}}
  products:
    path: {folder}/products.parquet
    columns: {{product: product_id, name: product_type, category: department, brand: brand}}
  redemptions:
    path: {folder}/coupon_redemptions.parquet
    columns: {{customer: household_id, time: redemption_date, campaign: campaign_id}}
features:
  own_brands: [Private]
  category_shares: [GROCERY, PRODUCE, MEAT, DRUG GM]
segmentations:
  rfm: {{method: rfm}}
  behaviour: {{method: kmeans}}
  loyalty: {{method: loyalty_monetary}}
  life: {{method: lifecycle}}
"""
