"""Every SQL file is one SELECT that means the same on every engine that we write for, and says its grain.

What is not on the lists below is refused, with the reason where it is known. To allow more, show first that
DuckDB, PostgreSQL and Spark give the same answer, and that sqlglot writes it for all the others.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import sqlglot
from sqlglot import ErrorLevel, exp
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify
from tests.prepare.orders import AS_OF, cleaned, line, settings
from tests.prepare.side_rows import lay_beside

import regulars
from regulars.check.deep.measures import MEASURES
from regulars.check.deep.queries import Orders, Question
from regulars.engine import Engine, Step, room
from regulars.engine.steps import parse
from regulars.prepare.features.table import make_features
from regulars.profile.facts import Frame, profile
from regulars.types import Segment
from regulars.value.customers import make_valued_customers
from regulars.value.fitting import Fitted
from regulars.value.frames import keep_outcome_lines, make_frame
from regulars.value.histories import make_histories
from regulars.value.holdout import held_out
from regulars.value.periods import Periods, make_periods, periods_held_out
from regulars.value.worth import ValueModel, make_worth

FILES = sorted(Path(regulars.__file__).parent.glob("*/sql/*.sql"))
DIALECTS = ("postgres", "spark", "snowflake", "bigquery", "databricks", "redshift", "trino")

STRUCTURE = (
    exp.Select, exp.From, exp.Join, exp.Where, exp.Group, exp.Having, exp.Union, exp.With, exp.CTE, exp.Alias,
    exp.Table, exp.TableAlias, exp.Column, exp.Identifier, exp.Paren, exp.Placeholder, exp.Parameter, exp.Var,
    exp.Literal, exp.Boolean, exp.Null, exp.Star, exp.DataType, exp.DataTypeParam,
)  # fmt: skip
LOGIC = (
    exp.And, exp.Or, exp.Not, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Is, exp.In,
    exp.Case, exp.If, exp.Coalesce,
)  # fmt: skip
ARITHMETIC = (
    exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.Neg, exp.Abs, exp.Floor, exp.Ceil, exp.Sqrt, exp.Ln,
    exp.Exp, exp.Cast,
)  # fmt: skip
# PostgreSQL refuses an exponential that over- or underflows: bound what it is of.
TEXT_AND_TIME = (exp.Substring, exp.Length, exp.Upper, exp.DateDiff, exp.Extract)
SETS = (
    exp.Count, exp.Sum, exp.Min, exp.Max,
    exp.Window, exp.WindowSpec, exp.Order, exp.Ordered, exp.Lag, exp.RowNumber,
)  # fmt: skip
ALLOWED = STRUCTURE + LOGIC + ARITHMETIC + TEXT_AND_TIME + SETS

BANS: dict[type[exp.Expr], str] = {
    exp.Ntile: "NTILE splits ties by row order, so that equal customers score differently; use cut points",
    exp.Qualify: "QUALIFY is rewritten for some dialects, and one rewrite changed an answer; filter outside",
    exp.PercentileCont: "percentiles interpolate differently by engine; keep fitted cut points as literals",
    exp.PercentileDisc: "PERCENTILE_DISC is mistranslated in silence; keep fitted cut points as literals",
    exp.Quantile: "quantiles differ by engine; keep fitted cut points as literals",
    exp.Median: "MEDIAN is unknown to half of the dialects; count up to the middle, as segment_medians does",
    exp.ArrayAgg: "list(x order by y) loses its order in translation; keep rows long",
    exp.Filter: "FILTER (WHERE) is not known everywhere and is dropped silently; write sum(case when …)",
    exp.Pivot: "PIVOT needs its columns beforehand and is mistranslated; keep (customer, category) long",
    exp.DayOfWeek: "dayofweek starts on another day in every engine; count days from a known Monday",
    exp.DayOfWeekIso: "isodow is mistranslated; count days from a known Monday, modulo 7",
    exp.IntDiv: "// rounds differently for negatives and is mistranslated; floor(a / b)",
    exp.Distinct: "DISTINCT ON keeps an arbitrary row, and plain DISTINCT hides the grain; use group by",
    exp.GenerateSeries: "generate_series is a table function of few engines; join a table of values",
    exp.Rand: "chance comes in as a seed, through app",
    exp.CurrentDate: "time comes in as $as_of, through app",
    exp.Limit: "LIMIT keeps arbitrary rows",
}
ANONYMOUS = "an unknown function (HASH and the like) passes untranslated and means something else elsewhere"
TYPES = {"BIGINT", "DECIMAL", "DOUBLE", "VARCHAR", "TEXT", "DATE"}
EXTRACTED = {"HOUR"}


# --- the rules, each giving the faults it finds -----------------------------------------------------


def faults(step: Step) -> list[str]:
    """What is not portable in a step, by its text alone."""
    return [*_not_allowed(step), *_casts(step), *_windows(step)]


def _not_allowed(step: Step) -> Iterator[str]:
    for node in step.select.walk():
        known = next((why for kind, why in BANS.items() if isinstance(node, kind)), None)
        if known or not isinstance(node, ALLOWED):
            why = known or (ANONYMOUS if isinstance(node, exp.Anonymous) else "not in the portable subset")
            yield f"{type(node).__name__}: {why}: {node.sql('duckdb')}"
        if isinstance(node, exp.Union) and node.args.get("distinct"):
            yield f"UNION drops equal rows, as customers' rows may be; use union all: {node.sql('duckdb')}"


def _casts(step: Step) -> Iterator[str]:
    for cast in step.select.find_all(exp.Cast):
        if cast.to.this.name not in TYPES:
            yield f"a cast to {cast.to.this.name} has no equal everywhere; use one of {sorted(TYPES)}"
    for part in step.select.find_all(exp.Extract):
        if part.this.name.upper() not in EXTRACTED:
            yield f"extract({part.this.name}) counts differently by engine; only {sorted(EXTRACTED)} is safe"


def _windows(step: Step) -> Iterator[str]:
    """A window's order is total where no two rows of a partition are alike in what orders them: the columns
    it partitions and orders by must hold every column that the table it reads is grouped by."""
    for window in step.select.find_all(exp.Window):
        order = window.args.get("order")
        if order is None and isinstance(window.this, exp.Sum):
            continue
        by = [*window.args.get("partition_by", []), *(order.expressions if order else [])]
        named = {column.name for each in by for column in each.find_all(exp.Column)}
        grain = _grain(window)
        if not grain or not grain <= named:
            told = sorted(grain) or "of a grouped table"
            yield f"a window must be ordered down to the grain {told}: {window.sql('duckdb')}"
        if isinstance(window.this, exp.Sum) and window.args.get("spec") is None:
            yield f"the default frame takes equal rows together; say rows between …: {window.sql('duckdb')}"


def _grain(window: exp.Window) -> set[str]:
    """The columns that the one table of the window's SELECT is grouped by, looking through plain selects."""
    select = window.find_ancestor(exp.Select)
    root = window.root()
    tables = {cte.alias: cte.this for cte in root.find_all(exp.CTE)}
    while select is not None and select.args.get("joins") is None:
        source = tables.get(select.args["from_"].this.name)
        if source is None:
            return set()
        if source.args.get("group"):
            return {column.name for column in source.args["group"].find_all(exp.Column)}
        select = source
    return set()


