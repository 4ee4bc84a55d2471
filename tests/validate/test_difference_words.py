"""What is said of differences: the right way round, with figures that a reader can count."""

from __future__ import annotations

import numpy as np
import pytest
from tests.validate.test_difference import BASKET, FEATURES, LOT, STYLE, drawn, lots, told  # noqa: F401

from regulars.types import Feature
from regulars.validate.difference_words import headline, words


def said(sample, lots, features=FEATURES):  # noqa: F811
    found = told(sample, lots, features)
    return headline(found), words(found)


def test_the_pairs_that_are_alike_are_named_with_their_largest_difference(lots):  # noqa: F811
    head, sentences = said(drawn(np.random.default_rng(1), 6_000), lots)
    assert head == "6 of 6 pairs of neighbours are not different in behaviour."
    assert sentences[0].startswith(
        "Segments always differ in what they are cut by (lot) and in what is measured"
    )
    alike = [each for each in sentences if "are not different in behaviour" in each]
    assert len(alike) == 6
    assert alike[0].startswith(
        "Lot 1 and Lot 2 are not different in behaviour: all differences are negligible. "
    )
    assert "Lot 1, Lot 2, Lot 3 and Lot 4 stand out from the other customers in nothing" in " ".join(
        sentences
    )


def test_the_group_that_has_more_is_named_first_whichever_way_it_was_asked(lots):  # noqa: F811
    for shift in (-1, 1):
        sample = drawn(np.random.default_rng(2), 1_200)
        sample.columns["basket"][sample.segments == 0] += 5 * shift
        _, sentences = said(sample, lots, (LOT, BASKET))
        (farthest,) = [each for each in sentences if each.startswith("Farthest apart")]
        higher = farthest.split(" is higher for ")[1].split(" than for ")
        assert (higher[0] == "Lot 1") == (shift > 0)
        won = int(farthest.split(" in ")[1].split(" of 100")[0])
        assert won > 90


def test_categories_are_told_by_the_shares_that_lie_farthest_apart(lots):  # noqa: F811
    sample = drawn(np.random.default_rng(3), 2_400)
    sample.columns["style"][sample.segments == 0] = np.where(
        np.arange((sample.segments == 0).sum()) % 5 == 0, "plain", "bold"
    ).astype(object)
    _, sentences = said(sample, lots, (LOT, STYLE))
    (farthest,) = [each for each in sentences if each.startswith("Farthest apart")]
    assert "style, 'bold' for 79.9% of Lot 1 and 3" in farthest
    assert "Cramér's V 0." in farthest


def test_where_nothing_is_left_to_judge_by_that_is_said_and_what_would_help(lots):  # noqa: F811
    head, sentences = said(drawn(np.random.default_rng(4), 600), lots, (LOT,))
    assert head == "Differences in behaviour cannot be judged by what this run knows."
    assert "Map more columns" in sentences[0]


def test_what_cannot_be_told_says_how_many_customers_would(lots):  # noqa: F811
    head, sentences = said(drawn(np.random.default_rng(5), 400), lots)
    assert head == "0 of 6 pairs of neighbours differ in behaviour; 6 cannot be told."
    (opened,) = [
        each for each in sentences if each.startswith("Whether they differ cannot be told of 6 pairs")
    ]
    assert "customers in the smaller would tell" in opened
    assert opened.endswith("; 3 more.")


@pytest.mark.parametrize(("label", "within"), [("Net spend", "net spend"), ("VIP days", "VIP days")])
def test_a_label_within_a_sentence_begins_small_unless_it_is_an_abbreviation(lots, label, within):  # noqa: F811
    renamed = Feature("basket", label, "count", "outcome", "")
    _, sentences = said(drawn(np.random.default_rng(6), 600), lots, (LOT, renamed))
    assert f"judged by {within}." in sentences[0]
