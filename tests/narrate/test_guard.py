"""The guard: lies by somebody who had not seen its words, beside a cue that is true or in a fitting form."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.narrate.tellers import manuscript

from regulars.check.policy import Audience, policy
from regulars.engine import Engine
from regulars.narrate.vocabulary import vocabulary

LIES = json.loads((Path(__file__).parent / "lies.json").read_text(encoding="utf-8"))
PACK = policy("retail")


def against(audience: Audience):
    return lambda words: [
        each.rule for each in PACK.breaches(words, audience, is_whole=False) if each.severity == "fail"
    ]


@pytest.fixture(scope="module")
def sheets():
    with Engine(threads=1) as engine:
        told = manuscript(engine, wording=against("internal"), promises=against("customer"))
        yield [*told.sheets("profile"), *told.sheets("persona")]


def slots(sheets, role: str):
    return [(sheet, slot) for sheet in sheets for slot in sheet.piece.slots if slot.role == role]


@pytest.mark.parametrize(("role", "words"), [(role, words) for role, lies in LIES.items() for words in lies])
def test_no_lie_may_stand_of_any_segment(sheets, role: str, words: str) -> None:
    found = slots(sheets, role)
    assert found
    assert all(sheet.guard.faults(words, slot) for sheet, slot in found)


@pytest.mark.parametrize(
    ("role", "words"),
    [
        ("meaning", "So we should make it easier for them to order again."),
        ("meaning", "So we should offer them a loyalty program."),
        ("hypothesis", "They may be looking for better prices."),
        ("advice", "Offer them early access to new products."),
        ("test", "Ask them whether they found what they needed."),
        ("need", "They may need a quicker way to order."),
        ("objection", "They may worry about the cost of shipping."),
        ("improvement", "We should offer more flexible payment options."),
    ],
)
def test_plain_words_of_business_may(sheets, role: str, words: str) -> None:
    assert all(sheet.guard.faults(words, slot) == () for sheet, slot in slots(sheets, role))


def test_a_headline_in_the_words_of_its_statements_may_stand(sheets) -> None:
    for sheet, slot in slots(sheets, "headline"):
        assert sheet.guard.faults(sheet.piece.statements[0].said.told, slot) == ()


def test_words_for_one_segment_fall_with_another(sheets) -> None:
    said = {sheet.piece.words.segment_id: sheet.guard.faults("They order often.", slot)
            for sheet, slot in slots(sheets, "headline")}  # fmt: skip
    assert said["loyal"] == ()
    assert said["gone"]
    assert said["new"]


def test_what_we_want_need_not_be_so_yet_and_what_we_take_for_known_must(sheets) -> None:
    fits = {"gone", "new"}
    for sheet, slot in slots(sheets, "advice"):
        assert sheet.guard.faults("Encourage them to order more often than before.", slot) == ()
        praised = sheet.guard.faults("Thank them for their frequent orders.", slot)
        assert bool(praised) == (sheet.piece.words.segment_id in fits)


def test_the_rules_own_suppositions_pass_the_guard(sheets) -> None:
    sheet, slot = slots(sheets, "hypothesis")[0]
    faulty = [
        said.maybe
        for said in vocabulary().values()
        if {each.code for each in sheet.guard.faults(said.maybe, slot)} - {"direction", "clauses", "people"}
    ]
    assert faulty == []
