"""SQL files as named steps: read them, see what each needs, put them in order, compose, bind.

A step is one SELECT in a file named for the table it makes. Its FROM names other steps or tables that
the caller has; nothing is templated. ``$name`` stands for a value and is bound as a literal of the
syntax tree, so that the text that runs and the text that is shown are the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

import sqlglot
from sqlglot import exp

Bound = str | int | bool | date | Decimal | None
_NAMED = re.compile(r"\$([a-z_][a-z0-9_]*)")


@dataclass(frozen=True)
class Step:
    """A table to be made: its name, and the SELECT that makes it, with comments as written."""

    name: str
    select: exp.Query

    @property
    def needs(self) -> tuple[str, ...]:
        """Logical tables that the SELECT reads, without the common table expressions of its own."""
        own = {cte.alias for cte in self.select.find_all(exp.CTE)}
        # A table function (range) has no name, and needs nobody to make it.
        read = {table.name for table in self.select.find_all(exp.Table) if table.name}
        return tuple(sorted(read - own))

    @property
    def about(self) -> str:
        """What its file's first comment says of the table, as one paragraph; empty where there is none."""
        first = self.select.args.get("with_") or self.select
        return " ".join(line.strip() for line in first.comments or self.select.comments or ())

    def bind(self, values: Mapping[str, Bound]) -> Step:
        """The step with each ``$name`` replaced by its value, in what is said of it too. Raises KeyError for
        one not given."""
        select = self.select.copy()
        for node in select.walk():
            if node.comments:
                node.comments = [_filled(said, values) for said in node.comments]
        for node in list(select.find_all(exp.Parameter, exp.Placeholder)):
            node.replace(literal(values[_parameter_name(node)]))
        return Step(self.name, select)


def _filled(comment: str, values: Mapping[str, Bound]) -> str:
    return _NAMED.sub(lambda found: str(values.get(found[1], found[0])), comment)


def _parameter_name(node: exp.Expr) -> str:
    return node.this.name if isinstance(node.this, exp.Expr) else str(node.this)


def literal(value: Bound) -> exp.Expression:
    """A value as a typed literal; text is quoted by the writer, so it can only ever be text."""
    if value is None:
        return exp.null()
    if isinstance(value, bool):
        return exp.true() if value else exp.false()
    if isinstance(value, date):
        return exp.cast(exp.Literal.string(value.isoformat()), "date")
    if isinstance(value, str):
        return exp.Literal.string(value)
    # Written out: 1E+3 would be a DOUBLE. Not abs(), which rounds a decimal to 28 digits.
    size = f"{value.copy_abs():f}" if isinstance(value, Decimal) else str(abs(value))
    number = exp.Literal.number(size)
    return exp.Paren(this=exp.Neg(this=number)) if value < 0 else number


def parse(name: str, sql: str) -> Step:
    """One statement in DuckDB's dialect as a step."""
    select = sqlglot.parse_one(sql, read="duckdb")
    if not isinstance(select, exp.Query):
        raise ValueError(f"{name}: a step is one SELECT, not {select.key.upper()}")
    return Step(name, select)


class _Room(Mapping[str, Step]):
    """The steps in a folder of SQL files, each parsed when it is first asked for."""

    def __init__(self, folder: Traversable) -> None:
        named = {
            entry.name.removesuffix(".sql"): entry
            for entry in folder.iterdir()
            if entry.name.endswith(".sql")
        }
        self._files = dict(sorted(named.items()))
        self._parsed: dict[str, Step] = {}

    def __getitem__(self, name: str) -> Step:
        if name not in self._parsed:
            self._parsed[name] = parse(name, self._files[name].read_text("utf-8"))
        return self._parsed[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)


@cache
def room(package: str) -> Mapping[str, Step]:
    """The steps in a room's ``sql`` folder, by name."""
    return _Room(files(package) / "sql")


def in_order(steps: Mapping[str, Step], targets: Iterable[str], have: Iterable[str]) -> list[Step]:
    """The steps that the targets need and that are not there yet, each after what it reads."""
    ready, ordered = set(have), []

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in ready:
            return
        if name in path:
            raise ValueError(f"steps read one another in a circle: {' -> '.join((*path, name))}")
        if name not in steps:
            raise KeyError(f"{path[-1] if path else 'the caller'} needs a table {name!r} that no step makes")
        for needed in steps[name].needs:
            visit(needed, (*path, name))
        ready.add(name)
        ordered.append(steps[name])

    for target in targets:
        visit(target, ())
    return ordered


def compose(ordered: Sequence[Step]) -> exp.Query:
    """One SELECT for the last of the steps, with those before it as common table expressions.

    A step's own CTEs move out under its name, so that no two steps can clash.
    """
    *before, (_, final) = [part for step in ordered for part in _flat(step)]
    for alias, select in before:
        final = final.with_(alias, as_=select, copy=False)
    return final


def _flat(step: Step) -> list[tuple[str, exp.Query]]:
    """The step's own CTEs, each renamed ``<step>__<cte>``, then the step itself without them."""
    select = step.select.copy()
    renamed = {cte.alias: f"{step.name}__{cte.alias}" for cte in select.ctes}
    for table in select.find_all(exp.Table):
        if table.name in renamed and not table.db:
            table.set("alias", exp.TableAlias(this=exp.to_identifier(table.alias or table.name)))
            table.set("this", exp.to_identifier(renamed[table.name]))
    parts = [(renamed[cte.alias], cte.this) for cte in select.ctes]
    select.set("with_", None)
    return [*parts, (step.name, select)]


def text(select: exp.Expr, dialect: str = "duckdb", *, comments: bool = True) -> str:
    """The statement in a dialect, laid out for reading."""
    return select.sql(dialect=dialect, pretty=True, comments=comments)
