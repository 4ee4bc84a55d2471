"""The language of conditions: what it says, what it refuses and where, and that it can only ever be data."""

import json
from decimal import Decimal

import pytest
import sqlglot
from hypothesis import given
from hypothesis import strategies as st
from sqlglot import exp

from regulars.engine import Engine
from regulars.segment.rules.condition_json import as_json, from_json
from regulars.segment.rules.condition_parser import parse
from regulars.segment.rules.condition_tokens import NotACondition
from regulars.segment.rules.condition_words import words, written
from regulars.segment.rules.conditions import (
    AllOf,
    AnyOf,
    Between,
    Compare,
    CompareFeatures,
    CompareText,
    IsUnknown,
    Not,
    OneOf,
    OneOfTexts,
    Ranked,
    compiled,
    leaves,
    read_features,
    truth,
)

FEATURES = {
    "spend": "exact", "orders": "exact", "gap_days": "double", "recency_days": "exact", "region": "text",
}  # fmt: skip
ATTACKS = (
    "'; drop table canary; --", '"; drop table canary; --', "spend > 1; drop table canary", "spend >> 1",
    "spend > (select 1)", "1 = 1 union select alive from canary", "spend > 1 --", "spend > 1 /* */",
    "$spend > 1", "spend::text > 1", "read_csv('/etc/passwd') > 1", "canary.alive = 1", "spend > 0x1F",
    "spend > 1e9", "spend like 1", "spend + 1 > 2", "case when 1 then 2 end", "spend > nan",
    "spend > ١٢", "ｓｐｅｎｄ > 1", "region = 'x' || 'y'", "region = 'x'; drop table canary", "region = E'x'",
    "region = '\\' or 1 = 1", "region like 'N%'", "spend > -2 * orders", "spend > orders * 2",
    "spend > orders + 1",
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
    "region = 'North' or region <> 'O''Brien\\s'": AnyOf(
        (CompareText("region", "=", "North"), CompareText("region", "<>", "O'Brien\\s"))
    ),
    "region not in ('North', '', '🛒 ')": Not(OneOfTexts("region", ("North", "", "🛒 "))),
    "region is unknown and region is not unknown": AllOf((IsUnknown("region"), Not(IsUnknown("region")))),
    "recency_days > orders": CompareFeatures("recency_days", ">", "orders"),
    "recency_days > gap_days": CompareFeatures("recency_days", ">", "gap_days", exact=False),
    "recency_days <= 1.5 * orders": CompareFeatures("recency_days", "<=", "orders", Decimal("1.5"), False),
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
        ("spend >", "at character 8: expected a number, a text in quotes or a feature, found the end"),
        ("spend > 1 annd orders = 1", "at character 11: .*found 'annd'. Did you mean 'and'?"),
        ("spnd > 1", "at character 1: this data has no feature 'spnd'. Did you mean 'spend'?"),
        ("(spend > 1", r"at character 11: expected '\)', found the end"),
        ("spend != 1", "at character 7: '!' cannot stand in a condition .write <> for not equal"),
        ("spend = 'VIP'", "at character 9: spend is a number; 'VIP' is text"),
        ("spend in ('VIP')", "at character 11: spend is a number; 'VIP' is text"),
        ("region = 5", r"at character 10: region is text; .* found '5' \(write it in quotes: '5'\)"),
        ("region in (North)", r"at character 12: region is text; .* \(write it in quotes: 'North'\)"),
        ("region > 'North'", "at character 8: region is text and has no order: compare it with = or <>"),
        ("region between 'A' and 'B'", "at character 16: region is text and has no order: list its values"),
        ("5 < region", "at character 5: region is text; text is compared with text in quotes"),
        ("top 5 % by region", "at character 12: region is text; text has no order to rank by"),
        ("spend > region", "at character 9: region is text; a number is compared with numbers"),
        ("region = 'North", "at character 10: .*this quote is never closed"),
        ('region = "North"', "at character 10: .*text stands in single quotes: 'North'"),
        ("region = 'a\tb'", r"at character 10: a text with '\\t' cannot be told from others by eye"),
        ("region = 'a\0b'", r"at character 10: a text with '\\x00' cannot be told"),
        ("2 * orders < spend", "at character 3: the feature alone comes first: recency_days > 2"),
        ("spend > 0 * orders", "at character 9: the factor of a feature is above 0 and at most 1,000,000"),
        ("spend > 1.00001 * orders", "with at most 4 decimals"),
        ("spend > ordrs", "at character 9: this data has no feature 'ordrs'. Did you mean 'orders'?"),
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


def test_before_there_is_data_any_feature_may_be_text():
    assert parse("region = 'North' and spend > 5") == parse("region = 'North' and spend > 5", FEATURES)
    with pytest.raises(NotACondition, match="region is text and has no order"):
        parse("region < 'North'")


def test_a_double_may_be_compared_with_more_decimals_than_money():
    assert parse("gap_days > 0.000001", FEATURES) == Compare(
        "gap_days", ">", Decimal("0.000001"), exact=False
    )


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
    ("region <> 'North'", {}, None),
    ("region not in ('North', 'South')", {}, None),
    ("region is unknown", {"region": ""}, False),
    ("region = ''", {"region": ""}, True),
    ("region = 'North'", {"region": "north"}, False),
    ("region = 'North'", {"region": "North "}, False),
    ("region = 'Å'", {"region": "A\u030a"}, False),
    ("region in ('O''Brien', '\\')", {"region": "\\"}, True),
    ("spend > gap_days", {"spend": Decimal(1)}, None),
    ("gap_days > spend", {"spend": Decimal(1)}, None),
    ("spend >= 2 * gap_days", {"spend": Decimal("0.2"), "gap_days": 0.1}, True),
    ("spend > 3 * gap_days", {"spend": Decimal("0.3"), "gap_days": 0.1}, False),
]


