"""The words: every figure is a fact as it is written, every sentence true of the customers behind it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from statistics import median

import pytest
from hypothesis import given
from hypothesis import settings as tried
from hypothesis import strategies as st
from tests.profile.crowds import customers, profiled

from regulars.engine import Engine
from regulars.figures import written
from regulars.narrate import words_file
from regulars.narrate.template import narrate
from regulars.types import Narrative, Profile, Sentence, Span, plain

EXAMPLES = 500 if os.environ.get("REGULARS_SOAK") else 40

LOYAL = [{"orders": 5, "spend": 500 + n, "recency_days": n % 20, "gap_days": 15 + n % 3} for n in range(60)]
GONE = [{"orders": 2, "spend": 60 + n, "recency_days": 200 + n, "gap_days": 80 + n % 3} for n in range(60)]
NEW = [{"orders": 1, "spend": 20, "recency_days": 10 + n % 9, "gap_days": None} for n in range(60)]
SHOP = {"loyal": LOYAL, "gone": GONE, "new": NEW}
NAMES = {"loyal": "Loyal", "gone": "Gone quiet", "new": "New"}


@pytest.fixture(scope="module")
def engine():
    with Engine(threads=1) as made:
        yield made


@pytest.fixture(scope="module")
def shop(engine):
    return profiled(engine, SHOP, NAMES)


def sentences(words: Narrative) -> Iterator[Sentence]:
    yield from (*words.headline, *words.lede, *words.titles.values())
    for segment in words.segments:
        yield segment.headline
        yield from (*segment.paragraph, *segment.apart, *segment.caveats)


def assert_proven(profile: Profile, words: Narrative) -> None:
    """Figures are spans whose text is their fact's, no other span has a digit, and nothing is left unsaid."""
    for sentence in sentences(words):
        assert sentence
        for span in sentence:
            assert span.text
            if span.fact:
                fact = profile.fact(span.fact)
                assert fact.value is not None
                assert span.text == written(fact.value, fact.unit)
            else:
                assert not any(character.isdigit() for character in span.text), plain(sentence)
        said = plain(sentence)
        assert not {"–", "{", "}", "None", "nan"} & set(said.replace(".", " ").split())
        assert "  " not in said


def texts(each: tuple[Sentence, ...]) -> list[str]:
    return [plain(sentence) for sentence in each]


# --- figures --------------------------------------------------------------------------------------


def test_every_figure_is_its_fact_as_it_is_written(shop) -> None:
    words = narrate(shop)
    assert_proven(shop, words)
    assert sum(bool(span.fact) for sentence in sentences(words) for span in sentence) > 30


def test_the_same_profile_gives_the_same_words(shop) -> None:
    assert narrate(shop) == narrate(shop)


def test_words_come_back_from_their_file_as_they_were(shop) -> None:
    words = narrate(shop)
    assert words_file.from_json(json.loads(json.dumps(words_file.as_json(words)))) == words


GROUP = st.lists(
    st.fixed_dictionaries(
        {
            "orders": st.integers(1, 4),
            "spend": st.integers(-20, 300),
            "recency_days": st.integers(0, 400),
            "gap_days": st.none() | st.integers(1, 90),
            "weekend_share": st.sampled_from([0, 0.5, 1]),
            "return_share": st.sampled_from([0, 0.001, 0.3]),
        }
    ),
    max_size=4,
).flatmap(lambda few: st.integers(0, 15).map(lambda times: few * times))


@tried(max_examples=EXAMPLES)
@given(groups=st.lists(GROUP, min_size=1, max_size=4).filter(any))
def test_no_crowd_makes_a_figure_without_a_fact_or_a_sentence_with_a_hole(engine, groups) -> None:
    made = profiled(engine, dict(zip("abcd", groups, strict=False)))
    words = narrate(made)
    assert_proven(made, words)
    assert words.headline
    assert [each.segment_id for each in words.segments] == [each.id for each in made.segments]


# --- names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["{share}", "}{", "=overall.customers", "loyal.customers", "<b>"])
def test_a_name_is_only_ever_a_name(engine, name: str) -> None:
    made = profiled(engine, SHOP, NAMES | {"loyal": name})
    words = narrate(made)
    assert f" are in {name} and " in plain(words.lede[0])
    assert Span(name) in [span for sentence in sentences(words) for span in sentence]
    assert all(made.fact(s.fact) for sentence in sentences(words) for s in sentence if s.fact)


def test_a_meaning_opens_the_line_of_its_segment(shop) -> None:
    words = narrate(shop, {"loyal": "regulars who come back every fortnight"})
    assert plain(words.segments[0].headline).startswith(
        "Regulars who come back every fortnight: 33.3% of cust"
    )
    assert plain(words.segments[1].headline).startswith("33.3% of customers")


# --- truth ----------------------------------------------------------------------------------------


