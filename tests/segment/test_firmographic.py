"""The method firmographic: customers by what they are, crossed, with small groups pooled."""

from datetime import date
from decimal import Decimal
from random import Random

import pytest

from regulars.engine import Engine
from regulars.errors import NotReady, SettingsError
from regulars.segment.methods import Ground, chosen
from regulars.segment.methods.firmographic import large_enough
from regulars.types import Feature

AS_OF = date(2024, 6, 30)
KINDS = {
    "customer_id": "varchar", "industry": "varchar", "staff": "bigint", "area": "double",
    "spend": "decimal(18, 2)", "founded": "date",
}  # fmt: skip
LABELS = {
    "industry": "Industry",
    "staff": "Staff",
    "area": "Floor space",
    "spend": "Spend",
    "founded": "Founded",
}


@pytest.fixture
def engine():
    with Engine(threads=2) as made:
        yield made


def firms(*groups):
    """``(customers, industry, staff)`` each."""
    listed = [(industry, staff) for count, industry, staff in groups for _ in range(count)]
    return [
        (f"C{n}", industry, staff, None if staff is None else Decimal(staff) / 10, Decimal(n), AS_OF)
        for n, (industry, staff) in enumerate(listed)
    ]


def asked(by=("industry",), smallest=20, **settings):
    return chosen("firms", {"method": "firmographic", "by": list(by), "smallest": smallest, **settings})


def fit(engine, rows, *, protected="", **settings):
    table = engine.values("people", KINDS, rows)
    features = tuple(
        Feature(name, label, "category" if KINDS[name] == "varchar" else "", "outcome" if name == "spend" else
                "attribute", "", protected=protected if name == "industry" else "")
        for name, label in LABELS.items()
    )  # fmt: skip
    return asked(**settings).fit(Ground("firms", table, features, AS_OF, 0, "UTC", "GBP"), engine)


def sizes(engine, fitted):
    engine.make("assignments", {step.name: step for step in fitted.steps("people", AS_OF)})
    counted = dict(engine.rows("select segment_name, count(*) from assignments group by segment_name"))
    return {segment.name: counted.get(segment.name, 0) for segment in fitted.segments}


# --- groups ---------------------------------------------------------------------------------------


def test_categories_that_are_large_enough_are_groups_and_the_others_are_one(engine):
    rows = firms((30, "Retail", 1), (20, "Food", 1), (19, "Arts", 1), (5, "Ore", 1), (19, None, 1))
    fitted = fit(engine, rows)
    assert sizes(engine, fitted) == {"Food": 20, "Retail": 30, "Other industry": 43}
    assert [segment.id for segment in fitted.segments] == ["food", "retail", "other_industry"]
    assert fitted.segments[1].rule == "rule 2, of those whom no rule before it took: industry is 'Retail'"


def test_unknown_is_a_group_where_many_are(engine):
    fitted = fit(engine, firms((30, "Retail", 1), (25, None, 1)))
    assert sizes(engine, fitted) == {"Retail": 30, "Unknown industry": 25, "Other industry": 0}
    assert "Nobody is in Other industry now" in fitted.notes[0].what


def test_numbers_come_in_bands_that_include_their_end(engine):
    rows = firms((30, "A", 10), (30, "A", 11), (30, "A", 50), (30, "A", 51), (30, "A", None), (5, "A", 2000))
    fitted = fit(engine, rows, by=["staff"], bands={"staff": [10, 50, 1500]})
    assert sizes(engine, fitted) == {
        "Staff up to 10": 30, "Staff 11 to 50": 60, "Staff 51 to 1,500": 30, "Unknown staff": 30,
        "Other staff": 5,
    }  # fmt: skip
    assert fitted.score({"staff": 10}).segment_id == "staff_up_to_10"
    assert fitted.score({"staff": 1501}).segment_id == "other_staff"


def test_bands_of_what_is_no_whole_number_say_where_they_begin(engine):
    fitted = fit(
        engine, firms((30, "A", 10), (30, "A", 11), (30, "A", 90)), by=["area"], bands={"area": [1, 5.5]}
    )
    assert [segment.name for segment in fitted.segments][:3] == [
        "Floor space up to 1", "Floor space over 1 up to 5.5", "Floor space over 5.5",
    ]  # fmt: skip


