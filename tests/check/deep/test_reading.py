"""Which behaviour a text claims, of whom, where and when; and what is no claim that orders could decide."""

from __future__ import annotations

from datetime import date

import pytest
from tests.check.benchmarks import facts_document

from regulars.check.checker import Text
from regulars.check.deep.claims import Claim, NotAsked
from regulars.check.deep.measures import BEHAVIOURS, MEASURES
from regulars.check.deep.reading import asking, claims_in
from regulars.check.table import facts_of

START, END = date(2024, 3, 1), date(2025, 12, 31)
CATEGORIES = ("Dairy", "Home & Garden", "COFFEE", "Baby food", "Other", "Running")


def read(text: str, context: str | None = None) -> list[Claim | NotAsked]:
    asked = asking(facts_of(facts_document("shop")), CATEGORIES, START, END)
    return list(claims_in(Text("1", text, context), asked))


def claim_of(text: str) -> Claim:
    """The one claim that a text makes."""
    (found,) = read(text)
    assert isinstance(found, Claim)
    return found


def told(text: str, context: str | None = None) -> list[tuple[str, str, int]]:
    return [
        (each.segment, each.behaviour, -each.sign if each.is_denied else each.sign)
        for each in read(text, context)
        if isinstance(each, Claim)
    ]


@pytest.mark.parametrize(
    ("text", "behaviour", "sign"),
    [
        ("They are deal-driven.", "deals", 1),
        ("They are driven by discounts.", "deals", 1),
        ("They pay full price.", "deals", -1),
        ("They buy at weekends.", "weekends", 1),
        ("They are evening shoppers.", "evenings", 1),
        ("They return much.", "returns", 1),
        ("They rarely return anything.", "returns", -1),
        ("They are loyal to one brand.", "one_brand", 1),
        ("They switch brands.", "one_brand", -1),
        ("They buy our own brands.", "own_brands", 1),
        ("They stock up.", "stock_up", 1),
        ("They buy every month.", "often", 1),
        ("They seek variety.", "variety", 1),
        ("They redeem coupons.", "coupons", 1),
        ("They come back for coffee.", "category", 1),
        ("They are less price-sensitive than others.", "deals", -1),
        ("They rarely buy on discount.", "deals", -1),
    ],
)
def test_a_behaviour_is_told_by_its_words(text: str, behaviour: str, sign: int) -> None:
    assert told(text, "loyal_regulars") == [("loyal_regulars", behaviour, sign)]


def test_every_behaviour_is_asked_by_measures_that_there_are() -> None:
    for name, (ids, sign) in BEHAVIOURS.items():
        assert set(ids) <= set(MEASURES), name
        assert sign in {1, -1}, name


def test_each_claim_of_a_sentence_is_of_whom_it_names() -> None:
    text = "Loyal Regulars stock up and return much, but Dormant Customers buy at weekends."
    assert told(text) == [
        ("loyal_regulars", "stock_up", 1), ("loyal_regulars", "returns", 1), ("dormant", "weekends", 1),
    ]  # fmt: skip


def test_a_segments_name_claims_nothing() -> None:
    assert told("Bargain Hunters buy in the morning.") == [("bargain_hunters", "mornings", 1)]


def test_they_are_whom_the_sentence_before_spoke_of() -> None:
    assert told("Loyal Regulars are a happy lot. They stock up.") == [("loyal_regulars", "stock_up", 1)]


def test_a_denial_is_no_claim_of_the_contrary() -> None:
    both = read("Loyal Regulars are not deal hunters or evening shoppers.")
    assert [(each.is_denied, each.sign) for each in both if isinstance(each, Claim)] == [(True, 1)] * 2
    assert not claim_of("Loyal Regulars are not only deal hunters.").is_denied
    neither = read("Neither Loyal Regulars nor Dormant Customers are deal-driven.")
    assert [each.is_denied for each in neither if isinstance(each, Claim)] == [True, True]


