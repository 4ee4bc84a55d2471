"""The cards of a model: how far it can be relied on, whom it takes for whom, and what it learnt, in words."""

from __future__ import annotations

import re
from dataclasses import replace

from tests.publish.modelled import FEATURES, modelled
from tests.publish.pages import read

from regulars.publish.charts.reliability import Group, reliability
from regulars.publish.dashboard import dashboard
from regulars.publish.learnt import learnt, told
from regulars.publish.marks import marks


def cards(study, place: int = 0):
    segmentation = study.segmentations[place]
    made = learnt(segmentation, marks(study.segmentations)[place], FEATURES)
    assert made is not None
    return made


def test_accuracy_is_told_with_its_interval_and_beside_a_guess() -> None:
    study = modelled()
    assert told(study.segmentations[0].definition) == (
        "Right for 62.8% (56.3% to 68.9%) of 223 customers held out; always saying Champions: 68.6%."
    )
    assert told({"choice": {"k": 3}}) == ""


def test_a_model_no_better_than_a_guess_is_called_so() -> None:
    assert cards(modelled()).title.startswith("No better than guessing: right for 62.8% of customers")
    better = modelled()
    made = better.segmentations[0].definition["choice"]["model"]
    made["guess_share"] = 0.4
    assert cards(better).title == (
        "The model is right for 62.8% of customers; always saying Champions would be for 40.0%"
    )


def test_the_table_has_a_column_for_each_segment_given_and_a_dash_for_small_counts() -> None:
    made = cards(modelled())
    assert [name for name, _ in made.given] == ["Champions", "Loyal customers"]
    champions, loyal, potential, *_, lost = made.rows
    assert [cell.text for cell in champions.cells] == ["120", "33"]
    assert [cell.is_right for cell in loyal.cells] == [False, True]
    assert [cell.text for cell in potential.cells] == [cell.text for cell in lost.cells] == ["–", "–"]
    assert (champions.recall, champions.precision) == ("78.4%", "77.4%")
    assert (lost.customers, lost.recall, lost.precision) == ("14", "0.0%", "–")
    assert made.never.endswith("Hibernating, Lost")


def test_the_tree_reads_from_the_top_with_labels_and_ends() -> None:
    first, other = cards(modelled()).tree
    assert first.words == "If weekend orders is at most 0.125, or unknown"
    assert (other.words, other.segment, other.share) == ("Otherwise", "New customers", "61.2%")
    unknown, known = first.branches
    assert (unknown.words, unknown.segment) == ("If days between purchases is unknown", "Champions")
    assert [each.words for each in known.branches] == ["If region <b> is 'O''Hare'", "Otherwise"]


def test_weights_are_told_as_what_speaks_for_a_segment_and_against_it() -> None:
    regulars, weekend, _ = cards(modelled(), 1).pulls
    assert regulars.speaks_for == "high days between purchases (+0.80)"
    assert regulars.speaks_against == "region <b> is 'North' (−0.40)"
    assert (weekend.speaks_for, weekend.speaks_against) == (
        "high days between purchases (+0.50)", "region <b> is 'North' (−0.15)",
    )  # fmt: skip


def test_the_page_has_the_cards_and_escapes_what_they_hold() -> None:
    html = dashboard(modelled())
    page = read(html)
    assert "The tree in words" in page.words
    assert "What speaks for each segment" in page.words
    assert "If region <b> is 'O''Hare'" in page.words
    assert "Learnt from tiers: each customer is put in the segment" in page.words
    assert "If region <b>" not in html


def test_other_methods_have_no_such_cards() -> None:
    study = modelled()
    plain = replace(study.segmentations[0], definition={"segments": [], "choice": {}})
    assert learnt(plain, {}, FEATURES) is None


def test_a_probability_that_came_true_lies_on_the_diagonal() -> None:
    drawn = reliability([Group(0.5, 0.5, 0.4, 0.6)], "half")
    (x, y) = re.findall(r'cx="([\d.]+)" cy="([\d.]+)"', drawn)[0]
    (left, bottom, right, top) = map(float, re.findall(r"M([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)", drawn)[0])
    assert (float(x), float(y)) == ((left + right) / 2, (bottom + top) / 2)
