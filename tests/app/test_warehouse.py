"""RFM fitted inside a warehouse: the same cut points and segments as the study, on DuckDB and PostgreSQL."""

from __future__ import annotations

import logging
import re
from datetime import date

import duckdb
import pytest
import sqlglot
from sqlglot import exp
from tests.postgres import Postgres, load

from regulars import settings as chosen
from regulars.app import demo
from regulars.app.choices import DIALECTS
from regulars.app.study import run
from regulars.app.warehouse import warehouse_script
from regulars.app.warehouse_asked import Asked, asked
from regulars.app.work import Asked as Run
from regulars.app.workspace import Workspace
from regulars.engine import Engine
from regulars.errors import UsageError
from regulars.prepare.clean import clean, day_of_study, repeats_are_set_aside
from regulars.prepare.reading.read import read

TODAY = date(2025, 6, 1)
COLUMNS = "customer_id, segment_id, segment_name, r_score, f_score, m_score"
EXAMPLE = {
    "table": "analytics.customer_orders",
    "customer": "customer_id",
    "time": "order_date",
    "amount": "order_amount",
    "order": None,
    "metrics": "order_frequency,total_spent,last_order_date",
    "bands": 5,
    "scheme": None,
    "as_of": None,
    "prefix": None,
}


def question(**changed: object) -> Asked:
    return asked(**{**EXAMPLE, **changed})