def typed_faults(step: Step, schema: dict[str, dict[str, str]]) -> list[str]:
    """What depends on types: sums of doubles, and differences of what is no date."""
    made = qualify(step.select.copy(), schema=schema, dialect="duckdb", validate_qualify_columns=False)
    typed = annotate_types(made, schema=schema, dialect="duckdb")
    found = [
        f"a sum of doubles depends on the order of rows; sum whole numbers or decimals: {each.sql('duckdb')}"
        for each in typed.find_all(exp.Sum)
        if not each.this.is_type("bigint", "int", "integer", "decimal", "int128", "hugeint", "boolean")
    ]
    found += [
        f"DuckDB counts midnights, Spark whole days: cast to date first: {side.sql('duckdb')}"
        for difference in typed.find_all(exp.DateDiff)
        for side in (difference.this, difference.expression)
        if not side.is_type("date") and not isinstance(side, (exp.Placeholder, exp.Parameter))
    ]
    found += [
        f"date - date is a number here and an interval there: use date_diff: {minus.sql('duckdb')}"
        for minus in typed.find_all(exp.Sub)
        if any(side.is_type("date", "timestamp") for side in (minus.this, minus.expression))
    ]
    return found


# --- the files ------------------------------------------------------------------------------------


def step_of(path: Path) -> Step:
    return parse(path.stem, path.read_text("utf-8"))


