"""RFM fitted inside a warehouse: one script that cuts its own customers into bands, keeps the cut points, and
gives every customer a segment. No row leaves the warehouse, and no data is needed to write it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

import sqlglot
from sqlglot import exp

from regulars.app import script_checks as checks
from regulars.app.script import Part, anew, laid_out
from regulars.app.warehouse_asked import RECENCY, Asked, Metric
from regulars.engine import Step, literal
from regulars.engine.steps import compose, parse
from regulars.segment import schemes
from regulars.segment.rules import column
from regulars.segment.rules.grid import Band, Grid
from regulars.segment.schemes import Scheme

MONEY = "decimal(18, 4)"
"""What amounts are read as: sums of doubles would depend on the order of the rows."""


def warehouse_script(asked: Asked, dialect: str) -> str:
    """Statements that make features, cut points (once: a second run keeps them) and assignments from a table
    of orders, then profile and validate them. The names of the tables are ``asked.made``'s.

    A cut point is the smallest value with at least k/n of the customers at or below it, counted exactly, so
    equal customers score equally. They are kept with what they were fitted on, and score nothing else. What
    is read, what is left out and how to fit anew stands in the comments.
    """
    grid, scheme = _grid(asked)
    rows = [_read(asked), *_orders(asked)]
    day = f"(select max(ordered_on) from {rows[1].name})" if asked.as_of is None else _sql(asked.as_of)
    features = _features(asked, rows[-1].name, day)
    numbers = list(dict.fromkeys([*(m.scored for m in asked.axes), *_numbers(asked)]))
    parts: list[Part] = [
        (_about(asked, grid, scheme), ()),
        ("1. What is read: every row of the table, by what becomes of it.", [_account(rows[0])]),
        (_features_in_words(asked), anew(asked.made.features, compose([*rows, features]))),
        (_cuts_in_words(asked), _fitted(asked)),
        (
            "4. Segments: one row a customer, by the cut points that are kept.",
            anew(asked.made.assignments, _assigned(asked, grid, scheme)),
        ),
        ("5. Profile: size and share of each segment, and its means.",
         [checks.profile(numbers, asked.made.features, asked.made.assignments)]),
        ("6. Validation: every customer exactly once, from orders to segments. All rows must say ok.",
         [_validated(asked, rows)]),
        ("7. Validation: every segment of the scheme with its customers, also those with none.",
         [checks.sizes(list(scheme.names.items()), asked.made.assignments)]),
    ]  # fmt: skip
    return laid_out(parts, dialect)


def _grid(asked: Asked) -> tuple[Grid, Scheme]:
    """The scheme's cells over so many bands; the cut points stand in the warehouse, so these are none."""
    tops = [asked.bands] * len(asked.axes)
    if asked.scheme == "eleven":
        scheme = schemes.eleven(len(tops))
    elif asked.scheme == "five":
        scheme = schemes.by_boxes(schemes.FIVE, schemes.REST, tops)
    else:
        scheme = schemes.sums([Decimal(1)] * len(tops), tops)
    bands = tuple(
        Band(f"{m.letter.lower()}_score", m.letter, m.scored, tuple(map(Decimal, range(1, asked.bands))),
             m.letter == "R", "")
        for m in asked.axes
    )  # fmt: skip
    return Grid(bands, scheme.cells, scheme.total), scheme


# --- what is read -----------------------------------------------------------------------------------


