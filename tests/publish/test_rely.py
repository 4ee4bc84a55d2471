"""Can you rely on it, on the page: verdicts, drawings with their figures, and what nobody has looked into."""

from __future__ import annotations

import re

from tests.publish import studies
from tests.publish.pages import read
from tests.publish.relied import audited, validation, validations

from regulars.publish.dashboard import dashboard
from regulars.publish.marks import marks
from regulars.publish.rely import Validations, rely


def section(study, found):
    return rely(study, found, marks(study.segmentations), [each.name for each in study.segmentations])


def card(part, question):
    return next(each for each in part.cards if each.question == question)


def test_a_study_that_nobody_looked_into_says_which_command_does() -> None:
    study = studies.retail()
    page = read(dashboard(study)).words
    assert "Not looked into yet" in page
    assert "regulars compare" in page
    found = section(study, Validations({study.segmentations[0].name: validation(study.segmentations[0])}))
    assert found.others == [each.name for each in study.segmentations[1:]]


def test_every_question_has_its_finding_as_title_and_what_was_not_measured_says_why() -> None:
    study = studies.retail()
    part = section(study, validations(study)).parts[0]
    titles = [each.finding for each in part.cards]
    assert titles == [
        "Not all are kept.",
        "They come back.",
        "They foretell.",
        "They differ.",
        "Nothing moved.",
    ]
    assert part.unmeasured == [("Who is in them more often than others?", "Nothing is supplied.")]
    page = read(dashboard(study, None, validations(study))).words
    for said in (*titles, "Nothing is supplied.", "A mean moved by 24%.", "Behind: They foretell."):
        assert said in page


def test_figures_stand_beside_their_drawings_with_their_intervals() -> None:
    study = studies.retail()
    part = section(study, validations(study)).parts[0]
    foretold = card(part, "Do they tell what comes next?").rows[0]
    assert (foretold.value, foretold.between) == ("3.19×", "2.85× to 3.54×")
    back = card(part, "Would the segments come back?").rows[0]
    assert (back.value, back.between) == ("0.90", "0.80 to 0.96")
    assert re.search(r'<circle cx="90%"', back.track)
    assert card(part, "Do they behave differently?").rows[0].name == "Orders"


def test_no_change_has_no_sign_and_a_hidden_figure_no_drawing() -> None:
    study = studies.retail()
    rows = card(section(study, validations(study)).parts[0], "Are they still what they were?").rows
    assert rows[0].value == "+3.2"
    assert (rows[1].track, rows[1].value) == ("", "")
    assert rows[2].value == "0.0"
    assert "not shown, for privacy" in read(dashboard(study, None, validations(study))).words


def test_verdicts_say_what_becomes_of_a_segment_and_why_and_nothing_unassessed_is_green() -> None:
    study = studies.retail()
    first = study.segmentations[0].profile.segments[0].name
    matrix = section(study, validations(study)).parts[0].cards[0].matrix
    told = [(each.verdict, each.kind) for each in matrix.rows]
    assert told[:4] == [
        ("Keep, so far", ""), (f"Merge with {first}", "warn"), ("Drop", "bad"), ("Keep", "ok")
    ]  # fmt: skip
    assert matrix.rows[1].because == ["Because of NOT_DIFFERENT."]
    assert ("–", "") in matrix.rows[0].cells
    assert ("No", "no") in matrix.rows[2].cells


def test_without_an_earlier_run_the_page_says_nothing_of_one() -> None:
    study = studies.retail()
    assert section(study, validations(study, earlier=False)).parts[0].since == ""
    assert section(study, validations(study)).parts[0].since == "31 Aug 2011"


def test_a_fault_is_told_in_place_of_the_figures() -> None:
    page = read(dashboard(studies.retail(), None, Validations(fault="The file is not as it was."))).words
    assert "The file is not as it was." in page


def test_each_measure_is_said_once_in_words_to_repeat_and_only_where_it_is_told_of() -> None:
    study = studies.retail()
    told = section(study, validations(study)).measures
    assert any(each.startswith("Population stability index (PSI): How different is") for each in told)
    assert len(told) == len(set(told))
    assert not any("Four-fifths" in each for each in told), "there is no audit"
    page = read(dashboard(study, None, validations(study))).words
    assert "How different is today's mix of customers from that of then?" in page
    assert section(study, Validations()).measures == []


def test_what_was_foretold_stands_beside_what_it_is_held_against() -> None:
    study = studies.retail()
    sheet = card(section(study, validations(study)).parts[0], "Do they tell what comes next?").sheet
    told = ["0.73 (0.71 to 0.75)", "0.74 (0.72 to 0.76)", "0.50"]
    assert sheet.rows == [("Who buys again (AUC)", told, "worse", "bad")]


def test_an_audit_shows_whom_a_segment_holds_more_of_and_leaves_out_what_is_alike() -> None:
    study = studies.retail()
    first = study.segmentations[0]
    told = validation(first)
    name = first.profile.segments[0].name
    told["sections"]["audit"] = audited(name)
    (part, *_) = section(study, Validations({first.name: told})).parts
    sheet = card(part, "Who is in them more often than others?").sheet
    assert sheet.rows == [(name, ["region North", "31.0% (28.0% to 34.2%)", "22.0%"], "more", "warn")]
    assert "region North" in read(dashboard(study, None, Validations({first.name: told}))).words


def test_answers_under_other_settings_are_called_so() -> None:
    study = studies.retail()
    first = study.segmentations[0]
    kept = {first.name: validation(first)}
    assert not section(study, Validations(kept)).parts[0].is_stale
    page = read(dashboard(study, None, Validations(kept, stale=(first.name,)))).words
    assert "The settings of validation have changed since." in page
