from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.publish import studies
from tests.publish.hung import hung
from tests.publish.modelled import modelled
from tests.publish.pages import read
from tests.publish.relied import validations
from tests.publish.valued import valued
from tests.publish.wandered import pasts

from regulars.publish.dashboard import dashboard, fragment
from regulars.publish.page import lighter
from regulars.types import Span, Study

MAKERS = (
    studies.retail, studies.without_amounts, studies.one_segment, studies.suppressed, studies.hostile,
    studies.tiny, modelled, hung, studies.by_rules, valued,
)  # fmt: skip
CHOICE = 1 + 8
"""The curve of the silhouette, and each measure in small."""
every_study = pytest.mark.parametrize("make", MAKERS, ids=lambda make: make.__name__)


@every_study
def test_the_same_study_gives_the_same_page(make: Callable[[], Study]) -> None:
    assert dashboard(make()) == dashboard(make())


@every_study
def test_a_page_is_light(make: Callable[[], Study]) -> None:
    assert len(lighter(dashboard(make())).encode()) <= 300_000


def test_a_page_with_its_past_and_all_that_was_found_stays_within_bounds() -> None:
    study = studies.retail()
    page = lighter(dashboard(study, pasts(study), validations(study)))
    assert len(page.encode()) <= 400_000


@every_study
def test_ids_are_given_once_and_whatever_points_to_one_finds_it(make: Callable[[], Study]) -> None:
    page = read(dashboard(make()))
    ids = page.having("id")
    assert len(ids) == len(set(ids))
    targets = [*page.having("popovertarget"), *(href[1:] for href in page.having("href"))]
    targets += [name for names in page.having("aria-labelledby") for name in names.split()]
    assert len(targets) > 15
    assert set(targets) <= set(ids)


@every_study
def test_nothing_on_a_page_can_ask_for_anything_outside_it(make: Callable[[], Study]) -> None:
    page = read(dashboard(make()))
    assert all(href.startswith("#") for href in page.having("href"))
    assert page.having("src") == []
    assert all(url.startswith("data:") for url in re.findall(r"url\(\"?([^)\"]+)", page.style))


@every_study
def test_the_policy_admits_this_style_and_this_script_and_no_handler_or_style_attribute_is_there(
    make: Callable[[], Study],
) -> None:
    page = read(dashboard(make()))
    stated = {m.get("http-equiv"): m["content"] or "" for m in page.tags("meta") if "content" in m}
    policy = stated["Content-Security-Policy"]
    assert policy.startswith("default-src 'none';")
    assert f"style-src '{_hash(page.style)}'" in policy
    assert f"script-src '{_hash(page.script)}'" in policy
    assert "unsafe" not in policy
    assert not [name for _, attributes in page.elements for name in attributes if name.startswith("on")]
    assert page.having("style") == []


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def test_names_that_are_markup_are_shown_as_text() -> None:
    html = dashboard(studies.hostile())
    page = read(html)
    assert len(page.tags("script")) == 1
    assert page.tags("img") == []
    for name in studies.HOSTILE:
        assert name in page.text
    assert "{{ 7 * 7 }}" in page.text


def test_a_hostile_name_stays_text_in_a_notebook_too() -> None:
    page = read(fragment(studies.hostile()))
    assert page.tags("script") == []
    assert page.tags("img") == []
    assert studies.HOSTILE[0] in page.text


@every_study
def test_every_figure_in_a_sentence_opens_the_panel_that_holds_it(make: Callable[[], Study]) -> None:
    html = dashboard(make())
    marker = r'class=ev popovertarget=(e\d+) value=(\d+) aria-label="Evidence: ([^"]*)"'
    markers = re.findall(marker, html)
    panels = dict(re.findall(r'<div class="proof" id="(e\d+)".*?<tbody>(.*?)</table>', html, re.DOTALL))
    assert len(markers) > 10 or make is studies.tiny
    for anchor, row, figure in markers:
        shown = re.findall(r"<tr><th>[^<]*<td[^>]*>([^<]*)<", panels[anchor])[int(row)]
        assert _number(figure) == pytest.approx(_number(shown), rel=0.06)