def _read(asked: Asked) -> Step:
    """Every row of the table with our names, and why it is not used, or null."""
    customer, day = exp.column(asked.customer, "o"), exp.cast(exp.column(asked.time, "o"), "date")
    blank = exp.EQ(this=exp.Trim(this=exp.cast(customer, "varchar")), expression=literal(""))
    reason = exp.Case()
    reason = reason.when(exp.or_(exp.Is(this=customer, expression=exp.null()), blank), literal("no customer"))
    reason = reason.when(exp.Is(this=day, expression=exp.null()), literal("no date"))
    if asked.as_of:
        late = exp.GT(this=day, expression=literal(asked.as_of))
        reason = reason.when(late, literal("after the day that is looked from"))
    columns = [exp.alias_(customer, "customer_id"), exp.alias_(day, "ordered_on")]
    if asked.order:
        columns.append(exp.alias_(exp.column(asked.order, "o"), "order_id"))
    if asked.amount:
        amount = exp.column(asked.amount, "o")
        reason = reason.when(exp.Is(this=amount, expression=exp.null()), literal("no amount"))
        reason = reason.when(exp.EQ(this=amount, expression=literal(0)), literal("worth nothing"))
        columns.append(exp.alias_(exp.cast(amount, MONEY), "amount"))
    orders = exp.alias_(asked.table, "o", table=True)
    return Step("order_rows", exp.select(*columns, exp.alias_(reason, "reason")).from_(orders))


def _account(read: Step) -> exp.Query:
    count = "select coalesce(reason, 'used') as what, count(*) as order_rows from order_rows "
    return compose([read, parse("account", f"{count}group by coalesce(reason, 'used') order by what")])


def _orders(asked: Asked) -> Iterator[Step]:
    """Orders and returns that are used, one row each."""
    is_return = "case when amount < 0 then 1 else 0 end" if asked.amount else "0"
    columns = ["customer_id", *(["order_id"] if asked.order else []), "ordered_on"]
    columns += ["amount"] if asked.amount else []
    yield parse(
        "used_rows",
        f"select {', '.join(columns)}, {is_return} as is_return from order_rows where reason is null",
    )
    if asked.order:
        yield parse(
            "used_orders",
            "select customer_id, order_id, is_return, min(ordered_on) as ordered_on"
            f"{_summed(asked, 'amount')} from used_rows group by customer_id, order_id, is_return",
        )


def _summed(asked: Asked, name: str) -> str:
    return f", sum(amount) as {name}" if asked.amount else ""


# --- features ---------------------------------------------------------------------------------------


def _features(asked: Asked, orders: str, day: str) -> Step:
    """One row a customer with a purchase."""
    bought = "case when is_return = 0 then ordered_on end"
    shown = ", ".join(f"{_EXPRESSIONS[m.kind]} as {m.name}" for m in asked.metrics if m.name != RECENCY)
    return parse(
        "features",
        f"with bought as (select customer_id, max({bought}) as last_on, min({bought}) as first_on, "
        f"sum(1 - is_return) as orders{_summed(asked, 'spend')} from {orders} group by customer_id "
        f"having sum(1 - is_return) > 0), the_day as (select {day} as as_of) "
        f"select customer_id, {shown}, date_diff('day', last_on, as_of) as {RECENCY}, as_of "
        "from bought cross join the_day",
    )


_EXPRESSIONS = {
    "last_order_date": "last_on",
    "first_order_date": "first_on",
    "order_frequency": "orders",
    "total_spent": "spend",
    "average_order_value": (f"cast(floor(cast(spend as double) / orders * 10000 + 0.5) / 10000 as {MONEY})"),
}


def _numbers(asked: Asked) -> list[str]:
    return [m.name for m in asked.metrics if not m.kind.endswith("_date")]


# --- cut points -------------------------------------------------------------------------------------


def _fitted(asked: Asked) -> list[exp.Expr]:
    """A table of one row, made once, filled once."""
    kinds = {"R": "bigint", "F": "bigint", "M": MONEY}
    declared = [f"{name} {kinds[m.letter]}" for m in asked.axes for name in _cut_names(asked, m)]
    declared += ["customers bigint", "fitted_on date", *(f"{name} text" for name in _fitted_of(asked))]
    made = f"create table if not exists {asked.made.cut_points} ({', '.join(declared)})"
    return [sqlglot.parse_one(made, read="duckdb"), sqlglot.parse_one(_filled(asked), read="duckdb")]


_FITTED = {
    "fitted_table": "this table",
    "fitted_columns": "these columns",
    "fitted_metrics": "these metrics",
}


