"""What a warehouse would misread is written its own way, and short parentheses stay on their line."""

import pytest
import sqlglot
from sqlglot import exp

from regulars.app.choices import DIALECTS
from regulars.engine import written
from regulars.engine.steps import parse

CUT = parse(
    "t", "select case when spend <= 333.6100 then 1 when spend > -0.5 then 2 end as score from t"
).select


def test_bigquery_compares_decimals_with_decimals_and_not_with_doubles() -> None:
    text = written(CUT, "bigquery")
    assert "spend <= CAST('333.6100' AS NUMERIC)" in text
    assert "spend > CAST('-0.5' AS NUMERIC)" in text


def test_a_number_that_numeric_cannot_hold_stays_a_double_in_bigquery() -> None:
    tenth = parse("t", "select a from t where a <= 0.1234567891").select
    assert "a <= 0.1234567891" in written(tenth, "bigquery")


def test_bigquery_rounds_to_the_scale_of_a_decimal() -> None:
    cast = parse("t", "select cast(a / b as decimal(18, 4)) as c from t").select
    assert "ROUND(CAST(a / b AS NUMERIC), 4) AS c" in written(cast, "bigquery")


@pytest.mark.parametrize("dialect", sorted({*DIALECTS} - {"bigquery"}))
def test_a_decimal_is_a_decimal_in_every_other_dialect(dialect: str) -> None:
    assert "spend <= 333.6100" in written(CUT, dialect)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_only_spark_is_told_a_format_for_its_tables(dialect: str) -> None:
    table = exp.Create(this=exp.to_table("made"), kind="TABLE", expression=CUT)
    assert ("USING PARQUET" in written(table, dialect)) is (dialect == "spark")


@pytest.mark.parametrize("dialect", DIALECTS)
def test_only_postgresql_is_told_to_take_the_steps_one_by_one(dialect: str) -> None:
    steps = parse("t", "with s as (select a from t) select a from s").select
    assert ("s AS MATERIALIZED (" in written(steps, dialect)) is (dialect == "postgres")


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("hostile", ["it's", "back\\slash", "\\' or 1=1 --", "two\nlines", '"; drop table t'])
def test_text_comes_back_as_it_was_and_is_nothing_else(dialect: str, hostile: str) -> None:
    said = exp.select(exp.alias_(exp.Literal.string(hostile), "said"))
    (read,) = sqlglot.parse(written(said, dialect), read=dialect)
    assert isinstance(read, exp.Select)
    assert read.expressions[0].this.name == hostile


def test_what_is_short_in_parentheses_stays_on_its_line_and_what_is_long_does_not() -> None:
    short = parse("t", "select (a - 1) * (a - 1) as d, (select count(*) from t) as n from t").select
    assert "(a - 1) * (a - 1) AS d,\n  (SELECT COUNT(*) FROM t) AS n" in written(short, "duckdb")
    long = parse("t", f"select a from t where (a = {'1' * 60} or b = {'2' * 60})").select
    assert "(\n" in written(long, "duckdb")


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_layout_changes_no_meaning(dialect: str) -> None:
    select = parse(
        "t", "select (a + 1) * 2 as b from (select a from t where not (a > 1 or a < 0)) as s"
    ).select
    (read,) = sqlglot.parse(written(select, dialect), read=dialect)
    assert read == sqlglot.parse_one(select.sql(dialect), read=dialect)
