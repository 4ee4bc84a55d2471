"""The card of a tree: which segments are alike, where it was cut, and every join in a table."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from tests.publish.hung import hung
from tests.publish.pages import read
from tests.publish.studies import retail

from regulars.publish.charts.dendrogram import Knot, Label, dendrogram
from regulars.publish.dashboard import dashboard
from regulars.publish.hanging import hanging
from regulars.publish.marks import marks


def card(study):
    made = hanging(study.segmentations[1], marks(study.segmentations)[1])
    assert made is not None
    return made


def names(study) -> list[str]:
    return [each.name for each in study.segmentations[1].profile.segments]


def test_the_title_names_the_most_alike_and_who_stands_apart() -> None:
    a, b, _, d = names(hung())
    assert card(hung()).title == f"{a} and {b} are the most alike; {d} stand apart from all others"


def test_joins_of_segments_are_told_the_most_alike_first() -> None:
    a, b, c, d = names(hung())
    assert card(hung()).joins == [f"{a} with {b}", f"{c} with {a} + {b}", f"{a} + {b} + {c} with {d}"]


def test_every_join_is_a_row_the_dearest_first_with_shares_of_parts() -> None:
    *_, inside, first = card(hung()).rows
    b, c = names(hung())[1:3]
    assert inside == (f"part of {b} (10.0% of customers)", f"part of {b} (15.0% of customers)", "0.200")
    assert first == (f"part of {c} (5.0% of customers)", f"part of {c} (10.0% of customers)", "0.100")


def test_shares_that_are_not_told_are_not_shown() -> None:
    assert card(hung(sized=False)).rows[-1][0] == f"part of {names(hung())[2]}"


def test_a_dearer_join_stands_farther_left_and_the_cut_between_segments_and_their_parts() -> None:
    knots = [Knot(0, 1, 1.0, "k0"), Knot(2, 3, 4.0, None)]
    drawn = dendrogram(knots, [Label("A", "k0", 0, 1), Label("B", "k1", 2, 2)], (1.0, 4.0), "tree")
    low, high = (float(x) for x in re.findall(r'd="M[\d.]+ [\d.]+H([\d.]+)V', drawn))
    (cut,) = (float(x) for x in re.findall(r'd="M([\d.]+) [\d.]+V[\d.]+" class="cut"', drawn))
    assert high < cut < low
    # By the square root: four times the cost is twice as far from the tips.
    tips = float(re.findall(r'd="M([\d.]+) [\d.]+H', drawn)[0])
    assert abs((tips - high) - 2 * (tips - low)) < 0.2


def test_branches_keep_their_order_and_no_label_lies_on_another() -> None:
    labels = [Label(str(n), "k0", n, n) for n in range(30)]
    knots, node = [], 0
    for n in range(1, 30):
        knots.append(Knot(node, n, float(n), None))
        node = 29 + n
    drawn = dendrogram(knots, labels, (0.0, 1.0), "thirty")
    heights = [float(y) for y in re.findall(r'<text x="[\d.]+" y="([\d.]+)">\d+</text>', drawn)]
    assert len(heights) == 30
    assert all(b - a >= 12 for a, b in pairwise(heights))


def test_a_long_name_has_the_room_it_needs() -> None:
    name = "Slow-rhythm, exploring, weekend buyers"
    drawn = dendrogram([Knot(0, 1, 1.0, None)], [Label(name, "k0", 0, 0), Label("B", "k1", 1, 1)], (0, 1), "")
    assert f">{name}</text>" in drawn
    width = float(re.findall(r'viewBox="0 0 ([\d.]+)', drawn)[0])
    start = max(float(x) for x in re.findall(r'<text x="([\d.]+)"', drawn))
    assert width - start >= 6.5 * len(name)


def test_the_page_has_the_card_with_its_table_and_other_methods_have_none() -> None:
    page = read(dashboard(hung()))
    assert "Cut at the dashed line, the branches are the segments." in page.words
    assert "Cost of joining" in page.words
    plain = retail()
    assert hanging(plain.segmentations[1], marks(plain.segmentations)[1]) is None
    lone = replace(hung().segmentations[1], definition={"choice": {"dendrogram": {"branches": [{}]}}})
    assert hanging(lone, {}) is None
