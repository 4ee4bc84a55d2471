"""What they will be worth: value by segment beside revenue so far, the model, and how far to trust it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date

import pytest
from tests.publish import studies
from tests.publish.pages import read
from tests.publish.valued import document, tried, valued, with_worth

from regulars.figures import written
from regulars.publish.dashboard import dashboard
from regulars.publish.value_trial import best_tenths, by_repeats, tracking
from regulars.types import Finding, Study

NOTE = document()["notes"][0]["what"]


def section(study: Study) -> str:
    """The words of the section; empty where there is none."""
    found = re.search(r'<section id="worth".*?</section>', dashboard(study), re.DOTALL)
    return read(found[0]).words if found else ""


# --- value by segment -----------------------------------------------------------------------------


def test_a_study_that_foretells_nothing_has_no_such_section() -> None:
    html = dashboard(studies.retail())
    assert section(studies.retail()) == ""
    assert "#worth" not in html
    assert "Predicted value" not in read(html).words


def test_each_segment_has_its_share_to_come_above_its_share_so_far_the_largest_first() -> None:
    study = valued()
    profile = study.segmentations[0].profile
    shares = [(s.name, s.facts["predicted_value_share"].value, s.facts["revenue_share"].value)
              for s in profile.segments]  # fmt: skip
    ordered = sorted(shares, key=lambda each: -each[1])
    words = section(study).replace(" ", "")
    places = [
        words.index(f"{name.replace(' ', '')}{written(to_come, 'percent')}{written(past, 'percent')}")
        for name, to_come, past in ordered
    ]
    assert places == sorted(places)


def test_a_hidden_segment_has_no_point_and_no_share() -> None:
    study = with_worth(studies.suppressed(), document())
    found = re.search(r'<li class="[^"]*"><bdi class="name">New customers<.*?</li>',
                      dashboard(study).partition('id="worth"')[2], re.DOTALL)  # fmt: skip
    assert found is not None
    assert read(found[0]).words == "New customersnot shown, for privacy"
    assert "<circle" not in found[0]


def test_without_amounts_there_is_no_value_by_segment_but_the_model_is_shown() -> None:
    errors = [each for each in document()["validation"]["errors"] if each["what"] == "purchases"]
    value = {**tried(errors=errors, value=None), "spend": None}
    words = section(replace(studies.without_amounts(), value=value))
    assert "share of predicted value" not in words
    assert "What one is worth" not in words
    assert "£" not in words
    assert "foretold purchases worse than a simple rule" in words


def test_the_figures_of_the_model_are_no_facts_and_the_page_stays_true_of_those_that_are() -> None:
    html = dashboard(valued())
    (count,) = re.findall(r"All ([\d,]+) figures carry their evidence", html)
    assert int(count.replace(",", "")) == html.count("class=ev ")


def test_the_headline_figures_hold_what_all_are_expected_to_bring() -> None:
    html = dashboard(valued())
    whole = valued().segmentations[0].profile.overall.facts["predicted_value"].value
    (tile,) = re.findall(r'<div class="kpi"><dt>Predicted value</dt>.*?</div>', html, re.DOTALL)
    assert read(tile).words.startswith(f"Predicted value £{whole / 1e6:.1f}m")
    assert "next 365 days, how far to trust it" in read(tile).words
    assert html.count('class="kpi"') == 6


def test_what_is_expected_is_not_called_a_count() -> None:
    html = dashboard(valued())
    panels = re.findall(r'<div class="proof".*?</div>', html, re.DOTALL)
    (predicted,) = (each for each in panels if "<h3>Predicted value, next 365 days" in each)
    (revenue,) = (each for each in panels if re.search(r"<h3>Revenue<", each))
    assert "Expected and not counted: no sampling interval." in predicted
    assert "Full counts" not in predicted
    assert "Full counts: no sampling interval." in revenue


def test_the_last_column_of_the_segment_table_is_what_each_is_expected_to_bring() -> None:
    heads = re.findall(r"<th scope=\"col\" data-sort>([^<]*)</th>", dashboard(valued()))
    assert heads.count("Predicted value per customer, next 365 days") == 2
    assert heads[9] == "Predicted value per customer, next 365 days"


# --- how far to trust it --------------------------------------------------------------------------


def test_a_model_that_loses_to_a_rule_says_so_above_everything_and_row_by_row() -> None:
    words = section(valued())
    assert (
        "Tried on days that it had not seen, the value model foretold spend worse than a simple rule."
        in words
    )
    assert "Spend No better than as before" in words
    assert "Spend Worse than last 280 days" in words
    assert "Spend Better than RFM cell mean" in words
    assert "£575.73 £590.37 £14.64 −£32.18 to £61.46" in words


def test_a_model_that_beats_every_rule_is_told_by_how_much() -> None:
    errors = [{**each, "beats": True, "gain": 59.037, "low": 10, "high": 108} for each in _errors("before")]
    study = valued(tried(errors=errors))
    words = section(study)
    assert (
        "On days that it had not seen, its error in spend was 10.0% smaller than the best simple rule's"
        in words
    )
    assert "Tried on days" not in words
    assert "by the value model" in read(dashboard(study)).words


def _errors(rule: str) -> list[dict]:
    return [each for each in document()["validation"]["errors"] if each["rule_key"] == rule]


def test_a_model_that_could_not_be_tried_says_that_and_shows_no_chart() -> None:
    words = section(valued(document(validation=None)))
    assert "The model could not be tried on days that it had not seen" in words
    assert "Tracking chart" not in words
    assert "BG/NBD, fitted on 4,334 customers up to 9 Dec 2011" in words


def test_parameters_have_standard_errors_and_what_is_not_told_has_a_dash() -> None:
    words = section(valued())
    assert "r 0.7187 0.02829" in words
    assert "b 14,745 –" in words
    assert "A dash: these customers do not tell it" in words


@pytest.mark.parametrize("is_found", [True, False])
def test_a_doubt_of_the_model_is_told_once(is_found: bool) -> None:
    study = valued()
    if is_found:
        study = replace(study, findings=(*study.findings, Finding(**document()["notes"][0])))
    assert read(dashboard(study)).words.count(NOTE) == 1
    assert (NOTE in section(study)) is not is_found


# --- the charts of the trial ----------------------------------------------------------------------


def _tried() -> dict:
    return document()["validation"]


def test_the_tracking_chart_marks_the_day_on_which_fitting_ended() -> None:
    made = tracking(_tried(), date(2010, 12, 1))
    assert made is not None
    (at,) = re.findall(r'd="M([\d.]+) 26V204" class="avg"', made.drawing)
    week = 1 + (float(at) - 54) / (440 - 54 - 12) * 53
    assert week == pytest.approx(280 / 7, abs=0.01)
    assert "fitted to 6 Sep 2011" in made.drawing
    assert made.rows[-1] == ("54", "11,817", "9,995")


def test_ten_years_of_weeks_are_drawn_and_listed_in_few() -> None:
    weeks = [{"week": at, "actual": 10 * at, "expected": 9.5 * at} for at in range(1, 522)]
    made = tracking({**_tried(), "tracking": weeks}, None)
    assert made is not None
    assert len(made.rows) <= 28
    assert (made.rows[0][0], made.rows[-1]) == ("1", ("521", "5,210", "4,950"))
    assert len(made.drawing) < 4_000


def test_classes_of_ten_customers_or_fewer_are_not_shown_nor_to_be_worked_out() -> None:
    """Three customers with 7 repeats or more: the total of all purchases would tell theirs, if theirs
    alone were blank."""
    classes = [{**each, "customers": 3} if each["x"] == 7 else each for each in _tried()["by_repeats"]]
    made = by_repeats({**_tried(), "by_repeats": classes})
    assert made is not None
    blank = [row[0] for row in made.rows if row[1] == "not shown"]
    assert blank == ["6", "7+"]
    assert all(row[2:] == ("–", "–") for row in made.rows if row[0] in blank)
    assert "5.44" not in json.dumps([made.title, made.drawing, made.rows])
    assert "Not shown: classes of ten customers or fewer" in made.sub


def test_with_classes_to_show_of_one_kind_only_there_is_no_chart() -> None:
    assert by_repeats({**_tried(), "by_repeats": _tried()["by_repeats"][:1]}) is None


def test_tenths_of_ten_customers_or_fewer_are_not_shown() -> None:
    assert best_tenths({**_tried(), "customers": 109}) is None
    assert best_tenths({**_tried(), "customers": 110}) is not None


def test_what_was_brought_is_told_of_the_tenth_of_whom_most_was_expected() -> None:
    made = best_tenths(_tried())
    assert made is not None
    assert made.title == "The tenth of whom most was expected brought 55.5% of spend"
    assert made.rows[-1] == ("100%", "100.0%")
