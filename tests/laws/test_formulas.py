"""Formulas over features: random ones worked out again in plain Python, and on every engine that is there."""

from __future__ import annotations

import math
import operator
import random
from collections.abc import Mapping
from typing import Any

import pytest
from sqlglot import exp
from tests.postgres import Postgres

from regulars.engine import Engine
from regulars.prepare.features.formula import MOST_PRODUCTS, NotAFormula, parse

VALUES = (None, 0.0, 1.0, -1.0, 2.5, -0.1, 1e-6, 33.333333, 123456.78, -999.5)
ROWS = [{"a": a, "b": b, "c": c} for a in VALUES for b in VALUES for c in (None, 0.0, 3.0, -7.25)]
LEAVES = ("a", "b", "c", "a", "b", "c", "0", "1", "2.5", ".125", "1000")
SIGNS = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}
FORMULAS = 150

Tree = str | tuple[Any, ...]


def grown(chance: random.Random, depth: int = 3) -> Tree:
    if depth == 0 or chance.random() < 0.2:
        return chance.choice(LEAVES)
    kind = chance.choice([*SIGNS, *SIGNS, "negative", "min", "max", "abs", "ln1p"])
    parts = 2 if kind in SIGNS or kind in ("min", "max") else 1
    return (kind, *(grown(chance, depth - 1) for _ in range(parts)))


def said(tree: Tree) -> str:
    """The formula as a person may write it, with every operation in parentheses."""
    if isinstance(tree, str):
        return tree
    kind, *parts = tree
    if kind in SIGNS:
        return f"({said(parts[0])} {kind} {said(parts[1])})"
    inside = ", ".join(map(said, parts))
    return f"(-{inside})" if kind == "negative" else f"{kind}({inside})"


def worked_out(tree: Tree, given: Mapping[str, float | None]) -> float | None:
    if isinstance(tree, str):
        return given[tree] if tree in given else float(tree)
    kind, *parts = tree
    values = [worked_out(each, given) for each in parts]
    if None in values:
        return None
    if kind in SIGNS:
        return None if kind == "/" and values[1] == 0 else SIGNS[kind](*values)
    if kind == "ln1p":
        return math.log(1 + values[0]) if values[0] > -1 else None
    return {"negative": operator.neg, "min": min, "max": max, "abs": abs}[kind](*values)


def rounded(value: float | None) -> float | None:
    return None if value is None else math.floor(value * 1_000_000 + 0.5) / 1_000_000


def trees() -> list[Tree]:
    """Different random formulas, each over at least one feature and within the limits."""
    chance, found = random.Random("formulas"), {}
    while len(found) < FORMULAS:
        tree = grown(chance)
        text = said(tree)
        if set("abc") & set(text.replace("abs", "")) and sum(map(text.count, "*/")) <= MOST_PRODUCTS:
            found[text] = tree
    return list(found.values())


def select(dialect: str) -> str:
    """All formulas over the table ``given``, row by row, in a dialect."""
    made = [parse(said(tree), "abc").sql(exp.column) for tree in trees()]
    return exp.select(*made).from_("given").order_by("at").sql(dialect)


def wanted() -> list[tuple[float | None, ...]]:
    return [tuple(rounded(worked_out(tree, row)) for tree in trees()) for row in ROWS]


def test_every_formula_comes_to_what_python_makes_of_it() -> None:
    with Engine(threads=1) as engine:
        columns = {"at": "bigint", "a": "double", "b": "double", "c": "double"}
        engine.values("given", columns, [[at, *map(_cell, row.values())] for at, row in enumerate(ROWS)])
        found = engine.rows(select("duckdb"))
    assert found == wanted()
    assert any(None in row for row in found)


def test_every_formula_comes_to_the_same_on_postgresql(postgres: Postgres) -> None:
    cells = [[str(at), *(_cell(each) or r"\N" for each in row.values())] for at, row in enumerate(ROWS)]
    lines = "\n".join(map("\t".join, cells))
    doubles = ", ".join(f"{name} double precision" for name in "abc")
    postgres.psql(f"create table given (at bigint, {doubles});\ncopy given from stdin;\n{lines}\n\\.\n")
    found = [tuple(float(x) if x else None for x in row) for row in postgres.rows(select("postgres"))]
    assert found == wanted()


def _cell(value: float | None) -> str | None:
    return None if value is None else repr(value)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("a - b - c", "(a - b) - c"),
        ("a / b / c", "(a / b) / c"),
        ("a + b * c", "a + (b * c)"),
        ("-a * b", "(-a) * b"),
        ("a - -b", "a - (-b)"),
        ("a*(b+c)", "a * (b + c)"),
    ],
)
def test_precedence_is_that_of_arithmetic(written: str, meant: str) -> None:
    assert parse(written, "abc").root == parse(meant, "abc").root


def test_spaces_make_no_other_formula() -> None:
    assert parse(" min(a,b)/ ( c+1 )\n", "abc") == parse("min(a, b) / (c + 1)", "abc")
    assert parse("a/(b-1)", "abc").text == "a / (b - 1)"


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("", "at character 1: expected a feature, a number, a function or '(', found the end"),
        ("a +", "at character 4: expected a feature"),
        ("a b", "at character 3: expected an operation (+ - * /) or the end of the formula, found 'b'"),
        ("(a", "at character 3: expected ')', found the end"),
        ("a; drop table orders", "at character 2: ';' cannot stand in a formula"),
        ("a || b", "at character 3: '|' cannot stand in a formula"),
        ("a -- b", ""),
        ("a /* b */", "at character 4: expected a feature"),
        ("spendd / a", "at character 1: there is no feature 'spendd'. Did you mean 'spend'?"),
        ("sqrt(a)", "at character 1: there is no function 'sqrt'; there are min, max, abs, ln1p"),
        ("min(a)", "at character 1: min takes 2 values, not 1"),
        ("ln1p(a, b)", "at character 1: ln1p takes one value, not 2"),
        ("1 + 2", "it names no feature"),
        ("a * 1234567890123456", "at character 5: a number has at most 15 digits"),
        ("*".join("a" * 10), "it multiplies and divides 9 times; at most 8 can be"),
        ("(" * 20 + "a" + ")" * 20, "more than 12 levels inside one another"),
        ("min(min(min(min(a, b), a), a), a)", "it has 4 functions inside one another; at most 3 can be"),
        ("a + " * 100 + "a", "it has 401 characters; at most 300 can be read"),
    ],
)  # fmt: skip
def test_what_is_no_formula_is_refused_where_it_stands(written: str, told: str) -> None:
    offered = ["a", "b", "spend"]
    if not told:
        assert parse(written, offered).text == "a - - b", "no comment: minus minus b"
        return
    with pytest.raises(NotAFormula) as refused:
        parse(written, offered)
    assert told in str(refused.value)


def test_names_are_columns_and_never_sql() -> None:
    """What passes is built of literals and of the columns that the caller gives."""
    made = parse("spend / max(orders, 1)", ["spend", "orders"]).sql(lambda name: exp.column(name, table="f"))
    assert {column.sql() for column in made.find_all(exp.Column)} == {"f.spend", "f.orders"}
