"""Statements for people and warehouses: laid out for reading, and put right where a translation is not."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.generator import Generator

LINE = 100
"""What stands in parentheses and is no longer than this stays on one line."""
_COMPARISONS = (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE)


def written(statement: exp.Expr, dialect: str) -> str:
    """The statement as text for one of the warehouses, without comments.

    Beyond sqlglot's translation: BigQuery compares decimals with decimals (its 0.1 is a double) and rounds to
    a DECIMAL's scale; Spark is told a format for tables (without one it may want Hive); PostgreSQL is told to
    take the steps one by one, or it works each CASE out again wherever its column is read (a minute for 4,000
    customers in the RFM grid).
    """
    meant = statement.copy()
    if dialect == "bigquery":
        meant = meant.transform(_exact).transform(_to_scale)
    if dialect == "postgres":
        for step in meant.find_all(exp.CTE):
            step.set("materialized", True)
    if dialect == "spark" and isinstance(meant, exp.Create):
        parquet = exp.FileFormatProperty(this=exp.var("parquet"))
        meant.set("properties", exp.Properties(expressions=[parquet]))
    return _writer(dialect)(dialect=dialect, pretty=True, comments=False).generate(meant)


def _exact(node: exp.Expr) -> exp.Expr:
    """A comparison with a decimal literal, with the literal as NUMERIC."""
    if isinstance(node, _COMPARISONS) and _is_decimal(node.expression):
        node.set("expression", exp.cast(exp.Literal.string(_digits(node.expression)), "decimal"))
    return node


def _to_scale(node: exp.Expr) -> exp.Expr:
    """A cast to DECIMAL(p, s), with the rounding that a cast to NUMERIC leaves out."""
    if isinstance(node, exp.Cast) and node.to.is_type("decimal") and len(node.to.expressions) == 2:
        scale = node.to.expressions[1].this.copy()
        return exp.Round(this=exp.cast(node.this, "decimal"), decimals=scale)
    return node


def _is_decimal(node: exp.Expr) -> bool:
    """Whether it is a number that NUMERIC holds to the digit: nine stand after its point."""
    _, point, decimals = _digits(node).partition(".")
    return bool(point) and len(decimals) <= 9


def _digits(node: exp.Expr) -> str:
    """A number with its sign, as it is written; empty for anything else."""
    if isinstance(node, exp.Paren):
        return _digits(node.this)
    if isinstance(node, exp.Neg):
        size = _digits(node.this)
        return f"-{size}" if size else ""
    return str(node.this) if isinstance(node, exp.Literal) and not node.is_string else ""


@cache
def _writer(dialect: str) -> type[Generator]:
    """The dialect's own writer, but for parentheses: what is short in them stays on its line."""
    base: type[Generator] = Dialect.get_or_raise(dialect).generator_class

    class Compact(base):  # type: ignore[misc, valid-type]  # a base known at run time
        pretty: bool

        def paren_sql(self, expression: exp.Paren) -> str:
            return self._short(lambda: str(super(Compact, self).paren_sql(expression)))

        def subquery_sql(self, expression: exp.Subquery, sep: str = " AS ") -> str:
            return self._short(lambda: str(super(Compact, self).subquery_sql(expression, sep)))

        def _short(self, make: Callable[[], str]) -> str:
            pretty, self.pretty = self.pretty, False
            line = make()
            self.pretty = pretty
            return line if len(line) <= LINE and "\n" not in line else make()

    return Compact
