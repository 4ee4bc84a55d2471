"""The 2 × 2 of loyalty and category spend: its quarters, its cuts, and what it refuses to claim."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from random import Random

import pytest

from regulars.engine import Engine
from regulars.errors import NotReady, SettingsError
from regulars.segment import squares
from regulars.segment.methods import Ground, chosen
from regulars.segment.methods.loyalty_monetary import LoyaltyMonetary
from regulars.testing import check_method
from regulars.types import Feature

KINDS = {
    "customer_id": "varchar", "own_brand_share": "double", "category_spend": "decimal(38, 4)",
    "categories": "bigint", "gap_variation": "double", "spend": "decimal(38, 4)",
}  # fmt: skip
UNITS = {"own_brand_share": "share", "category_spend": "currency"}
FEATURES = tuple(
    Feature(name, "", UNITS.get(name, ""), "cause", "") for name in KINDS if name != "customer_id"
)


@pytest.fixture
def engine():
    with Engine(threads=2) as made:
        yield made


def fit(engine, rows, features=FEATURES, **settings):
    table = engine.values("people", KINDS, rows)
    ground = Ground("loyalty", table, features, date(2024, 6, 30), 0, "UTC", "USD")
    return LoyaltyMonetary(**settings).fit(ground, engine)


def person(number, share, spend, categories=3, variation=0.5):
    return (
        f"C{number}", None if share is None else Decimal(str(share)), Decimal(spend), categories,
        None if variation is None else Decimal(str(variation)), Decimal(spend),
    )  # fmt: skip


FIVE = [person(n, share, spend) for n, (share, spend) in enumerate(
    [(0.9, 90), (0.8, 10), (0.1, 80), (0.2, 20), (0.5, 50)]
)]  # fmt: skip


def segments(engine, fitted):
    engine.make("assignments", {step.name: step for step in fitted.steps("people", date(2024, 6, 30))})
    return dict(engine.rows("select customer_id, segment_name from assignments order by customer_id"))


def test_the_quarters_have_the_names_that_marketing_gives_them(engine):
    fitted = fit(engine, FIVE)
    assert segments(engine, fitted) == {
        "C0": "Loyalists", "C1": "Devotees", "C2": "Switchers", "C3": "Light users", "C4": "Light users",
    }  # fmt: skip
    assert [(each.id, each.name) for each in fitted.segments] == [
        ("loyalists", "Loyalists"), ("devotees", "Devotees"), ("switchers", "Switchers"),
        ("light_users", "Light users"),
    ]  # fmt: skip
    assert fitted.rule.legend() == (
        "L 1: own_brand_share <= 0.5, or unknown", "L 2: own_brand_share > 0.5",
        "S 1: category_spend <= 50.0000, or unknown", "S 2: category_spend > 50.0000",
    )  # fmt: skip
    assert fitted.segment("devotees").rule == "L is 2 and S is 1"


def test_a_cut_may_be_the_median_the_mean_or_a_number_on_each_axis(engine):
    both = fit(engine, FIVE, cuts="mean")
    assert [str(band.cuts[0]) for band in both.rule.bands] == ["0.5", "50"]
    mixed = fit(engine, FIVE, cuts={"loyalty": 0.15, "spend": "mean"})
    assert [str(band.cuts[0]) for band in mixed.rule.bands] == ["0.15", "50"]
    loyalty = mixed.choice["axes"]["loyalty"]
    assert (loyalty["feature"], loyalty["how"], loyalty["cut"]) == ("own_brand_share", "set", "0.15")
    assert (loyalty["upper"], loyalty["lower"], loyalty["unit"]) == ("More loyal", "Less loyal", "share")
    assert mixed.choice["reason"].startswith(
        "Cut own_brand_share at 0.15 (set by hand) and category_spend at 50 (mean). A value at the cut lies"
    )


def test_a_mean_is_the_same_whatever_the_order_of_rows(engine):
    chance = Random(3)
    rows = [person(n, round(chance.random(), 6), chance.randrange(1, 10**6)) for n in range(999)]
    first = fit(engine, rows, cuts="mean")
    exact = sum(row[1] for row in rows) / 999
    assert first.rule.bands[0].cuts[0] == round(exact, 6)
    for seed in (1, 2):
        Random(seed).shuffle(rows)
        assert fit(engine, rows, cuts="mean").digest == first.digest


def test_cuts_stand_on_those_who_bought_in_the_category_and_others_count_as_low(engine):
    strangers = [person(f"X{n}", None, 0) for n in range(20)]
    fitted = fit(engine, [*(person(n, n / 20, 10 * n) for n in range(20)), *strangers])
    assert [str(band.cuts[0]) for band in fitted.rule.bands] == ["0.45", "90.0000"]
    assert fitted.score({"own_brand_share": None, "category_spend": 0}).segment_id == "light_users"
    assert fitted.notes[0].what == (
        "own_brand_share was unknown for 50% of customers, who bought nothing of a known brand. They "
        "count as less loyal: they are among the Switchers and Light users."
    )


def test_customers_without_a_rhythm_are_told_to_be_on_the_less_regular_side(engine):
    rows = [person(n, None, 10 * n, variation=n / 20 if n < 20 else None) for n in range(60)]
    fitted = fit(engine, rows, FEATURES[2:], proxy="regularity")
    placed = segments(engine, fitted)
    unproven = ["Irregular or unproven high spenders", "Irregular or unproven low spenders"]
    assert {placed[f"C{n}"] for n in range(20, 60)} == set(unproven)
    (note,) = (each for each in fitted.notes if each.severity == "note")
    assert note.what == (
        "gap_variation was unknown for 67% of customers, who bought on too few days, two at most, to have a "
        f"rhythm. They count as less regular: they are among the {' and '.join(unproven)}."
    )
    assert "low values" not in note.remedy
    assert fitted.choice["reason"].endswith("What is unknown counts as less regular and lower spend.")


@pytest.mark.parametrize(
    ("rows", "features", "said"),
    [
        (
            FIVE,
            FEATURES[2:],
            "own_brand_share is not measured here: it needs lines with brands, some of them",
        ),
        (
            [person(n, 1, n) for n in range(30)],
            FEATURES,
            "everybody spends on the own brands alone: no rival brand",
        ),
        (
            [person(n, 0, n) for n in range(30)],
            FEATURES,
            "nobody spends on the own brands; are they written as the data",
        ),
        ([person(n, None, n) for n in range(30)], FEATURES, "own_brand_share is known for nobody"),
        ([person(n, n / 30, 5) for n in range(30)], FEATURES, "category_spend is 5.0000 for everybody"),
        ([], FEATURES, "own_brand_share is known for nobody"),
    ],
    ids=["no brands", "only own", "never own", "unknown", "one spend", "nobody"],
)
def test_a_shop_that_cannot_see_loyalty_is_refused_and_offered_what_stands_in(engine, rows, features, said):
    with pytest.raises(NotReady) as refused:
        fit(engine, rows, features)
    assert said in refused.value.found
    assert "proxy: breadth" in refused.value.remedy
    assert "proxy: regularity" in refused.value.remedy


@pytest.mark.parametrize(
    ("proxy", "feature", "names"),
    [
        ("breadth", "categories", ("Broad", "Narrow")),
        ("regularity", "gap_variation", ("Regular", "Irregular or unproven")),
    ],
)
def test_a_proxy_has_names_of_its_own_and_says_that_it_is_no_loyalty(engine, proxy, feature, names):
    rows = [
        person(0, None, 90, 9, 0.1), person(1, None, 10, 8, 0.2), person(2, None, 80, 1, 0.9),
        person(3, None, 20, 2, None), person(4, None, 50, 5, 0.5),
    ]  # fmt: skip
    fitted = fit(engine, rows, FEATURES[2:], proxy=proxy)
    placed = segments(engine, fitted)
    wanted = [f"{first} {second} spenders" for first in names for second in ("high", "low")]
    assert [placed[f"C{n}"] for n in range(4)] == wanted
    assert not any("loyal" in f"{each.name} {each.meaning}".lower() for each in fitted.segments)
    assert fitted.notes[0].severity == "warning"
    assert fitted.notes[0].what.startswith(f"This is not brand loyalty: {feature} stands in its place")
    assert fitted.choice["proxy"] == proxy


def test_a_proxy_that_the_data_does_not_have_is_refused_with_the_other_one(engine):
    with pytest.raises(
        NotReady, match="categories is not measured here: it needs lines with categories"
    ) as refused:
        fit(engine, FIVE, FEATURES[3:], proxy="breadth")
    assert "proxy: regularity" in refused.value.remedy


def test_a_cut_that_leaves_everybody_on_one_side_is_told(engine):
    fitted = fit(engine, FIVE, cuts={"spend": 1000})
    (note,) = fitted.notes
    assert "All customers lay on one side of the cut of category_spend (1000)" in note.what
    tied = [person(n, 0.5 if n < 8 else 0.1, n) for n in range(10)]
    assert (
        "All customers lay on one side of the cut of own_brand_share (0.5)" in fit(engine, tied).notes[0].what
    )


def test_a_percentage_where_a_share_is_meant_is_refused_with_the_share(engine):
    with pytest.raises(
        SettingsError, match="own_brand_share runs from 0 to 1, and 60 is no cut of it"
    ) as refused:
        fit(engine, FIVE, cuts={"loyalty": 60})
    assert refused.value.remedy == "Write 0.6 for 60 %."


@pytest.mark.parametrize("cut", ["middle", "nan", True, "1e400", 0.1234567, [1]], ids=str)
def test_what_is_no_cut_is_refused(cut):
    with pytest.raises(SettingsError, match="is no cut: write median, mean, or a number"):
        chosen("loyalty", {"method": "loyalty_monetary", "cuts": {"spend": cut}})


def test_one_cut_for_both_axes_has_the_recipe_of_two():
    one = chosen("loyalty", {"method": "loyalty_monetary", "cuts": "mean"})
    assert one.recipe == {"cuts": {"loyalty": "mean", "spend": "mean"}, "proxy": None}
    assert LoyaltyMonetary(**LoyaltyMonetary(cuts={"spend": "12.50"}).recipe).cuts.spend == Decimal("12.50")


@pytest.mark.parametrize(
    "settings",
    [{}, {"cuts": {"loyalty": "mean", "spend": 400}}],
    ids=["median", "mean and set"],
)
def test_the_square_keeps_the_laws_of_segmentation(monkeypatch, settings):
    """On the made-up customers of the check, with one of their shares in the place of the brand's."""
    square = squares.SQUARES[""]
    share = replace(square.loyalty, feature="weekend_share")
    spend = replace(square.spend, feature="spend")
    monkeypatch.setitem(
        squares.SQUARES, "", replace(square, loyalty=share, spend=spend, among="weekend_share")
    )
    check_method(LoyaltyMonetary(**settings))
