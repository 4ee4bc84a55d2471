"""Words without figures, as a language model writes them: no falsehood passes, most of the rest does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from regulars.check.checker import Text, check
from regulars.check.table import Facts, facts_of
from regulars.check.verdicts import Verdict

FOLDER = Path(__file__).parent / "words"
HARMLESS = {"true", "advice or supposition", "praise"}
PASSING = {"supported", "not_checkable"}


@cache
def facts(name: str) -> Facts:
    return facts_of(json.loads((FOLDER / f"{name}_facts.json").read_text(encoding="utf-8")))


def verdict(of: str, segment: str | None, text: str) -> Verdict:
    (found,) = check(facts(of), [Text("1", text, segment)])
    return found


def labelled() -> Iterator[dict[str, Any]]:
    for line in (FOLDER / "words.jsonl").read_text(encoding="utf-8").splitlines():
        said = json.loads(line)
        yield said | {"label": verdict(said["facts"], said["context_segment"], said["text"]).label}


def test_what_is_false_invented_or_foretold_does_not_pass() -> None:
    false = [each for each in labelled() if each["kind"] not in HARMLESS]
    assert len(false) > 80
    assert [each["text"] for each in false if each["label"] in PASSING] == []


def test_most_of_what_is_true_or_claims_nothing_keeps_its_words() -> None:
    harmless = [each for each in labelled() if each["kind"] in HARMLESS]
    kept = [each for each in harmless if each["label"] in PASSING]
    assert len(kept) / len(harmless) >= 0.85
    true = [each["label"] for each in harmless if each["kind"] == "true"]
    assert true.count("supported") / len(true) >= 0.8


SHOP, KINDS = "shop_rfm", "shop_behaviour"


@pytest.mark.parametrize(
    ("of", "text", "true_of", "false_of"),
    [
        # A level in a word is held to all customers: at least a tenth above or below them.
        (SHOP, "They order often.", "champions", "lost"),
        (SHOP, "They rarely order.", "lost", "champions"),
        (SHOP, "They have gone quiet.", "lost", "champions"),
        (SHOP, "They have not ordered for a long time.", "lost", "champions"),
        (SHOP, "They bought recently.", "champions", "lost"),
        (SHOP, "They come back often.", "champions", "lost"),
        (SHOP, "Few of them came back.", "lost", "champions"),
        (SHOP, "Their orders are large, but few of them came back.", "cannot_lose_them", "champions"),
        (SHOP, "They bring a large share of revenue.", "champions", "hibernating"),
        (KINDS, "They tend to shop at the weekend.", "s4", "s1"),
        (KINDS, "They hardly return anything.", "s1", "s7"),
        # More than others, than most, than anyone else.
        (SHOP, "They spend less than others.", "lost", "champions"),
        (SHOP, "They order far more often than most.", "champions", "lost"),
        (SHOP, "Their orders are larger than average.", "champions", "lost"),
        (SHOP, "They order far more often than others and bring most of the revenue.", "champions", "loyal"),
        (KINDS, "They send back more than anyone else.", "s7", "s1"),
    ],
)  # fmt: skip
def test_a_level_in_words_is_true_of_one_segment_and_false_of_another(
    of: str, text: str, true_of: str, false_of: str
) -> None:
    assert verdict(of, true_of, text).label == "supported"
    assert verdict(of, false_of, text).label == "contradicted"


def test_a_level_that_hardly_differs_from_all_customers_is_left_to_a_reader() -> None:
    near = verdict(SHOP, "at_risk", "They order seldom.")
    assert (near.label, near.findings[0].metric) == ("needs_review", "orders_per_customer")


def test_who_comes_back_is_no_return_of_goods() -> None:
    people = verdict(KINDS, "s7", "They come back often.")
    goods = verdict(KINDS, "s7", "Their orders come back often.")
    assert [each.metric for each in people.findings] == ["repeat_rate"]
    assert [each.metric for each in goods.findings] == ["return_share"]


@pytest.mark.parametrize(
    ("segment", "text", "label"),
    [
        # What is offered or asked for is no claim.
        ("lost", "Offer them 10% off their next order.", "not_checkable"),
        ("lost", "Send two reminders within 30 days.", "not_checkable"),
        ("lost", "Raise their repeat rate to 20%.", "not_checkable"),
        ("lost", "Offer free delivery over £50.", "not_checkable"),
        # What advice takes for known is one.
        ("lost", "Remind the 94.5% who ordered only once.", "supported"),
        ("lost", "Remind the 62% who ordered only once.", "contradicted"),
        ("lost", "Write to the 567 customers and ask why.", "supported"),
        ("lost", "Write to the 1,567 customers and ask why.", "contradicted"),
        ("lost", "Raise their repeat rate from 5.5% to 20%.", "supported"),
        ("lost", "Raise their repeat rate from 12% to 20%.", "contradicted"),
        # So are its reasons, and whom it describes.
        ("champions", "Thank them, because they order often.", "supported"),
        ("lost", "Thank them, because they order often.", "contradicted"),
        ("champions", "Offer them bundles, since they are young parents.", "unsupported_attribute"),
        ("champions", "Offer these young parents a bundle.", "needs_review"),
        ("champions", "They may be resellers, and they live in big cities.", "unsupported_attribute"),
        ("champions", "As young parents, they may want bundles.", "unsupported_attribute"),
        # A supposition's own reason is supposed with it; a figure that is supposed is not proven.
        ("champions", "They may come back because the service is good.", "not_checkable"),
        ("champions", "They may place 40 orders each.", "needs_review"),
    ],
)
def test_advice_claims_nothing_but_what_it_takes_for_known(segment: str, text: str, label: str) -> None:
    assert verdict(SHOP, segment, text).label == label


def test_a_fragment_about_a_segment_is_about_its_customers() -> None:
    assert verdict(SHOP, "champions", "Young urban professionals").label == "unsupported_attribute"
    assert verdict(SHOP, None, "A closer look at the numbers.").label == "not_checkable"


def test_the_facts_own_description_and_notes_are_known_of_their_segment_alone() -> None:
    said = "More recent than most, with more orders and more spend than most: 19.0% of customers."
    assert verdict(SHOP, "champions", said).label == "supported"
    assert verdict(SHOP, "lost", said).label == "contradicted"