def test_where_and_when_belong_to_the_claim_beside_them() -> None:
    text = "Loyal Regulars are deal-driven in Home & Garden, and stock up in coffee in November."
    one, two = (each for each in read(text) if isinstance(each, Claim))
    assert (one.categories, one.spans) == (("Home & Garden",), None)
    assert two.categories == ("COFFEE",)
    assert two.spans == (
        (date(2024, 11, 1), date(2024, 11, 30)), (date(2025, 11, 1), date(2025, 11, 30)),
    )  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "Loyal Regulars are deal-driven in Dairy and stock up in coffee.",
        "In Dairy, Loyal Regulars are deal-driven, and in coffee they stock up.",
    ],
)
def test_a_place_goes_with_its_side_of_the_joint(text: str) -> None:
    claims = [each for each in read(text) if isinstance(each, Claim)]
    assert [each.categories for each in claims] == [("Dairy",), ("COFFEE",)]


@pytest.mark.parametrize(
    ("when", "spans"),
    [
        ("since March 2025", [(date(2025, 3, 1), END)]),
        ("since June", [(date(2025, 6, 1), END)]),
        ("before June 2024", [(START, date(2024, 5, 31))]),
        ("in Q4 2025", [(date(2025, 10, 1), END)]),
        ("from March 2025 to May 2025", [(date(2025, 3, 1), date(2025, 5, 31))]),
        ("in 2024", [(START, date(2024, 12, 31))]),
    ],
)
def test_days_are_those_of_the_study(when: str, spans: list[tuple[date, date]]) -> None:
    assert claim_of(f"Loyal Regulars stock up {when}.").spans == tuple(spans)


def test_whom_they_are_compared_with_is_no_subject() -> None:
    claim = claim_of("Loyal Regulars are more deal-driven than Dormant Customers.")
    assert (claim.segment, claim.against) == ("loyal_regulars", ("dormant",))


def test_only_and_used_to_are_heard() -> None:
    assert claim_of("Only Loyal Regulars are loyal to one brand.").is_only
    assert not claim_of("Loyal Regulars only buy on promotion.").is_only
    assert claim_of("Dormant Customers used to buy every month.").is_past


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Offer Loyal Regulars more discounts.", "advice"),
        ("Are Loyal Regulars deal-driven?", "question"),
        ("Loyal Regulars may be deal-driven.", "supposition"),
        ("Loyal Regulars will stock up.", "what is to come"),
        ("All customers love bargains.", "nobody to hold them against"),
        ("No segment is deal-driven.", "no one segment"),
        ("They are deal-driven.", "not said of whom"),
        ("Loyal Regulars place 40% of orders at weekends.", "states a figure"),
        ("Loyal Regulars come back for tea.", "no category of the data"),
        ("Loyal Regulars are as deal-driven as Dormant Customers.", "two are alike"),
        ("Loyal Regulars spend more per order in December than in June.", "compares times"),
        ("Loyal Regulars were deal-driven in 2015.", "none of the study"),
    ],
)
def test_what_is_not_asked_says_why(text: str, why: str) -> None:
    (found,) = read(text)
    assert isinstance(found, NotAsked)
    assert why in found.why


def test_what_claims_no_behaviour_is_left_alone() -> None:
    assert read("Loyal Regulars are 15% of customers. They live in Kent.") == []


def test_a_word_that_limits_a_claim_and_is_not_known_is_told() -> None:
    claim = claim_of("Loyal Regulars are deal-driven online in winter.")
    assert claim.not_read == ("online", "winter")


def test_what_says_when_another_behaviour_is_shown_is_none_of_its_own() -> None:
    claim = claim_of("Loyal Regulars stock up at weekends.")
    assert (claim.behaviour, claim.not_read) == ("stock_up", ("weekends",))
    assert told("Loyal Regulars stock up and buy at weekends.") == [
        ("loyal_regulars", "stock_up", 1), ("loyal_regulars", "weekends", 1),
    ]  # fmt: skip


def test_a_plain_word_is_a_category_only_where_it_is_meant_as_one() -> None:
    assert claim_of("Loyal Regulars are more deal-driven than other customers.").categories == ()
    assert claim_of("Loyal Regulars are deal-driven, running after sales.").categories == ()
    assert claim_of("Loyal Regulars are deal-driven in running.").categories == ("Running",)


def test_the_facts_own_label_is_a_word_for_the_behaviour() -> None:
    document = facts_document("shop")
    metrics = {**document["metrics"], "weekend_share": {"label": "Saturday trade", "unit": "percent"}}
    asked = asking(facts_of({**document, "metrics": metrics}), CATEGORIES, START, END)
    (claim,) = claims_in(Text("1", "Loyal Regulars have more Saturday trade.", None), asked)
    assert isinstance(claim, Claim)
    assert claim.behaviour == "weekends"