def _number(text: str) -> float:
    """The figure as a number, so that £8.6m and £8,623,247 can be held beside one another."""
    size = {"k": 1e3, "m": 1e6, "bn": 1e9}.get((re.search(r"\d(k|m|bn)$", text) or ["", ""])[1], 1.0)
    return float(re.sub(r"[^\d.]", "", text)) * size


def test_a_figure_without_a_fact_is_marked_and_the_page_owns_up() -> None:
    study = studies.retail()
    first = study.segmentations[0]
    claim = ((Span("They bring "), Span("99.9%", "champions.invented")),)
    forged = replace(first, narrative=replace(first.narrative, lede=claim))
    html = dashboard(replace(study, segmentations=(forged, *study.segmentations[1:])))
    assert '<span class="unproven">99.9%</span>' in html
    assert "1 of " in read(html).text
    assert "figures lack evidence" in html
    assert "carry their evidence" not in html


def test_a_page_opens_with_the_answer_and_goes_on_in_its_order() -> None:
    text = read(dashboard(studies.retail())).words
    parts = (
        "21.7% of customers are in Champions and bring 62.6% of revenue.",
        "Who they are, what they bring",
        "Recency, frequency and spend",
        "Meet the segments: RFM",
        "How customers buy",
        "Meet the segments: Behaviour",
        "Keep in mind",
        "Every row accounted for",
        "How the segments are made",
        "How each figure was computed",
    )
    body = text[text.index("Customer segmentation ·") :]
    places = [body.index(part) for part in parts]
    assert places == sorted(places)


def test_the_ledger_shows_each_reason_with_its_rows_and_lines() -> None:
    text = read(dashboard(studies.retail())).words
    assert "541,909 rows in = 396,372 kept + 145,537 set aside. It adds up." in text
    assert "No customer id" in text
    assert "135,080" in text
    assert "47: “POST”" in text


def test_a_ledger_that_does_not_add_up_is_not_called_whole() -> None:
    study = studies.retail()
    source = replace(study.ledger.sources[0], rows_kept=1)
    html = dashboard(replace(study, ledger=replace(study.ledger, sources=(source,))))
    assert "The row ledger does not add up" in html
    assert "It does not add up: do not rely on this run." in html
    assert "rows accounted for</a>" not in html


def test_data_without_amounts_has_no_money_anywhere_and_the_page_says_so() -> None:
    text = read(dashboard(studies.without_amounts())).words.split("Every row accounted for")[0]
    assert "£" not in text
    assert "The data has no amounts" in text
    assert "Recency and frequency" in text
    assert "Champions placed the most orders: 9,418" in text


def test_a_study_of_one_segment_says_that_there_is_nothing_to_compare_it_with() -> None:
    text = read(dashboard(studies.one_segment())).words
    assert "There is one segment, so there is nothing to compare it with." in text
    assert "No warnings" in text
    assert "Nothing stood out" in text
    assert "Who they are, what they bring" not in text


def test_a_segment_of_ten_or_fewer_is_named_and_nothing_of_it_is_shown() -> None:
    html = dashboard(studies.suppressed())
    card = re.search(r"<article(?:(?!</article>).)*New customers.*?</article>", html, re.DOTALL)
    assert card is not None
    assert read(card[0]).words == "New customers not shown, for privacy"
    assert re.findall(r'<td class="q0">≤ 10</td>', html) != []
    assert not re.search(r"(?<![\d,.])231(?![\d,.])", read(html).text)
    assert re.search(r"(?<![\d,.])231(?![\d,.])", read(dashboard(studies.retail())).text)


