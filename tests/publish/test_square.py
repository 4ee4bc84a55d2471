"""The 2 × 2 of loyalty and spend on the page: quarters in place, cuts on the axes, nothing of the few."""

from __future__ import annotations

import re

from tests.publish import studies

from regulars.publish.dashboard import dashboard
from regulars.publish.evidence import Evidence
from regulars.publish.marks import marks
from regulars.publish.square import Square, square
from regulars.types import Study


def card(study: Study) -> Square:
    (segmentation,) = study.segmentations
    made = square(segmentation, marks(study.segmentations)[0], Evidence())
    assert made is not None
    return made


def text(markup: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", markup).split())


def test_loyalty_goes_up_and_spend_to_the_right() -> None:
    made = card(studies.loyalty())
    assert [[each.name for each in quarters] for _, quarters in made.rows] == [
        ["Devotees", "Loyalists"], ["Light users", "Switchers"],
    ]  # fmt: skip
    assert [(side.name, side.reach) for side, _ in made.rows] == [
        ("More loyal", "over 28.1%"), ("Less loyal", "up to 28.1%, or unknown"),
    ]  # fmt: skip
    assert [(side.name, side.reach) for side in made.columns] == [
        ("Lower spend", "up to £1,533"), ("Higher spend", "over £1,533"),
    ]  # fmt: skip
    assert made.made == (
        "Spend on own brands (rows), cut at the median, and category spend (columns), cut at the mean."
    )


def test_the_title_says_what_there_is_to_win_with_its_evidence() -> None:
    title = card(studies.loyalty()).title
    wanted = "Switchers, less loyal with higher spend: 25.6% of customers, 44.0% of revenue"
    assert re.sub(r"\s+", " ", text(title)).replace(" :", ":") == wanted
    assert title.count("popovertarget") == 2


def test_a_quarter_of_the_few_shows_no_figures_and_leaves_the_title() -> None:
    study = studies.loyalty("Switchers")
    made = card(study)
    assert text(made.title).startswith("Loyalists: 24.4% of customers")
    (_, (_, switchers)) = made.rows[1]
    assert (switchers.customers, switchers.revenue, switchers.customers_bar) == ("", "", "")
    page = dashboard(study)
    table = page[page.index('<table class="square">') :]
    cell = re.search(r"<bdi>Switchers</bdi>.*?</td>", table, re.DOTALL)
    assert cell is not None
    assert text(cell[0]) == "Switchers not shown, for privacy"


def test_where_every_quarter_is_hidden_the_title_has_no_figure() -> None:
    names = [name for name, *_ in studies.QUARTERS]
    assert card(studies.loyalty(*names)).title == "Four quarters of customers"


def test_other_segmentations_have_no_square() -> None:
    study = studies.retail()
    given = marks(study.segmentations)
    for segmentation, own in zip(study.segmentations, given, strict=True):
        assert square(segmentation, own, Evidence()) is None
    assert '<table class="square">' not in dashboard(study)