@pytest.fixture(scope="module")
def schema(tmp_path_factory) -> dict[str, dict[str, str]]:
    """The types of every step's table, as DuckDB has them after a small study was made of all steps."""
    path = tmp_path_factory.mktemp("kept") / "steps.duckdb"
    chosen = settings(
        {"product": "what", "category": "kind", "brand": "maker", "promotion": "promo", "quantity": "n"},
        features={"own_brands": ["acme"], "engagement": {"weights": {"login": 1}}},
    )
    lines = [
        line(
            "ann",
            "2024-06-01 10:00",
            5,
            order_id="1",
            quantity=2,
            product_id="mug",
            category="tea",
            brand="acme",
            promotion="SPRING",
            discount="1",
        ),
        line("ann", "2024-06-20 10:00", -5, order_id="2", quantity=-1),
    ]
    with Engine(threads=1, debug_path=path) as engine:
        cleaned(engine, lines, chosen)
        moment = "2024-06-02 10:00"
        lay_beside(
            engine,
            {
                "events": [("ann", moment, "login")],
                "campaigns": [("ann", "spring", moment, moment)],
                "redemptions": [("ann", moment, "spring")],
            },
        )
        features = make_features(engine, chosen.sources.orders.columns, AS_OF, chosen.features)
        engine.execute("create table assignments as select customer_id, 'all' as segment_id from features")
        frame = Frame("all", "tests", "GBP", date(2024, 6, 1), AS_OF)
        profile(engine, frame, [Segment("all", "All", "")], features.features)
        _value(engine)
        _history(engine)
        _claims(engine)
        listed = engine.rows(
            "select table_name, column_name, data_type from duckdb_columns() where not internal"
        )
    found: dict[str, dict[str, str]] = {}
    for table, column, kind in listed:
        found.setdefault(table, {})[column] = kind
    return found


def _value(engine: Engine) -> None:
    """The tables of the value room, from models with parameters as they come."""
    until = date(2024, 6, 10)
    make_histories(engine, until)
    purchases = Fitted("bgnbd", {"r": 0.2, "alpha": 4.4, "a": 0.8, "b": 2.4}, {}, 0.0, 1)
    spend = Fitted("gamma_gamma", {"p": 6.2, "q": 3.7, "v": 15.4}, {}, 0.0, 1)
    lasting = Fitted("pareto_nbd", {"r": 0.5, "alpha": 10.6, "s": 0.6, "beta": 11.7}, {}, 0.0, 1)
    for each in (lasting, purchases):
        make_valued_customers(engine, ValueModel(each, spend, 7, 1.0, until), 20, 0.1)
    fitted = ValueModel(purchases, spend, 7, 1.0, until)
    make_worth(engine, fitted, 20)
    held_out(engine, fitted, until, AS_OF)
    periods = Periods("week", until, AS_OF)
    make_periods(engine, periods)
    bgbb = Fitted("bgbb", {"alpha": 1.2, "beta": 0.8, "gamma": 0.7, "delta": 2.8}, {}, 0.0, 1)
    periods_held_out(engine, ValueModel(bgbb, spend, 1, 1.0, until), periods)
    make_histories(engine, until)
    for grouped in ("history_groups", "spending_groups"):
        engine.make(grouped, room("regulars.value"))
    keep_outcome_lines(engine)
    make_frame(engine, "frame", (), until, AS_OF)


def _history(engine: Engine) -> None:
    """The tables of who was in which segment when, of one customer in one run."""
    whole = {"customer_id": "varchar", "segment_id": "varchar"}
    numbered = {**whole, "run_number": "bigint", "definition_number": "bigint"}
    engine.values("run_memberships", numbered, [("ann", "all", 1, 1)])
    runs = {"run_number": "bigint", "as_of": "date", "version": "bigint", "definition": "varchar"}
    engine.values("history_runs", runs, [(1, AS_OF, 1, "abc")])
    names = {"definition_number": "bigint", "segment_id": "varchar", "segment_name": "varchar"}
    engine.values("segment_names", names, [(1, "all", "All")])
    for each in ("memberships_before", "memberships_after"):
        engine.values(each, whole, [("ann", "all")])
    for target in ("dim_customer_segment", "run_sizes", "flows"):
        engine.make(target, room("regulars.validate"))