def test_a_part_pools_what_is_too_small_in_it_and_all_other_takes_what_is_too_small_even_so(engine):
    rows = firms(
        (40, "Retail", 5), (12, "Retail", 20), (10, "Retail", 90),  # 22 of the last two are a pool
        (50, "Food", 5), (6, "Food", 90),  # 6 are no pool
        (9, "Ore", 5),
        (21, "Mills", 5), (19, "Mills", 20),
        (15, "Lawyers", 5), (15, "Lawyers", 20), (15, "Lawyers", 90),  # all too small: they stay whole
    )  # fmt: skip
    fitted = fit(engine, rows, by=["industry", "staff"], bands={"staff": [10, 50]})
    assert sizes(engine, fitted) == {
        "Food, staff up to 10": 50,
        "Lawyers": 45,
        "Mills, staff up to 10": 21,
        "Retail, staff up to 10": 40,
        "Retail, other staff": 22,
        "All other": 6 + 9 + 19,
    }


def test_what_was_never_seen_is_in_the_other_of_its_part_or_in_all_other(engine):
    rows = firms(
        (40, "Retail", 5), (30, "Retail", 20), (30, "Food", 5), (2, "Retail", 90), (20, "Retail", None)
    )
    fitted = fit(engine, rows, by=["staff", "industry"], bands={"staff": [10, 50]})
    assert fitted.score({"staff": 5, "industry": "Mills"}).segment_id == "all_other"
    rows = firms((40, "Retail", 5), (30, "Retail", 20), (25, "Retail", 90), (50, "Food", 5))
    fitted = fit(engine, rows, by=["industry", "staff"], smallest=30, bands={"staff": [10, 50]})
    assert sizes(engine, fitted)["All other"] == 25
    rows = firms((40, "Retail", 5), (15, "Retail", 90), (15, "Retail", None), (50, "Food", 5))
    fitted = fit(engine, rows, by=["industry", "staff"], smallest=30, bands={"staff": [10, 50]})
    assert sizes(engine, fitted)["Retail, other staff"] == 30
    assert fitted.score({"industry": "Retail", "staff": 20}).segment_id == "retail_other_staff"
    assert fitted.score({"industry": "Retail"}).segment_id == "retail_other_staff"
    assert fitted.score({"industry": "retail", "staff": 5}).segment_id == "all_other"
    assert fitted.score({}).segment_id == "all_other"


def test_a_named_unknown_is_no_part_of_the_pool(engine):
    rows = firms(
        (40, "Retail", 5), (40, "Retail", None), (25, "Retail", 90), (15, "Retail", 20), (40, "Food", 5)
    )
    fitted = fit(engine, rows, by=["industry", "staff"], smallest=30, bands={"staff": [10, 50]})
    assert sizes(engine, fitted) == {
        "Food, staff up to 10": 40, "Retail, staff up to 10": 40, "Retail, unknown staff": 40,
        "Retail, other staff": 40, "All other": 0,
    }  # fmt: skip


def test_groups_are_the_same_in_whatever_order_the_rows_come(engine):
    rows = firms((40, "Retail", 5), (30, "Food", 20), (25, None, 90), (15, "Ore", 20))
    first = fit(engine, rows, by=["industry", "staff"], bands={"staff": [10, 50]})
    Random(3).shuffle(rows)
    assert fit(engine, rows, by=["industry", "staff"], bands={"staff": [10, 50]}).digest == first.digest


@pytest.mark.parametrize(
    ("customers", "fewest"), [(1, 11), (200, 11), (220, 11), (221, 12), (2000, 100), (10**6, 100)]
)
def test_large_enough_is_a_twentieth_or_a_hundred_and_never_ten(customers, fewest):
    assert large_enough(customers) == fewest


# --- names that data gives ------------------------------------------------------------------------