def test_the_headline_says_what_brings_most_and_who_has_gone_quiet(shop) -> None:
    """Loyal customers spent 60 × 500 + 1,770 = 31,770 of 31,770 + 5,370 + 1,200."""
    words = narrate(shop)
    assert texts(words.headline) == [
        "One segment brings 82.9% of revenue.",
        "Half of the 60 customers in Gone quiet have not ordered for 230 days or more.",
    ]
    assert sum(each["recency_days"] >= 230 for each in GONE) * 2 >= len(GONE)


@pytest.mark.parametrize("segment", list(SHOP))
def test_half_have_ordered_within_the_median(shop, segment: str) -> None:
    days = [each["recency_days"] for each in SHOP[segment]]
    (words,) = [each for each in narrate(shop).segments if each.segment_id == segment]
    within = f"Half of them have ordered within the last {written(median(days), 'days')}, and "
    assert texts(words.paragraph)[2].startswith(within)
    assert sum(each <= median(days) for each in days) * 2 >= len(days)


def test_half_who_ordered_on_the_last_day_are_told_so_without_a_last_of_no_days(engine) -> None:
    made = profiled(engine, {"now": customers(20, recency_days=0), "then": customers(20, recency_days=30)})
    assert (
        "Half of them ordered on the last day of the study" in texts(narrate(made).segments[0].paragraph)[2]
    )


def test_a_segment_that_lies_above_is_told_from_its_upper_half(shop) -> None:
    middle = median(each["recency_days"] for members in SHOP.values() for each in members)
    (told,) = [s for s in texts(narrate(shop).segments[1].apart) if "not ordered" in s]
    everybody = written(middle, "days")
    assert (
        told == f"Half of them have not ordered for 230 days or more, against {everybody} for all customers."
    )


def test_returns_are_taken_off_in_words_only_where_there_are_any(engine, shop) -> None:
    assert "net of returns" not in " ".join(plain(s) for s in sentences(narrate(shop)))
    crowd = {name: [{**each, "return_share": 0.1} for each in members] for name, members in SHOP.items()}
    loyal = narrate(profiled(engine, crowd)).segments[0]
    assert texts(loyal.paragraph)[1].endswith("spent £529.50, net of returns.")


def test_who_returned_more_than_they_bought_has_not_spent(engine) -> None:
    made = profiled(engine, {"back": customers(20, spend=-5), "rest": customers(60, spend=100)})
    assert texts(narrate(made).segments[0].paragraph)[1] == (
        "On average they have placed 1.00 orders; less what they returned, these come to −£5.00."
    )
    assert texts((narrate(made).segments[0].headline,)) == ["25.0% of customers."]


def test_shares_that_add_up_to_more_than_all_make_no_headline(engine) -> None:
    made = profiled(engine, {"back": customers(20, spend=-50), "rest": customers(60, spend=100)})
    assert texts(narrate(made).headline)[0] == "The largest segment, Rest, holds 75.0% of customers."


def test_all_segments_together_bring_everything_and_that_is_no_headline(engine) -> None:
    made = profiled(engine, {"a": customers(20, spend=50), "b": customers(20, spend=51)})
    assert texts(narrate(made).headline)[0] == "One segment brings 50.5% of revenue."


# --- profiles with little in them -----------------------------------------------------------------


def test_one_segment_is_all_customers_and_nothing_sets_it_apart(engine) -> None:
    made = profiled(engine, {"all": customers(40)}, {"all": "Everybody"})
    words = narrate(made)
    assert texts(words.headline) == ["All customers are in one segment, Everybody."]
    assert words.segments[0].apart == ()
    assert "does not clearly differ" not in " ".join(texts(words.segments[0].caveats))


def test_without_amounts_nothing_is_said_of_money(engine) -> None:
    words = narrate(profiled(engine, SHOP, NAMES, without=("spend",)))
    said = " ".join(plain(sentence) for sentence in sentences(words))
    assert "revenue" not in said
    assert "£" not in said
    assert words.titles == {}
    assert texts(words.headline)[0] == "The largest segment, Loyal, holds 33.3% of customers."


def test_where_nothing_may_be_shown_the_words_say_that_and_no_more(engine) -> None:
    words = narrate(profiled(engine, {"a": customers(4), "b": customers(5)}))
    assert texts(words.headline) == ["No segment is large enough to be shown."]
    assert words.lede == ()
    for segment in words.segments:
        assert plain(segment.headline).startswith("Not shown: ten customers or fewer")
        assert segment.paragraph == segment.apart == segment.caveats == ()


def test_a_small_segment_is_told_with_a_caution(engine) -> None:
    made = profiled(engine, {"few": customers(30), "many": customers(300)})
    few, many = narrate(made).segments
    assert texts(few.caveats)[0] == "Only 30 customers: its figures move with a handful of orders."
    assert not any("Only" in each for each in texts(many.caveats))
