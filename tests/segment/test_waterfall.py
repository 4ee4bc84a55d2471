"""The waterfall: the first rule that holds takes the customer, whatever is unknown, in every form."""

import json
from datetime import date
from decimal import Decimal

import pytest

from regulars.documents import pretty
from regulars.engine import Engine
from regulars.errors import RunDamaged
from regulars.segment.definition import Definition
from regulars.segment.rules.condition_parser import parse
from regulars.segment.rules.conditions import Ranked
from regulars.segment.rules.waterfall import Waterfall
from regulars.types import Segment

KINDS = {"customer_id": "varchar", "spend": "decimal(38, 4)", "orders": "bigint", "gap_days": "double"}
FEATURES = {"spend": "exact", "orders": "exact", "gap_days": "double", "region": "text"}
PEOPLE = [
    ("both", Decimal(900), 9, 1.5),
    ("spends", Decimal(900), 1, None),
    ("comes", Decimal(10), 9, 0.1),
    ("neither", Decimal(10), 1, 80.0),
    ("unknown", None, None, None),
]


def fall(*texts: str) -> Waterfall:
    return Waterfall(tuple((f"r{n}", parse(text, FEATURES)) for n, text in enumerate(texts, 1)), "rest")


def defined(rule: Waterfall) -> Definition:
    segments = tuple(Segment(each, each, rule.words(each)) for each in rule.segment_ids)
    return Definition("tiers", "rules", {}, {}, rule, segments, {})


def placed(rule: Waterfall) -> dict[str, str]:
    with Engine(threads=1) as engine:
        engine.values("features", KINDS, PEOPLE)
        steps = {step.name: step for step in defined(rule).steps("features", date(2024, 6, 30))}
        engine.make("assignments", steps)
        given = dict(engine.rows("select customer_id, segment_id from assignments"))
    names = list(KINDS)
    scored = {row[0]: rule.score(dict(zip(names, row, strict=True))).segment_id for row in PEOPLE}
    assert scored == given
    return given


def test_the_first_rule_that_holds_takes_the_customer_and_the_rest_fall_through():
    assert placed(fall("spend > 500 and orders >= 4", "spend > 500", "orders >= 4")) == {
        "both": "r1", "spends": "r2", "comes": "r3", "neither": "rest", "unknown": "rest",
    }  # fmt: skip


def test_order_is_priority():
    assert placed(fall("orders >= 4", "spend > 500"))["both"] == "r1"
    assert placed(fall("spend > 500", "orders >= 4"))["comes"] == "r2"
    assert (
        defined(fall("orders >= 4", "spend > 500")).digest
        != defined(fall("spend > 500", "orders >= 4")).digest
    )


def test_what_is_unknown_is_in_neither_a_rule_nor_its_opposite():
    given = placed(fall("gap_days > 50", "not gap_days > 50", "spend is null"))
    assert given == {"both": "r2", "spends": "rest", "comes": "r2", "neither": "r1", "unknown": "r3"}


def test_a_tenth_is_a_tenth_in_every_form():
    assert placed(fall("gap_days = 0.1"))["comes"] == "r1"
    assert placed(fall("gap_days in (7, 1.5)"))["both"] == "r1"


def test_a_waterfall_survives_json_and_new_ids():
    rule = Waterfall((("vip", Ranked("top", Decimal(10), "spend", cut=Decimal("12.5"))),), "rest")
    written = defined(rule)
    read = Definition.from_json(json.loads(pretty(written.as_json())))
    assert (read, read.digest) == (written, written.digest)
    assert rule.renamed({"vip": "a", "rest": "b"}).segment_ids == ("a", "b")


def test_its_words_say_the_order_and_who_is_left():
    rule = fall("spend > 1234.5", "orders = 1 or gap_days is null")
    assert [rule.words(each) for each in rule.segment_ids] == [
        "rule 1: spend is more than 1,234.50",
        "rule 2, of those whom no rule before it took: orders is 1 or gap_days is unknown",
        "all others: none of rules 1 to 2 holds",
    ]
    assert fall("spend > 1").words("rest") == "all others: rule 1 does not hold"
    assert rule.features == ("spend", "orders", "gap_days")


def test_a_waterfall_without_a_cut_or_with_a_segment_twice_cannot_be():
    with pytest.raises(ValueError, match="no cut point yet"):
        fall("top 10 % by spend")
    with pytest.raises(ValueError, match="a segment of its own"):
        Waterfall((("rest", parse("spend > 1", FEATURES)),), "rest")


@pytest.mark.parametrize("harm", ["sign", "value", "is"])
def test_a_damaged_document_is_found(harm):
    saved = json.loads(pretty(defined(fall("spend > 1")).as_json()))
    saved["rule"]["rules"][0]["when"][harm] = "1 or 1 = 1"
    with pytest.raises(RunDamaged):
        Definition.from_json(saved)


def test_every_dialect_has_it_as_one_case():
    for dialect in (
        "duckdb",
        "postgres",
        "spark",
        "snowflake",
        "bigquery",
        "databricks",
        "redshift",
        "trino",
    ):
        (layer,) = fall("spend > 1.5 and not gap_days <= 0.25", "orders is null").layers("features")
        sql = layer.sql(dialect)
        assert sql.count("CASE WHEN") == 1
        assert "spend > 1.5" in sql
        assert "'0.25'" in sql