def test_every_chart_has_words_for_those_who_do_not_see_it_and_a_table_beneath() -> None:
    html = dashboard(studies.retail())
    drawings = [s for s in read(html).tags("svg") if s.get("role") == "img"]
    assert len(drawings) == 1 + len(studies.RFM) + len(studies.BEHAVIOUR) + CHOICE
    assert all(len(s["aria-label"] or "") > 30 for s in drawings)
    assert html.count("View as table") == 8


def test_one_segment_has_one_colour_and_no_two_share_colour_and_shape() -> None:
    html = dashboard(studies.retail())
    chips = re.findall(r'<li><a class="(k\d+ s\d)"[^>]*><i class="dot"></i><bdi>([^<]*)<', html)
    assert len(chips) == len(studies.RFM) + len(studies.BEHAVIOUR)
    assert len({mark for mark, _ in chips}) == len(chips)
    for mark, name in chips:
        assert _colour_of_card(html, name) == mark


def _colour_of_card(html: str, name: str) -> str:
    heading = rf'<header><h3><i class="dot"></i><bdi class="name">{name}<'
    (card,) = re.findall(rf'<article class="card person (k\d+ s\d)"[^>]*>{heading}', html)
    return str(card)


def test_the_radars_open_with_the_behaviour_on_which_segments_differ_most() -> None:
    text = read(dashboard(studies.retail())).words
    assert "Segments differ most in days since last order: 8 days in Champions, 284 days in Lost" in text
    assert "Segments differ most in evening orders: 3.0% in Big-basket planners, 41.3% in Evening" in text


def test_findings_stand_on_the_page_with_what_to_do_about_them() -> None:
    text = read(dashboard(studies.retail())).words
    for finding in studies.FINDINGS:
        assert finding.what in text
        assert finding.remedy in text
    assert "2 warnings" in text


def test_left_out_features_and_digests_are_told() -> None:
    study = studies.retail()
    text = read(dashboard(study)).words
    for reason in study.left_out.values():
        assert reason in text
    assert study.segmentations[0].digest in text
    assert study.manifest["inputs"][0]["sha256"] in text
    assert study.run_id in text


def test_template_words_are_said_to_be_unreviewed_and_others_named_by_their_source() -> None:
    study = studies.retail()
    assert "Template words: figures proven, not yet reviewed by a person" in read(dashboard(study)).words
    written = [replace(s, narrative=replace(s.narrative, source="model-x")) for s in study.segmentations]
    text = read(dashboard(replace(study, segmentations=tuple(written)))).words
    assert "Words from model-x" in text
    assert "Template words" not in text


def test_a_study_without_segmentations_still_shows_its_ledger() -> None:
    text = read(dashboard(replace(studies.retail(), segmentations=()))).words
    assert "No segments were made" in text
    assert "541,909 rows in" in text


@every_study
def test_a_fragment_is_small_and_leaves_its_notebook_alone(make: Callable[[], Study]) -> None:
    html = fragment(make())
    page = read(html)
    assert len(html.encode()) < 20_000
    assert page.having("id") == []
    selectors = re.findall(r"(?:^|[}])([^{}]+){", page.style)
    assert all(part.strip().startswith(".rgl") for each in selectors for part in each.split(","))


def test_a_fragment_shows_each_segment_and_its_share() -> None:
    text = read(fragment(studies.retail())).words
    assert "Champions 21.7% 62.6%" in text
    assert "Weekend shoppers" in text


def test_candidates_from_a_single_batch_have_points_and_no_interval() -> None:
    html = dashboard(studies.tried((4, 0.31, None, None), (5, 0.28, None, None)))
    assert '<svg class="curve"' in html
    assert 'class="range"' not in html
    assert "4 0.31 –" in read(html).words


def test_a_single_candidate_has_its_reason_and_no_curve() -> None:
    html = dashboard(studies.tried((4, 0.31, 0.29, 0.33)))
    assert '<svg class="curve"' not in html
    assert "Teams can act on this many." in read(html).words


