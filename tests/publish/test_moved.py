"""Who moved, on the page: sizes run by run, bands between two runs, and no small cell in either."""

from __future__ import annotations

import re
from dataclasses import replace

from tests.publish import studies
from tests.publish.pages import read
from tests.publish.wandered import past, pasts

from regulars.publish.charts.alluvial import Band, Part, alluvial
from regulars.publish.charts.spark import spark
from regulars.publish.dashboard import dashboard
from regulars.publish.marks import marks
from regulars.publish.moved import Past, Pasts, moved, moved_page


def section(study, told) -> object:
    return moved(study, told, marks(study.segmentations), [each.name for each in study.segmentations])


def test_a_study_without_a_past_has_no_such_section_and_one_with_it_has() -> None:
    study = studies.retail()
    assert "Who moved" not in read(dashboard(study)).words
    page = read(dashboard(study, pasts(study)))
    assert "moved" in page.having("id")
    assert "#moved" in page.having("href")


def test_titles_state_what_moved_and_tables_have_each_figure() -> None:
    study = studies.retail()
    card = section(study, pasts(study)).cards[0]
    names = [each.name for each in study.segmentations[0].profile.segments]
    assert card.sizes_title.startswith(f"{names[0]} grew from ")
    assert card.sizes_title.endswith("since 31 Aug 2011")
    assert [name for name, _ in card.runs] == ["31 Aug 2011", "1 Oct 2011", "1 Nov 2011", "2 Dec 2011"]
    assert dict(card.rows)[names[0]][-1] == "100"
    assert "version 2 from 1 Nov 2011" in card.note


def test_small_cells_are_dashes_in_the_tables_and_have_no_band() -> None:
    study = studies.retail()
    told = past(study.segmentations[0])
    card = section(study, Pasts((told,))).cards[0]
    cells = [text for _, texts in card.rows for text in texts]
    assert "–" in cells
    assert not {"1", "3", "5", "10"} & set(cells)
    assert card.hides
    assert card.courses[-1].once.endswith("1 Oct 2011"), "the first run that may tell it"
    matrix = told.migration
    shown = sum(bool(n and matrix.shown(cell)) for cell, n in matrix.counts.items() if "" not in cell)
    assert card.flows.count('class="band') == shown


def test_runs_that_cannot_be_relied_on_are_named_in_place_of_figures() -> None:
    page = read(dashboard(studies.retail(), Pasts(fault="Run 2011-11-30-x is damaged.")))
    assert "Run 2011-11-30-x is damaged." in page.words
    assert "alluvial" not in " ".join(page.having("class"))


def test_bands_are_as_high_as_their_customers_are_many() -> None:
    before, after = [Part("a", "A", "k0", 60), Part("b", "B", "k1", 20)], [Part("a", "A", "k0", 80)]
    drawn = alluvial(before, after, [Band("a", "a", 60), Band("b", "a", 20)], ("then", "now"), "label")
    ends = re.findall(r'd="M[\d.]+ ([\d.]+)C.*?C[\d.]+ [\d.]+ [\d.]+ ([\d.]+) ', drawn)
    heights = [float(low) - float(high) for high, low in ends]
    assert abs(heights[0] - 3 * heights[1]) < 0.5


def test_a_line_is_broken_where_a_size_is_not_shown_and_dashed_where_the_definition_changed() -> None:
    drawn = spark([0, 31, 59, 90], [10.0, None, 20.0, 30.0], 30.0, [2], "label")
    assert drawn.count('class="avg"') == 1
    (line,) = re.findall(r'd="([^"]*)" class="line"', drawn)
    assert line.count("M") == 1
    assert line.count("L") == 1


def test_a_segment_that_is_gone_has_no_mark_and_is_drawn_all_the_same() -> None:
    study = studies.retail()
    told = past(study.segmentations[0])
    run = told.sizes[0].run
    gone = replace(run, segments=(*run.segments, replace(run.segments[0], id="old", name="Old hands")))
    first = replace(told.sizes[0], run=gone, by_segment={**told.sizes[0].by_segment, "old": 50})
    card = section(study, Pasts((replace(told, sizes=(first, *told.sizes[1:])),))).cards[0]
    (old,) = [each for each in card.courses if each.name == "Old hands"]
    assert (old.classes, old.now) == ("gone", "–")


def test_two_runs_alone_make_a_page_with_their_days_flows_and_tables() -> None:
    study = studies.retail()
    of = past(study.segmentations[0])
    two = Past(of.name, of.sizes[-2:], of.migration)
    page = read(moved_page(study, two, "RFM"))
    assert "1 Nov 2011 to 2 Dec 2011" in page.words
    assert "run-2" in page.words
    assert "run-3" in page.words
    assert all(href.startswith("#") for href in page.having("href"))
    assert moved_page(study, two, "RFM") == moved_page(study, two, "RFM")
