import re

import pytest
from tests.publish import studies
from tests.publish.pages import read

from regulars.publish.charts.trial import Trial, trial
from regulars.publish.choice import choice
from regulars.publish.dashboard import dashboard


def card(**changed):
    return choice(studies.measured(**changed).segmentations[1])


def tries(*values, taken=1, best=0):
    return [
        Trial(str(at + 2), value, f"{value}", None, at == taken, at == best)
        for at, value in enumerate(values)
    ]


@pytest.mark.parametrize(("verdict", "title"), [
    ("natural", "6 natural groups: they come back"),
    ("reproducible", "6 reproducible segments: they come back, but are no natural groups"),
    ("constructive", "6 constructive segments: other draws of customers would move them"),
    (None, "Why 6 segments"),
])  # fmt: skip
def test_the_card_is_titled_with_the_verdict(verdict, title):
    assert card(verdict=verdict).title.startswith(title)


def test_every_measure_that_was_taken_is_drawn_and_says_what_it_speaks_for():
    said = {each.name: each.speaks for each in card().measures.multiples}
    assert said == {
        "Silhouette": "for 3", "Calinski-Harabasz": "for 8", "Davies-Bouldin": "for 8", "BIC": "for 8",
        "Inertia": "for 5", "Gap statistic": "for no split", "Prediction strength": "holds up to 2",
        "Bootstrap Jaccard": "holds for 2, 6, 8",
    }  # fmt: skip


def test_a_gap_that_speaks_for_no_split_rings_the_1():
    def gap(**changed):
        return next(m.drawing for m in card(**changed).measures.multiples if m.name == "Gap statistic")

    assert gap().count('class="best"') == 1
    assert ">1</text>" in gap()
    assert 'class="best"' not in gap(gap_of_one=None)


def test_the_measures_are_counted_in_the_title():
    assert card().measures.title == "3 of 7 measures speak for 8 segments; 6 were taken"
    assert card(speaks_for=dict.fromkeys("abc", 6)).measures.title == "All 3 measures speak for 6 segments"
    assert card(speaks_for=dict.fromkeys("ab", 1)).measures.title == (
        "All 2 measures speak for no split at all; 6 were taken"
    )
    assert card(speaks_for={}).measures.title == "What each measure shows; 6 segments were taken"
    assert card(speaks_for={"a": 3, "b": 6, "c": 3, "d": 6}).measures.title == (
        "2 of 4 measures speak for 6 segments"
    )
    assert card(speaks_for={"a": 3, "b": 6}).measures.title == (
        "No two measures speak for the same number; 6 segments were taken"
    )


def test_every_figure_stands_in_the_table_too():
    words = read(dashboard(studies.retail())).words
    assert "6 0.24 800 1.31 79,955 3.64 1.49 0.59 0.80 5.7% Reproducible" in words
    assert "3 of 7 measures speak for 8 segments" in words


def test_the_recommended_number_is_marked_beside_the_one_that_was_asked_for():
    drawn = card(recommended=8).drawing
    assert re.findall(r">(recommended|0\.\d+)</text>", drawn) == ["0.24", "recommended"]
    assert drawn.count('class="best"') == 1
    assert "recommended" not in card().drawing


def test_a_measure_without_figures_is_left_out():
    some = [{**each, "bic": None, "jaccard": []} for each in studies.TRIED["candidates"]]
    names = [each.name for each in card(candidates=some).measures.multiples]
    assert "BIC" not in names
    assert "Bootstrap Jaccard" not in names
    assert len(names) == 6


def test_the_silhouette_alone_needs_no_second_card():
    assert choice(studies.tried((4, 0.31, 0.3, 0.32), (5, 0.28, 0.2, 0.3)).segmentations[1]).measures is None


def test_the_average_silhouette_is_among_the_headline_figures_and_leads_to_its_card():
    html = dashboard(studies.retail())
    assert "Average silhouette 0.24 0.23 to 0.25, 6 segments of behaviour" in read(html).words
    assert '<a href="#c2-why">6 segments of behaviour</a>' in html
    assert html.count('id="c2-why"') == 1


def test_a_silhouette_without_an_interval_or_a_card_is_told_so_far():
    assert (
        "Average silhouette 0.31 4 segments of behaviour"
        in read(dashboard(studies.tried((4, 0.31, None, None), (5, 0.28, None, None)))).words
    )
    bare = studies.measured(candidates=studies.TRIED["candidates"][3:4], reason="")
    assert "Average silhouette" not in read(dashboard(bare)).words
    assert "Average silhouette 0" not in read(dashboard(studies.without_amounts())).words


def knots(drawn):
    """How high each value stands."""
    (path,) = re.findall(r'd="([^"]*)" class="knots"', drawn)
    return [float(y) for y in re.findall(r"M[\d.]+ ([\d.]+)h0", path)]


def test_a_trial_marks_the_number_taken_and_rings_the_best():
    drawn = trial(tries(0.5, 0.25, 0.3), "label")
    assert drawn.count('class="at"') == drawn.count('class="best"') == 1
    assert re.findall(r">(0\.\d+)</text>", drawn) == ["0.25"]
    best, taken, other = knots(drawn)
    assert best < other < taken
    assert f'cy="{taken:g}" r="5" class="at"' in drawn
    assert f'cy="{best:g}" r="6" class="best"' in drawn


def test_a_threshold_is_dashed_on_a_scale_from_0_to_1():
    drawn = trial(tries(0.0, 1.0), "label", 0.5)
    (dashed,) = re.findall(r'd="M0 ([\d.]+)H240" class="avg"', drawn)
    assert float(dashed) == sum(knots(drawn)) / 2
    assert 'class="avg"' not in trial(tries(0.0, 1.0), "label")


def test_equal_values_and_one_without_an_answer_are_drawn():
    assert "nan" not in trial(tries(0.4, 0.4), "label")
    gapped = [*tries(0.4, 0.5), Trial("4", None, "–", None, False, False)]
    drawn = trial(gapped, "label")
    assert len(knots(drawn)) == 2
    assert ">4</text>" in drawn


def test_a_band_runs_down_to_the_least_where_every_number_has_one():
    banded = [Trial(str(k), 0.8, "0.80", 0.6, k == 2, False) for k in (2, 3)]
    assert 'class="range"' in trial(banded, "label", 0.75)
    assert 'class="range"' not in trial([*banded, *tries(0.4)], "label", 0.75)


def test_the_ends_the_one_taken_and_the_best_are_named():
    def named(drawn):
        return re.findall(r">(\d+)</text>", drawn)[1:]

    assert named(trial(tries(*range(7), taken=5, best=2), "label")) == ["2", "4", "7", "8"]
    assert named(trial(tries(*range(19), taken=17, best=16), "label")) == ["2", "19"]