def test_the_page_of_three_customers_shows_no_figure_of_them_and_says_why() -> None:
    text = read(dashboard(studies.tiny())).words
    assert "Too few to show." in text
    assert "so that nobody can be recognised" in text
    assert "541,909 rows in" in text
    assert "No segment is large enough to show" in text
    assert "All 0 figures" not in text
    assert "–" in text.split("All customers")[1]
    for share in ("62.6%", "942", "100.0%"):
        assert share not in text.split("Keep in mind")[0]


def test_no_figure_is_a_dash_in_the_radar_a_word_in_its_caption_and_a_dash_in_its_table() -> None:
    html = dashboard(studies.without(studies.retail(), "Evening browsers", "gap_days"))
    figure = r'<figcaption><i class="dot"></i><bdi>Evening browsers.*?</figure>'
    (drawn,) = re.findall(figure, html, re.DOTALL)
    assert drawn.count(">–</text>") == 1
    assert "no figure: Gap" in drawn
    assert "Days between orders no figure" in drawn
    axes = html[html.index('aria-label="How customers buy: axes"') :]
    row = re.search(r"<th>Days between orders</th>(.*?)</tr>", axes)
    assert row is not None
    assert re.findall(r"<td>([^<]*)</td>", row[1])[4] == "–"


@pytest.mark.parametrize(
    ("k", "rows"),
    [
        (1, ["Champions: the largest segment"]),
        (2, ["Champions", "Loyal customers", "The 2 largest segments together"]),
    ],
)
def test_evidence_of_the_largest_segments_names_them_and_their_shares(k: int, rows: list[str]) -> None:
    html = dashboard(studies.together(k))
    marker = re.search(r'<h1>.*?popovertarget=(e\d+) value=(\d+) aria-label="Evidence: ([\d.]+%)"', html)
    assert marker is not None
    panel = re.search(rf'<div class="proof" id="{marker[1]}".*?</table>', html, re.DOTALL)
    assert panel is not None
    shown = re.findall(r"<tr><th>([^<]*)<td[^>]*>([^<]*)<", panel[0])
    assert [name for name, _ in shown] == rows
    assert shown[int(marker[2])] == (rows[-1], marker[3])
    parts = [_number(text) for _, text in shown[:k]]
    assert sum(parts) == pytest.approx(_number(marker[3]), abs=0.11)
    assert "All customers" not in panel[0]
    assert 'href="#q1"' in panel[0]


def test_shades_are_called_above_and_below_all_customers() -> None:
    text = read(dashboard(studies.retail())).words
    assert "below all customers" in text
    assert "above all customers" in text


def test_clusters_without_spend_warn_that_buying_often_still_shapes_them() -> None:
    text = read(dashboard(studies.retail())).words
    assert (
        "Spend was kept out of the making. How often people buy still shapes some of these habits, so read "
        "value differences with care."
    ) in text
    assert "are findings" not in text


def test_segments_without_customers_shown_are_not_counted_and_the_page_says_how_many() -> None:
    text = read(dashboard(studies.suppressed())).words
    assert "Segments 5 in one segmentation; 1 not shown" in text
    assert "Segments 11 + 6 in 2 segmentations" in read(dashboard(studies.retail())).words


def test_many_segmentations_have_one_total_of_segments() -> None:
    both = studies.retail().segmentations
    text = read(dashboard(replace(studies.retail(), segmentations=(*both, *both)))).words
    assert "Segments 34 in 4 segmentations" in text


def test_a_table_title_reads_well_whatever_the_segment_is_called() -> None:
    text = read(dashboard(studies.retail())).words
    assert "The largest group: Champions, 21.7% of customers" in " ".join(text.split())
    assert "are the largest group" not in text


def test_hidden_segments_are_named_together_and_the_page_says_that_one_may_be_larger() -> None:
    (first, *_) = studies.suppressed().segmentations
    (few,) = [each.name for each in first.profile.segments if each.is_suppressed]
    assert (
        f"{few} is not shown: a segment of ten customers or fewer"
        in read(dashboard(studies.suppressed())).words
    )
    text = read(dashboard(studies.loyalty("Switchers", "Devotees"))).words
    assert "Devotees and Switchers are not shown, so that nobody can be recognised" in text
    assert (
        "at least one of them has ten customers or fewer, and the size of another, which may be larger"
        in text
    )