@pytest.mark.parametrize(("text", "customer", "held"), KLEENE)
def test_what_is_unknown_stays_unknown_as_in_sql(text, customer, held):
    condition = parse(text, FEATURES)
    assert truth(condition, customer) is held
    with Engine(threads=1) as engine:
        kinds = {"spend": "decimal(38, 4)", "gap_days": "double", "region": "varchar"}
        value = customer.get("gap_days")
        row = {**customer, "gap_days": None if value is None else Decimal(str(value))}
        engine.values("one", kinds, [[row.get(name) for name in kinds]])
        assert engine.rows(f"select {compiled(condition).sql('duckdb')} from one") == [(held,)]


def test_a_double_equals_the_number_that_a_person_would_write_for_it():
    tenth = parse("gap_days = 0.1", FEATURES)
    assert truth(tenth, {"gap_days": 0.1})
    assert truth(tenth, {"gap_days": Decimal("0.1")})
    assert not truth(tenth, {"gap_days": 0.1 + 1e-17 + 1e-16})


def test_text_where_a_number_is_needed_and_the_reverse_are_no_customer():
    with pytest.raises(TypeError, match="'North' is text, where a number is needed"):
        truth(parse("spend > 1", FEATURES), {"spend": "North"})
    with pytest.raises(TypeError, match="region is 5, where text is needed"):
        truth(parse("region = 'North'", FEATURES), {"region": 5})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("spend > 1234.5", "spend is more than 1,234.50"),
        ("gap_days <> -0.25", "gap_days is not −0.25"),
        ("region <> 'O''Brien' or region is null", "region is not 'O''Brien' or region is unknown"),
        ("region in ('North', 'South')", "region is one of 'North', 'South'"),
        ("recency_days > 2 * gap_days", "recency_days is more than 2 × gap_days"),
        ("spend <= orders", "spend is at most orders"),
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
TEXT = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=20)
NUMBERS = [name for name, kind in FEATURES.items() if kind != "text"]
NUMBER = st.integers(-(10**9), 10**9).map(lambda each: Decimal(each) / 10**4)


def texts():
    compared = st.builds(CompareText, st.just("region"), st.sampled_from(["=", "<>"]), TEXT)
    listed = st.builds(OneOfTexts, st.just("region"), st.lists(TEXT, min_size=1, max_size=3).map(tuple))
    return compared | listed


@st.composite
def comparisons(draw):
    feature = draw(st.sampled_from(list(FEATURES)))
    if FEATURES[feature] == "text":
        return draw(texts())
    exact, other = FEATURES[feature] == "exact", draw(st.sampled_from(NUMBERS))
    factor = Decimal(draw(st.integers(1, 10**7))) / 10**4
    both = exact and FEATURES[other] == "exact"
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
        CompareFeatures(feature, sign, other, exact=both),
        CompareFeatures(feature, sign, other, factor, exact=both and factor == 1),
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
        {"is": "compare_text", "feature": "region", "sign": "<", "text": "x"},
        {"is": "compare_text", "feature": "region", "sign": "=", "text": 5},
        {"is": "compare_features", "feature": "a", "sign": ">", "other": "b", "factor": "0", "exact": True},
        {"is": "compare_features", "feature": "a", "sign": ">", "other": 5, "factor": "1", "exact": True},
        {"is": "compare_features", "feature": "a", "sign": ">", "other": "b", "factor": "2", "exact": True},
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
                                    "recency_days": "bigint", "region": "varchar"},
                      [[Decimal(5), 1, None, 3, "North"]])  # fmt: skip
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
    assert set(read_features(condition)) <= set(FEATURES)
    if not any(isinstance(leaf, Ranked) for leaf in leaves(condition)):
        engine.rows(f"select {compiled(condition).sql('duckdb')} from customers")
    assert engine.rows("select alive from canary") == [(1,)]


def test_a_feature_of_any_name_is_quoted_where_it_becomes_sql(engine):
    hostile = 'spend" > 0; drop table canary; --'
    sql = compiled(Compare(hostile, ">", Decimal(1))).sql("duckdb")
    assert sql == '"spend"" > 0; drop table canary; --" > 1'


DIALECTS = ("duckdb", "postgres", "spark", "snowflake", "bigquery", "databricks", "redshift", "trino")
TROUBLE = (
    "O'Brien",
    "''",
    "back\\slash",
    "\\",
    "\\'",
    "\\n",
    '"',
    "%_",
    "$1 :x ?",
    "-- /* ;",
    "Åland 🛒",
    " ",
    "",
)


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("text", TROUBLE)
def test_a_text_of_any_letters_is_one_literal_in_every_dialect(dialect, text):
    sql = compiled(CompareText("region", "=", text)).sql(dialect)
    again = sqlglot.parse_one(sql, read=dialect)
    assert isinstance(again, exp.EQ)
    assert isinstance(again.expression, exp.Literal)
    assert again.expression.this == text


@given(text=TEXT, others=st.lists(TEXT, max_size=3))
def test_texts_are_compared_alike_in_sql_and_in_process(engine, text, others):
    said = [None, text, text + " ", text.upper(), *TROUBLE, *others]
    engine.values("sayings", {"place": "integer", "region": "varchar"}, list(enumerate(said)))
    tests = [CompareText("region", "=", text), OneOfTexts("region", (text, *others)),
             Not(CompareText("region", "<>", text))]  # fmt: skip
    columns = ", ".join(compiled(each).sql("duckdb") for each in tests)
    for region, *held in engine.rows(f"select region, {columns} from sayings order by place"):
        assert [truth(each, {"region": region}) for each in tests] == held, (region, text)
