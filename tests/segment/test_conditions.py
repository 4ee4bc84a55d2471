"""The language of conditions: what it says, what it refuses and where, and that it can only ever be data."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.engine import Engine
from regulars.segment.condition_json import as_json, from_json
from regulars.segment.condition_parser import parse
from regulars.segment.condition_tokens import NotACondition
from regulars.segment.condition_words import words, written
from regulars.segment.conditions import (
    AllOf,
    AnyOf,
    Between,
    Compare,
    IsUnknown,
    Not,
    OneOf,
    Ranked,
    compiled,
    leaves,
    truth,
)

FEATURES = {"spend": True, "orders": True, "gap_days": False, "recency_days": True}
ATTACKS = (
    "'; drop table canary; --", '"; drop table canary; --', "spend > 1; drop table canary", "spend >> 1",
    "spend > (select 1)", "1 = 1 union select alive from canary", "spend > 1 --", "spend > 1 /* */",
    "$spend > 1", "spend::text > 1", "read_csv('/etc/passwd') > 1", "canary.alive = 1", "spend > 0x1F",
    "spend > 1e9", "spend like 1", "spend > orders", "spend + 1 > 2", "case when 1 then 2 end", "spend > nan",
    "spend > ١٢", "ｓｐｅｎｄ > 1",
)  # fmt: skip


def spend(sign, value):
    return Compare("spend", sign, Decimal(value))


SAID = {
    "spend > 500 and orders >= 4": AllOf((spend(">", 500), Compare("orders", ">=", Decimal(4)))),
    "500 < spend": spend(">", 500),
    "-1.5 >= spend": spend("<=", "-1.5"),
    "spend = .5": spend("=", "0.5"),
    "gap_days <= 2": Compare("gap_days", "<=", Decimal(2), exact=False),
    "not spend < 1 and spend <> 2 or spend < 3": AnyOf(
        (AllOf((Not(spend("<", 1)), spend("<>", 2))), spend("<", 3))
    ),
    "not (spend < 1 and (spend < 2 or spend < 3))": Not(
        AllOf((spend("<", 1), AnyOf((spend("<", 2), spend("<", 3)))))
    ),
    "spend between 1 and 2 and spend not in (3, -4)": AllOf(
        (Between("spend", Decimal(1), Decimal(2)), Not(OneOf("spend", (Decimal(3), Decimal(-4)))))
    ),
    "spend IS NULL or gap_days Is Not Null": AnyOf((IsUnknown("spend"), Not(IsUnknown("gap_days")))),
    "top 10 % by spend": Ranked("top", Decimal(10), "spend"),
    "Bottom 2.5percent BY gap_days": Ranked("bottom", Decimal("2.5"), "gap_days", exact=False),
}


@pytest.mark.parametrize("text", SAID)
def test_a_condition_is_read_as_it_is_meant(text):
    assert parse(text, FEATURES) == SAID[text]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "at character 1: expected a feature, a number, not, top, bottom or '.', found the end"),
        ("spend >", "at character 8: expected a number, found the end"),
        ("spend > 1 annd orders = 1", "at character 11: .*found 'annd'. Did you mean 'and'?"),
        ("spnd > 1", "at character 1: this data has no feature 'spnd'. Did you mean 'spend'?"),
        ("(spend > 1", r"at character 11: expected '\)', found the end"),
        ("spend != 1", "at character 7: '!' cannot stand in a condition .write <> for not equal"),
        ("spend = 'VIP'", "features are numbers; text cannot be compared"),
        ("spend between 5 and 2", "at character 15: between 5 and 2 holds for nobody"),
        ("spend in ()", "at character 11: expected a number, found '\\)'"),
        ("spend is 4", "at character 10: expected 'null', found '4'"),
        ("spend not 4", "expected between or in, found '4'"),
        ("top 10 by spend", "at character 8: expected '%', found 'by'"),
        ("top 0 % by spend", "at character 5: top 0 % must be above 0 and at most 100"),
        ("top 100.1 % by spend", "at most 100"),
        ("spend > 1234567890123456", "at character 9: a number has at most 15 digits"),
        ("spend > 0.00001", "at character 9: spend is kept to 4 decimals; 0.00001 has 5"),
        ("(" * 41 + "spend > 1" + ")" * 41, "more than 40 levels"),
        ("not " * 3000 + "spend > 1", "12,009 characters; at most 2,000"),
    ],
)
def test_what_is_no_condition_is_refused_with_its_place_and_what_was_expected(text, message):
    with pytest.raises(NotACondition, match=message):
        parse(text, FEATURES)


def test_a_double_may_be_compared_with_more_decimals_than_money():
    assert parse("gap_days > 0.000001", FEATURES) == Compare("gap_days", ">", Decimal("0.000001"), False)


KLEENE = [
    ("spend > 1 and gap_days > 1", {"spend": Decimal(2)}, None),
    ("spend > 1 and gap_days > 1", {"spend": Decimal(0)}, False),
    ("spend > 1 or gap_days > 1", {"spend": Decimal(2)}, True),
    ("spend > 1 or gap_days > 1", {"spend": Decimal(0)}, None),
    ("not gap_days > 1", {}, None),
    ("not gap_days in (1, 2)", {}, None),
    ("gap_days <> 1", {}, None),
    ("gap_days is null", {}, True),
    ("not (gap_days > 1 and spend > 1)", {"spend": Decimal(0)}, True),
]


@pytest.mark.parametrize(("text", "customer", "held"), KLEENE)
def test_what_is_unknown_stays_unknown_as_in_sql(text, customer, held):
    condition = parse(text, FEATURES)
    assert truth(condition, customer) is held
    with Engine(threads=1) as engine:
        kinds = {"spend": "decimal(38, 4)", "gap_days": "double"}
        engine.values("one", kinds, [[customer.get(name) for name in kinds]])
        assert engine.rows(f"select {compiled(condition).sql('duckdb')} from one") == [(held,)]


def test_a_double_equals_the_number_that_a_person_would_write_for_it():
    tenth = parse("gap_days = 0.1", FEATURES)
    assert truth(tenth, {"gap_days": 0.1})
    assert truth(tenth, {"gap_days": Decimal("0.1")})
    assert not truth(tenth, {"gap_days": 0.1 + 1e-17 + 1e-16})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("spend > 1234.5", "spend is more than 1,234.50"),
        ("gap_days <> -0.25", "gap_days is not −0.25"),
        ("spend between 0 and 1000 and gap_days is null", "spend is from 0 to 1,000 and gap_days is unknown"),
        ("not (spend in (1, 2) or orders = 3)", "not (spend is one of 1, 2 or orders is 3)"),
        (
            "gap_days < 1 and (orders < 2 or spend >= 9)",
            "gap_days is less than 1 and (orders is less than 2 or spend is at least 9)",
        ),
    ],
)
def test_a_condition_reads_in_plain_words(text, said):
    assert words(parse(text, FEATURES)) == said


def test_a_rank_reads_with_the_value_it_came_to():
    condition = Ranked("top", Decimal("10.0"), "spend", cut=Decimal("1234.5000"))
    assert words(condition) == "spend is at least 1,234.50 (top 10 %)"
    huge = Ranked("bottom", Decimal(5), "spend", cut=Decimal("1234567890123456789012345678901234.5678"))
    assert words(huge).startswith("spend is at most 1,234,567,890,123,456,789,012,345,678,901,234.5678 (")


# --- any condition, and any text ------------------------------------------------------------------

SIGNS = ("=", "<>", "<", "<=", ">", ">=")
NUMBER = st.integers(-(10**9), 10**9).map(lambda each: Decimal(each) / 10**4)


@st.composite
def comparisons(draw):
    feature = draw(st.sampled_from(list(FEATURES)))
    exact = FEATURES[feature]
    low, high = sorted((draw(NUMBER), draw(NUMBER)))
    sign, end = (
        draw(st.sampled_from(["=", "<>", "<", "<=", ">", ">="])),
        draw(st.sampled_from(["top", "bottom"])),
    )
    percent = Decimal(draw(st.integers(1, 10_000))) / 100
    made = (
        Compare(feature, sign, low, exact),
        Between(feature, low, high, exact),
        OneOf(feature, (high, low), exact),
        IsUnknown(feature),
        Ranked(end, percent, feature, exact),
    )
    return draw(st.sampled_from(made))


def joined(inner):
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(inner.map(Not), several.map(AllOf), several.map(AnyOf))


CONDITIONS = st.recursive(comparisons(), joined, max_leaves=8)


@given(condition=CONDITIONS)
def test_a_condition_that_is_written_and_read_is_the_same(condition):
    assert parse(written(condition), FEATURES) == condition


@given(condition=CONDITIONS)
def test_a_condition_survives_json(condition):
    whole = json.loads(json.dumps(as_json(condition)))
    if not any(isinstance(leaf, Ranked) for leaf in leaves(condition)):
        assert from_json(whole) == condition


@pytest.mark.parametrize(
    "saved",
    [
        {"is": "sql", "text": "1 = 1"},
        {"is": "compare", "feature": "spend", "sign": "; drop", "value": "1", "exact": True},
        {"is": "compare", "feature": "spend", "sign": ">", "value": "1 or 1 = 1", "exact": True},
        {"is": "compare", "feature": "spend", "sign": ">", "value": "nan", "exact": True},
        {"is": "compare", "feature": "spend", "sign": ">", "value": "1", "exact": "false"},
        {"is": "ranked", "end": "top", "percent": "10", "feature": "spend", "exact": True, "cut": None},
        {"is": "all_of", "parts": []},
    ],
    ids=str,
)
def test_a_saved_condition_that_is_none_is_refused(saved):
    with pytest.raises((ValueError, KeyError, TypeError)):
        from_json(saved)


@pytest.fixture(scope="module")
def engine():
    with Engine(threads=1) as opened:
        opened.execute("create table canary as select 1 as alive")
        opened.values("customers", {"spend": "decimal(38, 4)", "orders": "bigint", "gap_days": "double",
                                    "recency_days": "bigint"}, [[Decimal(5), 1, None, 3]])  # fmt: skip
        yield opened


@pytest.mark.parametrize("text", ATTACKS)
def test_sql_is_no_condition(text):
    with pytest.raises(NotACondition):
        parse(text, FEATURES)


WORDS = [
    "and",
    "or",
    "not",
    "between",
    "in",
    "is",
    "null",
    "1",
    "2.5",
    "top",
    "bottom",
    "by",
    ";",
    "drop",
    "table",
    "canary",
]
PIECES = st.sampled_from([*ATTACKS, *FEATURES, *"()<>=,%-", *WORDS])
HOSTILE = st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=12).map(" ".join))


@given(text=HOSTILE)
def test_any_text_is_refused_or_is_a_condition_on_features_alone_and_the_canary_lives(engine, text):
    try:
        condition = parse(text, FEATURES)
    except NotACondition:
        return
    assert {leaf.feature for leaf in leaves(condition)} <= set(FEATURES)
    if not any(isinstance(leaf, Ranked) for leaf in leaves(condition)):
        engine.rows(f"select {compiled(condition).sql('duckdb')} from customers")
    assert engine.rows("select alive from canary") == [(1,)]


def test_a_feature_of_any_name_is_quoted_where_it_becomes_sql(engine):
    hostile = 'spend" > 0; drop table canary; --'
    sql = compiled(Compare(hostile, ">", Decimal(1))).sql("duckdb")
    assert sql == '"spend"" > 0; drop table canary; --" > 1'