def _fitted_of(asked: Asked) -> dict[str, str]:
    """What cut points are fitted on, as it is kept beside them: they say nothing of anything else.

    The number of bands is in the names of their columns: without those a script stops.
    """
    columns = ", ".join(f"{what} {name.sql('duckdb')}" for what, name in _columns(asked).items())
    scored = ", ".join(f"{m.letter} {RECENCY if m.letter == 'R' else m.kind}" for m in asked.axes)
    return {
        "fitted_table": asked.table.sql("duckdb"), "fitted_columns": columns, "fitted_metrics": scored,
    }  # fmt: skip


def _columns(asked: Asked) -> dict[str, exp.Identifier]:
    """The columns that are read, by what they mean."""
    read = {"customer": asked.customer, "date": asked.time, "amount": asked.amount, "order": asked.order}
    return {what: name for what, name in read.items() if name}


def _cut_names(asked: Asked, metric: Metric) -> list[str]:
    """Which cut of how many stands in the name: cut points of another number of bands are not taken."""
    return [f"{metric.scored}_{k}_of_{asked.bands}" for k in range(1, asked.bands)]


def _filled(asked: Asked) -> str:
    names = [name for m in asked.axes for name in _cut_names(asked, m)]
    cuts = " cross join ".join(f"({_quantiles(asked, m)}) as {m.letter.lower()}_cuts" for m in asked.axes)
    seen = f"(select count(*) as customers, max(as_of) as fitted_on from {asked.made.features}) as seen"
    fitted_of = _fitted_of(asked)
    values = ", ".join(map(_sql, fitted_of.values()))
    kept = asked.made.cut_points
    return (
        f"insert into {kept} ({', '.join([*names, 'customers', 'fitted_on', *fitted_of])}) "
        f"select {', '.join(names)}, seen.customers, seen.fitted_on, {values} "
        f"from {cuts} cross join {seen} where seen.customers > 0 and not exists (select 1 from {kept})"
    )


def _quantiles(asked: Asked, metric: Metric) -> str:
    """Cut k: the smallest value with at least k/n of the customers at or below it. Values are counted first,
    so that equal ones stand or fall together; shares are compared in whole numbers."""
    value, bands = metric.scored, asked.bands
    cuts = ", ".join(
        f"min(case when up_to * {bands} >= everybody * {k} then {value} end) as {name}"
        for k, name in enumerate(_cut_names(asked, metric), start=1)
    )
    counted = f"select {value}, count(*) as customers from {asked.made.features} group by {value}"
    running = (
        f"select {value}, sum(customers) over (order by {value} nulls first "
        "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) as up_to, "
        f"sum(customers) over () as everybody from ({counted}) as counted"
    )
    return f"select {cuts} from ({running}) as running"


# --- segments ---------------------------------------------------------------------------------------


def _assigned(asked: Asked, grid: Grid, scheme: Scheme) -> exp.Query:
    scores = ", ".join(f"{_score(asked, m)} as {m.letter.lower()}_score" for m in asked.axes)
    same = " and ".join(f"c.{name} = {_sql(of)}" for name, of in _fitted_of(asked).items())
    scored = parse(
        "scoring_1",
        f"select f.customer_id, f.as_of, c.fitted_on, {scores} "
        f"from {asked.made.features} as f cross join {asked.made.cut_points} as c where {same}",
    )
    letters = [band.score for band in grid.bands]
    named = grid.layers("features")[-1].select("as_of", "fitted_on")
    names = exp.Case()
    for segment_id, name in scheme.names.items():
        is_it = exp.EQ(this=column("segment_id"), expression=literal(segment_id))
        names = names.when(is_it, literal(name))
    said = exp.select(
        "customer_id", "segment_id", exp.alias_(names, "segment_name"), *map(column, letters), "as_of",
        exp.alias_(column("fitted_on"), "cut_points_of"),
    ).from_("scoring_2")  # fmt: skip
    return compose([scored, Step("scoring_2", named), Step("assignments", said)])