def statements(text: str) -> list[str]:
    plain = "\n".join(line for line in text.splitlines() if not line.startswith("--"))
    return [each for each in plain.split(";") if each.strip()]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The bundled orders, studied; beside the run lie its clean orders and lines as a shop has them."""
    workspace = demo.lay_out(tmp_path_factory.mktemp("demo"))
    text = workspace.settings.read_text() + "\nsegmentations: {rfm: {method: rfm}}\n"
    workspace.settings.write_text(text)
    settings = chosen.load(workspace.settings)
    run(settings, workspace, Run(today=TODAY))
    with Engine() as engine:
        source = read(
            settings.sources.orders, workspace.root, engine, mark_repeats=repeats_are_set_aside(settings),
            blank_opt_out=settings.cleaning.blank_opt_out, timezone=settings.timezone,
        )  # fmt: skip
        clean(engine, source, settings, day_of_study(engine, None, TODAY), TODAY)
        columns = "customer_id, order_id, ordered_at as order_date, amount as order_amount"
        for table, named in (("orders", "customer_orders"), ("order_lines", "customer_lines")):
            engine.write_parquet(f"select {columns} from {table}", workspace.root / f"{named}.parquet")
    return workspace


def studied(workspace: Workspace) -> list[tuple[object, ...]]:
    """What the study said of every customer."""
    (run_id,) = workspace.run_ids()
    path = workspace.run(run_id) / "assignments" / "rfm.parquet"
    with duckdb.connect() as connection:
        return connection.execute(f"select {COLUMNS} from '{path}' order by 1").fetchall()


ASSIGNED = f"select {COLUMNS} from segment_assignments order by 1"


@pytest.fixture
def shop(workspace: Workspace):
    with duckdb.connect() as connection:
        connection.execute("create schema analytics")
        for table in ("customer_orders", "customer_lines"):
            path = workspace.root / f"{table}.parquet"
            connection.execute(f"create table analytics.{table} as from '{path}'")
        yield connection


def made(shop: duckdb.DuckDBPyConnection, text: str) -> list[list[tuple]]:
    return [shop.execute(each).fetchall() for each in statements(text)]


@pytest.mark.parametrize(
    "asked_for",
    [{}, {"table": "analytics.customer_lines", "order": "order_id"}],
    ids=["a row an order", "a row a line"],
)
def test_duckdb_fits_and_assigns_as_the_study_did(workspace: Workspace, shop, asked_for) -> None:
    answers = made(shop, warehouse_script(question(**asked_for), "duckdb"))
    wanted = studied(workspace)
    assert shop.execute(ASSIGNED).fetchall() == wanted
    account, counts, sizes = answers[0], answers[-2], answers[-1]
    (rows,) = shop.execute(f"select count(*) from {question(**asked_for).table.sql()}").fetchone()
    assert account == [("used", rows)]
    assert {verdict for *_, verdict in counts} == {"ok"}
    assert sum(customers for *_, customers in sizes) == len(wanted)


def test_the_cut_points_are_those_of_the_definition(workspace: Workspace, shop) -> None:
    made(shop, warehouse_script(question(), "duckdb"))
    (kept,) = shop.execute("select * from segment_cut_points").fetchall()
    definition = workspace.pinned("rfm")
    assert definition
    assert list(kept[:12]) == [cut for band in definition.rule.bands for cut in band.cuts]
    assert kept[12:14] == (definition.fitted["customers"], date.fromisoformat(definition.fitted["as_of"]))
    assert kept[14:] == (
        "analytics.customer_orders",
        "customer customer_id, date order_date, amount order_amount",
        "R recency_days, F order_frequency, M total_spent",
    )


def test_postgresql_fits_and_assigns_as_the_study_did(workspace: Workspace, postgres: Postgres) -> None:
    postgres.psql("drop schema if exists analytics cascade; create schema analytics;")
    load(postgres, workspace.root / "customer_orders.parquet", "analytics.customer_orders")
    text = warehouse_script(question(), "postgres")
    tables = "drop table if exists segment_features, segment_assignments, segment_cut_points;"
    postgres.psql(f"{tables}\n{text}")
    wanted = [tuple(map(str, row)) for row in studied(workspace)]
    assert postgres.rows(ASSIGNED) == wanted
    postgres.psql(text)
    assert postgres.rows(ASSIGNED) == wanted, "running it again changes nothing"
    postgres.psql(tables)


def test_a_second_run_keeps_the_cut_points_while_customers_move(shop) -> None:
    text = warehouse_script(question(), "duckdb")
    made(shop, text)
    first = shop.execute("select * from segment_cut_points").fetchall()
    shop.execute("delete from analytics.customer_orders where order_amount < 300")
    answers = made(shop, text)
    assert shop.execute("select * from segment_cut_points").fetchall() == first
    assert {verdict for *_, verdict in answers[-2]} == {"ok"}
    shop.execute("drop table segment_cut_points")
    made(shop, text)
    assert shop.execute("select * from segment_cut_points").fetchall() != first


def test_cut_points_of_another_number_of_bands_are_not_taken(shop) -> None:
    made(shop, warehouse_script(question(), "duckdb"))
    with pytest.raises(duckdb.BinderException, match="_of_4"):
        made(shop, warehouse_script(question(bands=4), "duckdb"))


OTHERWISE = {
    "table": {"table": "analytics.branch_orders"},
    "columns": {"amount": "paid"},
    "metrics": {"metrics": "order_frequency,total_spent=average_order_value,last_order_date"},
}


@pytest.mark.parametrize("what", OTHERWISE)
def test_cut_points_that_were_fitted_on_something_else_score_nobody(shop, what: str) -> None:
    shop.execute(
        "create table analytics.branch_orders as select * replace (order_amount * 3 as order_amount) "
        "from analytics.customer_orders"
    )
    shop.execute("alter table analytics.customer_orders add column paid double")
    shop.execute("update analytics.customer_orders set paid = order_amount * 2")
    made(shop, warehouse_script(question(), "duckdb"))
    kept = shop.execute("select * from segment_cut_points").fetchall()
    answers = made(shop, warehouse_script(question(**OTHERWISE[what]), "duckdb"))
    assert shop.execute("select count(*) from segment_assignments").fetchone() == (0,)
    told = {name for _, name, *_, verdict in answers[-2] if verdict == "DIFFERS"}
    other = f"this {what}" if what == "table" else f"these {what}"
    assert told == {f"cut points were fitted on {other}", "who has features is assigned"}
    assert shop.execute("select * from segment_cut_points").fetchall() == kept
    made(shop, warehouse_script(question(), "duckdb"))
    assert shop.execute("select count(*) from segment_assignments").fetchone() > (0,)


def test_two_tables_of_orders_live_side_by_side_under_their_prefixes(workspace: Workspace, shop) -> None:
    """The second would be cut where the first was, if they shared cut points."""
    shop.execute(
        "create table analytics.branch_orders as select * replace (order_amount * 3 as order_amount) "
        "from analytics.customer_orders"
    )
    asked_for = {"shop": "analytics.customer_orders", "branch": "analytics.branch_orders"}
    for prefix, table in asked_for.items():
        answers = made(shop, warehouse_script(question(prefix=prefix, table=table), "duckdb"))
        assert {verdict for *_, verdict in answers[-2]} == {"ok"}
    wanted = studied(workspace)
    for prefix in asked_for:
        assert shop.execute(ASSIGNED.replace("segment_a", f"{prefix}_a")).fetchall() == wanted
    tables = {name for (name,) in shop.execute("show tables").fetchall()}
    endings = ("features", "cut_points", "assignments")
    assert tables == {f"{prefix}_{ending}" for prefix in asked_for for ending in endings}


def test_nobody_leaves_no_cut_points_behind(shop) -> None:
    shop.execute("delete from analytics.customer_orders")
    made(shop, warehouse_script(question(), "duckdb"))
    assert shop.execute("select count(*) from segment_cut_points").fetchone() == (0,)


def small(rows: list[tuple]) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute('create table t (who varchar, "Order Date" timestamp, worth double)')
    connection.executemany("insert into t values (?, ?, ?)", rows)
    return connection


MINE = {"table": "t", "customer": "who", "time": "Order Date", "amount": "worth", "bands": 2}


def test_every_row_is_accounted_for_and_every_filter_is_as_it_says() -> None:
    rows = [
        ("a", "2024-01-01 10:00:00", 10.0), ("a", "2024-03-01 10:00:00", 0.1), ("a", "2024-03-02", -0.1),
        ("b", "2024-02-01", 5.0), ("c", "2024-02-01", -5.0), (None, "2024-02-01", 1.0),
        ("  ", "2024-02-01", 1.0),
        ("d", None, 1.0), ("d", "2024-02-01", None), ("d", "2024-02-01", 0.0), ("e", "2024-04-01", 7.0),
    ]  # fmt: skip
    metrics = "order_frequency,value=total_spent,recency_days,average_order_value,last_order_date"
    text = warehouse_script(question(**MINE, metrics=metrics, as_of=date(2024, 3, 31)), "duckdb")
    with small(rows) as shop:
        answers = made(shop, text)
        found = shop.execute("select * from segment_features order by 1").fetchall()
    assert dict(answers[0]) == {
        "used": 5, "no customer": 2, "no date": 1, "no amount": 1, "worth nothing": 1,
        "after the day that is looked from": 1,
    }  # fmt: skip
    day = date(2024, 3, 31)
    # customer, orders, value, average, last order, recency, as of; c only returned, d has nothing.
    assert [row[0] for row in found] == ["a", "b"]
    assert [str(each) for each in found[0]] == ["a", "2", "10.0000", "5.0000", "2024-03-01", "30", str(day)]
    assert {verdict for *_, verdict in answers[-2]} == {"ok"}


@pytest.mark.parametrize("bands", [2, 3, 4, 7, 10])
def test_any_number_of_bands_cuts_where_it_says_and_parts_no_equals(bands: int) -> None:
    rows = [(f"c{n:03d}", f"2024-01-{1 + n % 28:02d}", float(1 + n * n % 37)) for n in range(200)]
    with small(rows) as shop:
        answers = made(shop, warehouse_script(question(**{**MINE, "bands": bands}, metrics=None), "duckdb"))
        (kept,) = shop.execute("select * from segment_cut_points").fetchall()
        values = [
            value
            for (value,) in shop.execute("select total_spent from segment_features order by 1").fetchall()
        ]
        split = shop.execute(
            "select count(*) from (select total_spent from segment_features join segment_assignments "
            "using (customer_id) group by total_spent having count(distinct m_score) > 1)"
        ).fetchone()
    wanted = [
        next(v for v in values if sum(x <= v for x in values) * bands >= k * 200) for k in range(1, bands)
    ]
    assert list(kept[2 * (bands - 1) : 3 * (bands - 1)]) == wanted
    assert split == (0,)
    assert {verdict for *_, verdict in answers[-2]} == {"ok"}


def test_without_amounts_every_row_is_an_order_and_r_and_f_alone_are_scored() -> None:
    text = warehouse_script(question(**{**MINE, "amount": None, "bands": 5}, metrics=None), "duckdb")
    with small([("a", "2024-01-01", None), ("b", "2024-01-01", None), ("b", "2024-01-03", -1.0)]) as shop:
        answers = made(shop, text)
        found = shop.execute("select * from segment_features order by 1").fetchall()
        columns = [name for name, *_ in shop.execute("describe segment_assignments").fetchall()]
    assert [row[2] for row in found] == [1, 2]
    assert "m_score" not in columns
    assert {verdict for *_, verdict in answers[-2]} == {"ok"}


@pytest.mark.parametrize("scheme", ["eleven", "five", "sum"])
@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_script_reads_back_in_its_dialect_without_a_doubt(dialect: str, scheme: str, caplog) -> None:
    with caplog.at_level(logging.WARNING, logger="sqlglot"):
        text = warehouse_script(question(scheme=scheme), dialect)
    assert caplog.text == ""
    parsed = [each for each in sqlglot.parse(text, read=dialect) if each is not None]
    kinds = ["select", "drop", "create", "create", "insert", "drop", "create", "select", "select", "select"]
    assert [each.key for each in parsed] == kinds
    assert not re.search(r"ntile|percentile|quantile|qualify", text, re.IGNORECASE)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_name_that_needs_quotes_gets_those_of_its_dialect(dialect: str) -> None:
    text = warehouse_script(
        question(table='my-project.sales."Order; list"', time="Order Date", customer="user"), dialect
    )
    parsed = [each for each in sqlglot.parse(text, read=dialect) if each is not None]
    tables = {t.name for each in parsed for t in each.find_all(exp.Table) if t.db}
    assert tables == {"Order; list"}
    assert len(parsed) == 10
    mark = "`" if dialect in ("bigquery", "spark", "databricks") else '"'
    assert f"{mark}Order Date{mark}" in text
    assert f"{mark}user{mark}" in text


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"table": "orders; drop table orders"}, "not a name"),
        ({"table": "(select 1)"}, "not a name"),
        ({"table": "a..b"}, "not a name"),
        ({"table": "a.b.c.d"}, "at most two dots"),
        ({"customer": "id' or '1'='1"}, "not a name"),
        ({"customer": 'a"b'}, "not a name"),
        ({"time": "a.b"}, "not a name"),
        ({"customer": None}, "--customer and --time"),
        ({"amount": None}, "Name the amount's column"),
        ({"metrics": "total_spend,orders,recency,order_frequencies"}, "Did you mean 'order_frequency'"),
        ({"metrics": "total_spent"}, "needs a recency and a frequency"),
        ({"metrics": "orders,recency,orders"}, "two columns of one name"),
        ({"metrics": "select=order_frequency,recency"}, "cannot name a column"),
        ({"metrics": "customer_id=order_frequency,recency"}, "cannot name a column"),
        ({"bands": 1}, "2 to 10"),
        ({"bands": 11}, "2 to 10"),
        ({"scheme": "fife"}, "Did you mean 'five'"),
        ({"bands": 4, "scheme": "eleven"}, "--scheme sum"),
        ({"prefix": "a; drop table b"}, "not the beginning of a table's name"),
        ({"prefix": "a.b"}, "not the beginning of a table's name"),
        ({"table": "sales.Segment_Features"}, "choose another --prefix"),
        ({"table": "my_assignments", "prefix": "my"}, "choose another --prefix"),
    ],
    ids=str,
)
def test_what_cannot_be_asked_is_refused_with_the_way_to_ask(changed: dict, why: str) -> None:
    with pytest.raises(UsageError, match=re.escape(why)):
        question(**changed)