def test_names_tell_what_a_short_value_is_of_and_look_alikes_apart(engine):
    values = (
        "XL",
        "5-9",
        "",
        "Retail",
        "RETAIL",
        "Retail ",
        "O'Brien's \\ Mills",
        "R" * 80,
        "常連の店",
        "'; drop table people; --",
    )
    fitted = fit(engine, firms(*((20, value, 1) for value in values)))
    assert sizes(engine, fitted) == {
        "Industry left blank": 20, "Industry '; drop table people; --": 20, "Industry 5-9": 20,
        "O'Brien's \\ Mills": 20, "RETAIL": 20, "R" * 59 + "…": 20, "Retail": 20, "Retail (2)": 20,
        "Industry XL": 20, "常連の店": 20, "Other industry": 0,
    }  # fmt: skip
    assert len({segment.id for segment in fitted.segments}) == 11
    told = [note.what for note in fitted.notes if "look alike" in note.what]
    assert told == ["'RETAIL' and 'Retail' and 'Retail ' are different categories, though they look alike."]


def test_a_text_with_what_no_screen_shows_is_pooled(engine):
    fitted = fit(engine, firms((30, "Retail", 1), (30, "Food", 1), (30, "Re\ttail", 1)))
    assert sizes(engine, fitted) == {"Food": 30, "Retail": 30, "Other industry": 30}


# --- what cannot be -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "settings", "message"),
    [
        (firms(), {}, "there are no customers to group"),
        (firms((50, "Retail", 1)), {}, "these attributes put all customers in one group"),
        (firms((19, "Retail", 1), (19, "Food", 1)), {}, "no category has 20 customers"),
        (firms((50, None, 1)), {}, "all customers in one group"),
        (firms(*((11, f"Industry {n}", 1) for n in range(51))), {"smallest": 11}, "51 groups come of it"),
    ],
    ids=["nobody", "alike", "small", "unknown", "many"],
)
def test_customers_who_make_no_groups_are_refused(engine, rows, settings, message):
    with pytest.raises(NotReady, match=message):
        fit(engine, rows, **settings)


def test_every_attribute_that_cannot_be_one_is_told_at_once(engine):
    with pytest.raises(SettingsError) as refused:
        fit(
            engine, firms((50, "A", 7)), by=["staff", "industry", "spend", "founded"], bands={"industry": [1]}
        )
    assert refused.value.found == (
        "staff is a number (it runs from 7 to 7): say in bands.staff where its bands end; industry is text, "
        "which has no bands; spend is what came of customers, not what they are: see the method rules; "
        "founded is neither a number nor text"
    )


def test_an_attribute_that_is_not_there_is_told_with_the_near_name(engine):
    with pytest.raises(SettingsError, match=r"segmentations.firms.by: .*'industy'. Did you mean 'industry'?"):
        fit(engine, firms((50, "A", 7)), by=["industy"])


def test_a_protected_attribute_needs_a_reason(engine):
    rows = firms((30, "Retail", 1), (30, "Food", 1))
    with pytest.raises(
        SettingsError, match="segmentations.firms.by: people must not be told apart by what protects them"
    ):
        fit(engine, rows, protected="a proxy for descent")
    fitted = fit(engine, rows, protected="a proxy for descent", allow_protected="an audit")
    assert "for this reason: an audit" in fitted.notes[0].what


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"by": []}, "by: .*at least one"),
        ({"by": ["a", "a"]}, "by names an attribute twice"),
        ({"by": ["a"], "bands": {"b": [1]}}, "bands are set for b, which by does not name"),
        ({"by": ["a"], "bands": {"a": [5, 1]}}, "bands.a must rise"),
        ({"by": ["a"], "bands": {"a": [1, 1]}}, "bands.a must rise"),
        ({"by": ["a"], "smallest": 10}, "smallest: .*greater than or equal to 11"),
        ({"by": ["a"], "band": {}}, "Did you mean 'bands'?"),
    ],
)
def test_a_fault_of_the_settings_is_told_with_its_place(settings, message):
    with pytest.raises(SettingsError, match=message):
        asked(**settings)