def _score(asked: Asked, metric: Metric) -> str:
    low_is_good, top = metric.letter == "R", asked.bands
    whens = " ".join(
        f"when f.{metric.scored} <= c.{name} then {top + 1 - k if low_is_good else k}"
        for k, name in enumerate(_cut_names(asked, metric), start=1)
    )
    return f"case {whens} else {1 if low_is_good else top} end"


def _validated(asked: Asked, rows: Sequence[Step]) -> exp.Query:
    made, kept = asked.made, f"select count(*) from {asked.made.cut_points}"
    checked = checks.checked(
        [
            (
                "customers with an order have features",
                f"select count(*) from {made.features}",
                f"select count(distinct customer_id) from {rows[-1].name} where is_return = 0",
            ),
            ("cut points are one row", kept, "select 1"),
            *(
                (
                    f"cut points were fitted on {_FITTED[name]}",
                    f"{kept} where {name} = {_sql(of)}",
                    "select 1",
                )
                for name, of in _fitted_of(asked).items()
            ),
            *checks.once(made.features, made.assignments),
        ]
    )
    return compose([*rows, Step("checks", checked)])


# --- words ------------------------------------------------------------------------------------------


def _about(asked: Asked, grid: Grid, scheme: Scheme) -> str:
    columns = "\n".join(f"  {what}: {name.name}" for what, name in _columns(asked).items())
    made = asked.made
    day = asked.as_of or "the day of the last order in the table"
    segments = "\n".join(f"  {name}: {grid.words(each)}" for each, name in scheme.names.items())
    shift = "The date must be a date, or a timestamp on the shop's own clock: a time zone may move the day."
    return (
        f"RFM, each metric in {asked.bands} bands, fitted and assigned inside the warehouse.\n"
        f"Reads {asked.table.sql()}, one row {'a line of an order' if asked.order else 'an order'}:\n"
        f"{columns}\n{shift}\nLooks from {day}.\n"
        f"Makes {made.features} and {made.assignments} anew, and {made.cut_points} once. For other names: "
        "--prefix.\n"
        f"Segments by scheme {asked.scheme}; scores run from 1, worst, to {asked.bands}, best:\n{segments}\n"
        "What differs from `regulars run`: nothing is cleaned but what step 1 lists. Repeats, test orders, "
        "postage and fees, opted-out customers and the business zone are yours to see to before."
    )


def _features_in_words(asked: Asked) -> str:
    returns = (
        "A row below zero is a return: it lowers what was spent and is no order. Rows worth nothing are left "
        "out. Amounts are read to four decimals."
        if asked.amount
        else "Every row is an order: without amounts no return can be told."
    )
    told = "\n".join(f"  {m.name}: {_MEANINGS[m.kind]}" for m in asked.metrics)
    scored = ", ".join(f"{m.letter} {m.scored}" for m in asked.axes)
    return (
        f"2. Features: one row a customer with an order; who only returned is left out. {returns}\n{told}\n"
        f"  Scored: {scored}."
    )


_MEANINGS = {
    "last_order_date": "day of the last order",
    "first_order_date": "day of the first order",
    "recency_days": "days since the last order",
    "order_frequency": "orders placed",
    "total_spent": "what was bought less what was returned",
    "average_order_value": "total spent over orders, rounded half up to four decimals",
}


def _cuts_in_words(asked: Asked) -> str:
    return (
        "3. Cut points: fitted once and kept, so that segments mean the same tomorrow. "
        f"Cut k of {asked.bands} is the smallest value with at least k/{asked.bands} of the customers at or "
        "below it: counted, not interpolated, and equal customers score equally. A second run leaves them as "
        "they are. The row says what it was fitted on: with cut points of another table, of other columns or "
        "metrics, nobody gets a segment, and validation says DIFFERS; with those of other bands the script "
        "stops, for their columns are others. To keep several side by side: --prefix. "
        f"To fit anew: drop table {asked.made.cut_points}, and run the script again. Keep a copy of the row: "
        "it is the definition."
    )


def _sql(value: object) -> str:
    return literal(value).sql("duckdb")  # type: ignore[arg-type]  # texts, counts and days of this file
