from regulars.segment.naming import meanings, names
from regulars.segment.rules.nearest import Nearest
from regulars.segment.rules.prepared import Indicator, Prepared
from regulars.types import Feature

FEATURES = (
    Feature("weekend_share", "", "share", "cause", "", "Weekend", "Weekday"),
    Feature("categories", "", "count", "cause", "", "Wide-range", "Narrow-range"),
    Feature("gap_days", "", "days", "cause", "", "Slow-rhythm", "Quick-rhythm"),
    Feature("wordless", "", "ratio", "cause", ""),
)


def named(*centres):
    prepared = tuple(Prepared(each.name, 0.0, 0.0, 1.0, False, 0.5, 1.0) for each in FEATURES)
    rule = Nearest(prepared, {f"s{at + 1}": centre for at, centre in enumerate(centres)})
    return list(names(rule, FEATURES).values())


def test_a_segment_is_named_for_the_two_things_that_set_it_apart_most():
    assert named((900, 1500, -600, 0)) == ["Wide-range, weekend buyers"]
    assert named((-900, 100, 0, 0)) == ["Weekday buyers"]


def test_a_segment_that_stands_out_in_nothing_is_in_the_middle():
    assert named((-400, 400, 100, 0)) == ["Middle-of-the-road buyers"]


def test_a_feature_without_words_names_nobody():
    assert named((0, 700, 0, 3000)) == ["Wide-range buyers"]


def test_two_segments_alike_in_their_strongest_words_get_a_third():
    told = named((900, 800, 0, 0), (900, 800, 300, 0), (900, 800, -200, 0))
    assert told == [
        "Weekend, wide-range buyers",
        "Weekend, wide-range, slow-rhythm buyers",
        "Weekend, wide-range, quick-rhythm buyers",
    ]


def test_two_middling_segments_are_told_apart_by_what_little_there_is():
    told = named((0, 0, 0, 0), (150, 0, 0, 0), (160, 0, 0, 0))
    assert len(set(told)) == 3
    assert told[0] == "Middle-of-the-road buyers"
    assert told[1].startswith("Weekend")


def test_abbreviations_keep_their_capitals():
    both = (*FEATURES[:3], Feature("wordless", "", "ratio", "cause", "", "B2B", "Private"))
    prepared = tuple(Prepared(each.name, 0.0, 0.0, 1.0, False, 0.5, 1.0) for each in both)
    assert names(Nearest(prepared, {"s1": (900, 0, 0, 800)}), both) == {"s1": "Weekend, B2B buyers"}


def test_a_meaning_says_where_the_segment_stands_out_without_a_figure() -> None:
    features = [
        Feature("weekend_share", "Orders at the weekend", "share", "cause", "", "Weekend", "Weekday"),
        Feature("gap_days", "Days between purchases", "days", "cause", "", "Slow", "Quick"),
    ]
    prepared = tuple(Prepared(each.name, 0.0, -9.0, 9.0, False, 0.0, 1.0) for each in features)
    rule = Nearest(prepared, {"s1": (1200, -700), "s2": (100, -100)})
    assert meanings(rule, features) == {
        "s1": "high in orders at the weekend, low in days between purchases",
        "s2": "close to the average customer in all that was measured",
    }


def test_a_category_names_those_in_it_and_none_of_those_outside() -> None:
    region = Feature("region", "Region", "category", "attribute", "")
    prepared = (
        Indicator("region", ("North",), is_rest=False, yes=600, no=-400),
        Indicator("region", ("North",), is_rest=True, yes=400, no=-600),
    )
    rule = Nearest(prepared, {"s1": (600, -600), "s2": (-400, 400)})
    assert list(names(rule, [region]).values()) == ["North buyers", "Middle-of-the-road buyers"]
    assert meanings(rule, [region])["s1"] == "mostly region North, seldom region other"


def test_a_name_says_what_is_unknown():
    size = Feature("size", "Company size", "category", "attribute", "")
    rule = Nearest(
        (Indicator("size", (None,), is_rest=False, yes=900, no=-400),), {"s1": (900,), "s2": (-400,)}
    )
    assert names(rule, [size])["s1"] == "Unknown-company-size buyers"


def test_customers_known_without_orders_are_no_buyers():
    rule = Nearest((Prepared("logins", 0.0, 0.0, 1.0, False, 0.5, 1.0),), {"s1": (900,), "s2": (0,)})
    logins = Feature("logins", "Logins", "count", "cause", "", "High-logins", "Low-logins")
    assert list(names(rule, [logins], who="customers").values()) == [
        "High-logins customers", "Middle-of-the-road customers",
    ]  # fmt: skip


def test_an_unknown_that_the_data_spells_out_says_of_what_and_a_category_keeps_its_capitals():
    region = Feature("region", "Region", "category", "attribute", "")
    weekend, *_ = FEATURES
    prepared = (
        Prepared("weekend_share", 0.0, 0.0, 1.0, False, 0.5, 1.0),
        Indicator("region", ("North",), is_rest=False, yes=600, no=-400),
        Indicator("region", ("Unknown", None), is_rest=False, yes=600, no=-400),
    )
    rule = Nearest(prepared, {"s1": (900, 600, -400), "s2": (0, -400, 600)})
    assert names(rule, [weekend, region]) == {"s1": "Weekend, North buyers", "s2": "Unknown-region buyers"}