def test_a_radar_says_the_most_only_of_the_one_segment_that_has_it() -> None:
    captions = re.findall(r"</figcaption>\s*<small>([^<]*)</small>", dashboard(studies.retail()))
    for chapter in (captions[: len(studies.RFM)], captions[len(studies.RFM) :]):
        said = [each for caption in chapter for each in caption.split(" · ") if each]
        assert len(said) > 4
        assert len(said) == len(set(said))
    assert "longest since last order" in " ".join(captions)
    assert "shortest tenure" not in " ".join(captions), "three segments have 0 days"


@pytest.mark.parametrize(
    "clumsy", ["highest irregular", "lowest irregular", "highest returns", "highest last order", "lowest gap"]
)
def test_captions_of_radars_are_english(clumsy: str) -> None:
    assert clumsy not in dashboard(studies.retail())


def test_reasons_have_plain_words_with_their_code_beside_them() -> None:
    html = dashboard(studies.retail())
    assert "No customer id<small><code>missing_customer</code></small>" in html


def test_a_reason_that_the_page_does_not_know_keeps_its_own_words() -> None:
    study = studies.retail()
    source = study.ledger.sources[0]
    other = replace(source.set_aside[0], reason="shop_staff")
    source = replace(source, set_aside=(other, *source.set_aside[1:]))
    html = dashboard(replace(study, ledger=replace(study.ledger, sources=(source,))))
    assert "Shop staff<small><code>shop_staff</code></small>" in html


def test_an_example_is_its_line_and_where_there_are_no_lines_its_row() -> None:
    study = studies.retail()
    text = read(dashboard(study)).words
    assert "Line, for example" in text
    assert "624; 1,444" in text
    source = study.ledger.sources[0]
    bare = tuple(
        replace(s, examples=tuple(replace(e, line=None) for e in s.examples))
        for s in (*source.set_aside, *source.flagged)
    )
    source = replace(source, set_aside=bare[:-1], flagged=bare[-1:])
    text = read(dashboard(replace(study, ledger=replace(study.ledger, sources=(source,))))).words
    assert "Row, for example" in text
    assert "623; 1,443" in text
    assert "Line, for example" not in text


def test_where_a_finding_stands_is_a_small_code() -> None:
    assert '<code class="at">orders.customer</code>' in dashboard(studies.retail())


def test_queries_are_listed_in_one_fold_a_segmentation() -> None:
    html = dashboard(studies.retail())
    listed = html[html.index('id="evidence"') :]
    words = read(listed[: listed.index("</section>")]).words
    assert words.index("RFM: 1 query") < words.index("Behaviour: 1 query")


def test_a_fragment_tells_customers_revenue_rows_and_run() -> None:
    text = read(fragment(studies.retail())).words
    assert "4,338 customers" in text
    assert "£8,623,200 revenue" in text
    assert "541,909 rows in = 396,372 kept + 145,537 set aside" in text
    assert "run-4c1f09a7d2e6" in text


def test_a_fragment_without_amounts_tells_orders_instead() -> None:
    text = read(fragment(studies.without_amounts())).words
    assert "£" not in text
    assert "orders" in text


def test_a_scheme_that_leaves_scores_unnamed_says_so_where_it_is_explained() -> None:
    study = studies.retail()
    first, *others = study.segmentations
    whole = replace(first, definition={**first.definition, "choice": {"cells": 125, "named": 125}})
    partly = replace(first, definition={**first.definition, "choice": {"cells": 125, "named": 61}})
    said = "64 of the 125 combinations of scores have no name of their own: they are Lost."
    assert said not in dashboard(replace(study, segmentations=(whole, *others)))
    assert said in dashboard(replace(study, segmentations=(partly, *others)))
