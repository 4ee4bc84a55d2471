from __future__ import annotations

import re
from itertools import pairwise

import pytest

from regulars.publish.charts import bars
from regulars.publish.charts.against import Pair, Words, against
from regulars.publish.charts.curve import Point, curve
from regulars.publish.charts.flow import Stream, flow
from regulars.publish.charts.heat import heat
from regulars.publish.charts.radar import radar, web
from regulars.publish.charts.shift import shift
from regulars.publish.charts.svg import element
from regulars.publish.charts.waterfall import Step, waterfall


def _rects(drawn: str) -> list[dict[str, str]]:
    return [dict(re.findall(r'([\w-]+)="([^"]*)"', each)) for each in re.findall(r"<rect ([^>]*)>", drawn)]


def _percent(text: str) -> float:
    return float(text.removesuffix("%"))


def test_text_and_attributes_of_a_drawing_are_escaped() -> None:
    drawn = element("text", "<b>&", aria_label='"><script>')
    assert drawn == '<text aria-label="&#34;&gt;&lt;script&gt;">&lt;b&gt;&amp;</text>'


def test_each_step_of_a_waterfall_begins_where_the_one_before_it_ended() -> None:
    steps = [Step("a", "k0", 20.0, 50.0, "20%", "50%"), Step("b", "k1", 70.0, 30.0, "70%", "30%")]
    steps.append(Step("c", "k2", 10.0, 20.0, "10%", "20%"))
    rows = waterfall(steps)
    assert [row.step.name for row in rows] == ["b", "a", "c"]
    bars_drawn = [_rects(row.track) for row in rows]
    assert [(_percent(r["x"]), _percent(r["width"])) for r, _ in bars_drawn] == [(0, 70), (70, 20), (90, 10)]
    assert [(_percent(r["x"]), _percent(r["width"])) for _, r in bars_drawn] == [(0, 30), (30, 50), (80, 20)]


def test_a_suppressed_step_draws_nothing_and_moves_nothing() -> None:
    steps = [Step("a", "k0", 60.0, 40.0, "60%", "40%"), Step("b", "k1", None, None, "–", "–")]
    rows = waterfall(steps)
    assert _rects(rows[1].track) == []


@pytest.mark.parametrize(
    ("index", "start", "long"), [(100, 50, 0), (200, 50, 25), (50, 25, 25), (900, 50, 50), (1, 0, 50)]
)
def test_a_double_leans_as_far_right_as_a_half_leans_left(index: float, start: float, long: float) -> None:
    (bar,) = _rects(bars.lean(index))
    assert (_percent(bar["x"]), _percent(bar["width"])) == (start, long)


def test_the_largest_share_fills_its_track_and_half_of_it_fills_half() -> None:
    assert [_percent(_rects(bars.share(v, 40.0, "f"))[0]["width"]) for v in (40.0, 20.0)] == [100, 50]


def test_parts_of_a_whole_fill_it_without_gap_or_overlap() -> None:
    drawn = _rects(bars.parts([(60.0, "kept"), (30.0, "a1"), (10.0, "a2")]))
    assert [(_percent(r["x"]), _percent(r["width"])) for r in drawn] == [(0, 60), (60, 30), (90, 10)]


def test_the_highest_segment_reaches_the_rim_and_the_lowest_stays_near_the_centre() -> None:
    drawn = radar((1.0, 0.0, 0.0), "web", "label")
    (shape,) = re.findall(r'd="M([^"]*)Z" class="shape"', drawn)
    corners = [tuple(map(float, each.split())) for each in shape.split("L")]
    far = [((x - 150) ** 2 + (y - 106) ** 2) ** 0.5 for x, y in corners]
    assert far == pytest.approx([70, 8.4, 8.4], abs=0.1)


def test_a_missing_figure_breaks_a_radar_and_never_looks_like_the_least() -> None:
    drawn = radar((1.0, 0.5, None, 0.2), "web", "label")
    (outline,) = re.findall(r'd="([^"]*)" class="line"', drawn)
    assert "Z" not in outline
    assert outline.count("M") + outline.count("L") == 3
    (dots,) = re.findall(r'd="([^"]*)" class="dots"', drawn)
    assert dots.count("h0") == 3
    assert drawn.count(">–</text>") == 1
    assert 'class="shape"' not in drawn


def test_a_figure_between_two_missing_ones_is_a_dot_alone() -> None:
    drawn = radar((None, 0.5, None), "web", "label")
    assert 'class="line"' not in drawn
    assert 'class="area"' not in drawn
    (dots,) = re.findall(r'd="([^"]*)" class="dots"', drawn)
    assert dots.count("h0") == 1
    assert drawn.count(">–</text>") == 2


def test_an_average_that_is_missing_breaks_its_dashed_line_too() -> None:
    drawn = web((0.5, None, 0.5), ("Last order", "Orders", "Tenure"), "web")
    (dashed,) = re.findall(r'd="([^"]*)" class="avg"', drawn)
    assert "Z" not in dashed
    assert dashed.count("M") + dashed.count("L") == 2