def _claims(engine: Engine) -> None:
    """The tables of the check room, from a question by every measure."""
    engine.execute("create table asked_customers as select customer_id, 'all' as segment_id from features")
    orders = Orders(engine, date(2024, 6, 1), AS_OF, ("acme",))
    for measure in MEASURES.values():
        orders.counted(Question(measure, "all", ((date(2024, 6, 1), AS_OF),)))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_is_one_select_of_the_portable_subset(path: Path) -> None:
    assert len(sqlglot.parse(path.read_text("utf-8"), read="duckdb")) == 1, "one statement a file"
    assert faults(step_of(path)) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_sums_no_doubles_and_subtracts_only_days(path: Path, schema) -> None:
    step = step_of(path)
    assert set(step.needs) <= set(schema), "the small study makes every table"
    assert typed_faults(step, schema) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_files_first_comment_gives_its_grain(path: Path) -> None:
    assert path.read_text("utf-8").startswith("-- Grain: one row a")


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_is_written_in_every_dialect_without_a_doubt(path: Path, dialect: str, caplog) -> None:
    with caplog.at_level(logging.WARNING, logger="sqlglot"):
        written = step_of(path).select.sql(dialect, unsupported_level=ErrorLevel.RAISE)
    assert caplog.text == ""
    assert sqlglot.parse_one(written, read=dialect).named_selects == step_of(path).select.named_selects


def test_there_are_files_to_hold() -> None:
    assert {"orders", "judged_rows", "segment_medians"} <= {path.stem for path in FILES}


# --- the guard itself: each ban bites, and says why -----------------------------------------------

BY_B = "partition by a order by b"


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("select ntile(5) over (order by spend) as f from t", "splits ties by row order"),
        ("select a from t qualify row_number() over (order by a) = 1", "rewrite changed an answer"),
        ("select percentile_disc(0.5) within group (order by a) as m from t", "keep fitted cut points"),
        ("select quantile_cont(a, 0.5) as m from t", "keep fitted cut points"),
        ("select median(a) as m from t", "count up to the middle"),
        ("select list(a order by b) as l from t", "loses its order"),
        ("select count(*) filter (where a > 1) as n from t", "sum(case when"),
        ("select hash(a) as h from t", "passes untranslated"),
        ("from t pivot (sum(a) for b in (1, 2))", "keep (customer, category) long"),
        ("select dayofweek(a) as d from t", "starts on another day"),
        ("select isodow(a) as d from t", "count days from a known Monday"),
        ("select extract(isodow from a) as d from t", "counts differently"),
        ("select a // 2 as h from t", "rounds differently"),
        ("select distinct on (a) a, b from t", "arbitrary row"),
        ("select s from generate_series(1, 3) as g (s)", "few engines"),
        ("select a from t limit 1", "arbitrary rows"),
        ("select a from t union select a from u", "union all"),
        ("select cast(a as timestamptz) as z from t", "no equal everywhere"),
        ("select current_date as d", "$as_of"),
        ("select lag(day) over (partition by who order by day) as b from t", "ordered down to the grain"),
        (
            f"with g as (select a, b, c from t group by a, b, c) select lag(b) over ({BY_B}) from g",
            "ordered down to the grain ['a', 'b', 'c']",
        ),
        (
            f"with g as (select a, b from t group by a, b) select sum(1) over ({BY_B}) from g",
            "rows between",
        ),
    ],
)  # fmt: skip
def test_what_is_not_portable_is_refused_with_the_reason(sql: str, why: str) -> None:
    assert any(why in fault for fault in faults(parse("t1", sql))), faults(parse("t1", sql))


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("select sum(x) as s from t", "depends on the order of rows"),
        ("select sum(n / 3) as s from t", "depends on the order of rows"),
        ("select sum(case when n > 1 then ln(n) else 0 end) as s from t", "depends on the order of rows"),
        ("select date_diff('day', at, on_day) as d from t", "cast to date first"),
        ("select on_day - on_day as d from t", "use date_diff"),
    ],
)
def test_what_types_give_away_is_refused_with_the_reason(sql: str, why: str) -> None:
    schema = {"t": {"x": "DOUBLE", "n": "BIGINT", "at": "TIMESTAMP", "on_day": "DATE"}}
    assert any(why in fault for fault in typed_faults(parse("t1", sql), schema))