def test_the_web_that_radars_share_names_each_axis_once() -> None:
    drawn = web((0.5, 0.5, 0.5), ("Last order", "Orders", "Tenure"), "web")
    assert re.findall(r">([^<]+)</text>", drawn) == ["Last order", "Orders", "Tenure"]
    assert 'id="web"' in drawn


def test_a_cell_of_the_grid_is_darker_the_more_customers_it_has() -> None:
    counts = {(2, 1): 11, (2, 2): 50, (1, 1): None}
    cells = [{"r": r, "m": m, "customers": n} for (r, m), n in counts.items()]
    recent, lapsed = heat({"bands": 2, "cells": cells})
    assert [c.shade for c in recent] == [1, 8]
    assert [(c.customers, c.shade) for c in lapsed] == [(None, 0), (0, 0)]


def test_a_grid_without_amounts_goes_across_by_frequency() -> None:
    (row,) = heat({"bands": 1, "across": "f", "cells": [{"r": 1, "f": 1, "customers": 12, "revenue": None}]})
    assert [(c.r, c.across, c.customers) for c in row] == [(1, 1, 12)]


def test_a_grid_may_have_more_columns_than_rows() -> None:
    rows = heat({"bands": 2, "across": "m", "across_bands": 4, "cells": [{"r": 2, "m": 4, "customers": 20}]})
    assert [[(c.r, c.across) for c in row] for row in rows] == [
        [(2, 1), (2, 2), (2, 3), (2, 4)], [(1, 1), (1, 2), (1, 3), (1, 4)],
    ]  # fmt: skip
    assert rows[0][3].customers == 20


def test_labels_beside_a_flow_never_overlap_however_small_the_segments() -> None:
    shares = [90.0, *[1.0] * 10]
    streams = [Stream(f"s{i}", "k0", 100 / 11, s, "9%", f"{s:.0f}%") for i, s in enumerate(shares)]
    drawn = flow(streams, "Revenue", "label")
    lines = sorted({float(y) for y in re.findall(r'<text x="\d+" y="([\d.]+)">s\d+<', drawn)})
    assert len(lines) == len(shares)
    assert min(b - a for a, b in pairwise(lines)) >= 16.9


def test_stacks_of_a_flow_keep_the_proportions_of_their_shares() -> None:
    streams = [Stream("a", "k0", 25.0, 75.0, "25%", "75%"), Stream("b", "k1", 75.0, 25.0, "75%", "25%")]
    heights = [float(r["height"]) for r in _rects(flow(streams, "Revenue", "label"))]
    assert heights[0] * 3 == pytest.approx(heights[2], abs=0.1)
    assert heights[1] == pytest.approx(heights[3] * 3, abs=0.1)


def test_the_chosen_number_of_segments_is_the_one_that_is_named_in_the_curve() -> None:
    points = [Point("2", 0.2, 0.1, 0.3, "0.20", False), Point("3", 0.4, 0.3, 0.5, "0.40", True)]
    drawn = curve(points, "label")
    assert re.findall(r">(0\.\d+)</text>", drawn) == ["0.40"]
    low, high = (float(y) for y in re.findall(r'cy="([\d.]+)"', drawn))
    assert high < low


def test_a_number_of_segments_without_an_interval_is_a_point_without_a_band() -> None:
    points = [Point("2", 0.2, None, None, "0.20", False), Point("3", 0.4, None, None, "0.40", True)]
    drawn = curve(points, "label")
    assert 'class="range"' not in drawn
    assert drawn.count("<circle") == 2


def test_a_band_covers_only_the_numbers_that_have_an_interval() -> None:
    ends = [(0.1, 0.3), (0.3, 0.5), (None, None), (0.2, 0.4)]
    points = [Point(str(i), 0.3, *each, "0.30", i == 0) for i, each in enumerate(ends, 2)]
    (band,) = re.findall(r'd="([^"]*)" class="range"', curve(points, "label"))
    assert band.count("M") == 1
    assert band.count("L") == 3


def test_two_lines_share_a_scale_that_holds_both_and_starts_at_nothing() -> None:
    words = Words("week", "purchases", "came", "expected")
    drawn = against([Pair(1, 10, 4), Pair(2, 20, 47)], words, "two lines", lambda value: f"{value:g}")
    assert re.findall(r'class="t3">([\d.]+)</text>', drawn) == ["0", "10", "20", "30", "40", "50"]
    paths = re.findall(r'd="(M[^"]+)" class="curve-line', drawn)
    (expected, actual) = [[float(n) for n in re.findall(r"[\d.]+", each)] for each in paths]
    assert expected[3] == pytest.approx(26 + 178 * 3 / 50, abs=0.06)
    assert actual[1] == pytest.approx(26 + 178 * 40 / 50, abs=0.06)


@pytest.mark.parametrize(("before", "after"), [(0.0, 50.0), (-4.0, 20.0), (50.0, 0.0)])
def test_a_shift_runs_from_what_was_to_what_is_expected_and_stays_on_its_track(
    before: float, after: float
) -> None:
    drawn = shift(before, after, 50.0)
    grey, coloured = (float(x) for x in re.findall(r'<(?:rect|circle) c?x="([\d.]+)%', drawn))
    assert (grey, coloured) == (max(0.0, 2 * before), 2 * after)
