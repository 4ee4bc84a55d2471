"""What a cell says, as SQL: text, identifiers, numbers and consent, whatever type the column has."""

from __future__ import annotations

from functools import cache

import sqlglot
from sqlglot import exp

from regulars.engine import Bound, literal

SPACES = " \t\r\n\v\f\u00a0\u2007\u202f\u200b\ufeff"
_FLOATS = ("FLOAT", "DOUBLE", "DECIMAL")
_NUMBERS = (
    *_FLOATS,
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "HUGEINT",
    "UTINYINT",
    "USMALLINT",
    "UINTEGER",
    "UBIGINT",
    "UHUGEINT",
)

NO_CUSTOMER = ("NULL", "null", "\\N", "NaN", "nan", "None", "<NA>", "#N/A")
"""What programs write where there is no value. No shop numbers its customers so."""

_YES = ("1", "1.0", "true", "t", "yes", "y", "on", "x", "ja", "j", "oui", "si", "sí", "sim", "tak")
_NO = ("0", "0.0", "false", "f", "no", "n", "off", "nein", "non", "não", "nao", "nie")
_IN = (
    "in",
    "opted in",
    "opted_in",
    "opt in",
    "opt-in",
    "optin",
    "subscribed",
    "granted",
    "given",
    "allowed",
    "consented",
)
_OUT = (
    "out",
    "opted out",
    "opted_out",
    "opt out",
    "opt-out",
    "optout",
    "unsubscribed",
    "denied",
    "withdrawn",
    "revoked",
    "refused",
)

_CURRENCY = r"(?:\p{Sc}|[A-Za-z]{1,2}\p{Sc}|[A-Z]{3}|kr\.?|zł|Kč|Ft|lei|Rs\.?)"
_GROUP_SPACES = r" \x{a0}\x{2007}\x{2009}\x{202f}'’"


@cache
def _parsed(sql: str) -> exp.Expr:
    return sqlglot.parse_one(sql, read="duckdb")


def formula(sql: str, **parts: exp.Expression | Bound) -> exp.Expression:
    """An expression with each ``$name`` replaced by its part: a column, another formula or a value."""

    def put(node: exp.Expression) -> exp.Expression:
        if not isinstance(node, (exp.Parameter, exp.Placeholder)):
            return node
        part = parts[node.this.name if isinstance(node.this, exp.Expression) else str(node.this)]
        return exp.paren(part.copy()) if isinstance(part, exp.Expression) else literal(part)

    return _parsed(sql).transform(put)


def column(name: str) -> exp.Expression:
    """One of our own columns by name."""
    return exp.column(name, quoted=True)


def trimmed(inner: str) -> str:
    """SQL for one of our own columns as text without the spaces around it; NULL where nothing is left.

    Cells that begin and end in plain ASCII are let through as they are: looking for exotic spaces is slow.
    """
    as_text = formula("cast($cell as varchar)", cell=column(inner))
    return formula(
        "case when left($cell, 1) between '!' and '~' and right($cell, 1) between '!' and '~' then $cell "
        "else nullif(trim($cell, $spaces), '') end",
        cell=as_text, spaces=SPACES,
    ).sql("duckdb")  # fmt: skip


def is_number(kind: str) -> bool:
    return kind.startswith(_NUMBERS)


def is_date(kind: str) -> bool:
    return kind.startswith(("DATE", "TIMESTAMP"))


def text(cell: exp.Expression) -> exp.Expression:
    """A staged cell as text; NULL where it is blank."""
    return formula("cast($cell as varchar)", cell=cell)


def identifier(cell: exp.Expression, kind: str, *, float_text: bool = False) -> exp.Expression:
    """The cell as an identifier: text as it stands, leading zeros and all; whole floats without ``.0``.

    ``float_text`` says that the column is text which a float column of whole numbers was written to.
    """
    if kind.startswith(_FLOATS):
        return formula(
            "case when isnan(cast($cell as double)) then null "
            "when abs($cell) < 9e15 and $cell = trunc($cell) then cast(cast($cell as bigint) as varchar) "
            "else cast($cell as varchar) end",
            cell=cell,
        )
    if float_text:
        return formula("regexp_replace($text, '\\.0+$', '')", text=text(cell))
    return text(cell)


def customer(cell: exp.Expression, kind: str, *, float_text: bool = False) -> exp.Expression:
    """The cell as a customer's identifier, NULL also for what programs write where there is none."""
    words = ", ".join(literal(word).sql("duckdb") for word in NO_CUSTOMER)
    return formula(
        f"case when $written not in ({words}) then $id end",
        written=text(cell), id=identifier(cell, kind, float_text=float_text),
    )  # fmt: skip


def number(cell: exp.Expression, kind: str, decimal_mark: str, scale: int) -> exp.Expression:
    """The cell as DECIMAL(18, scale), halves away from zero; NULL where it is not one, or does not fit.

    Floats go through their shortest text, so that 2.55 is 2.55. Text may have a currency sign or code,
    thousands in groups of three (two, as in India, before the last), a minus on either side, brackets
    for negative, or an exponent. "1,5" with a decimal point is not a number: it is refused, not read as 15.
    """
    if is_number(kind):
        return formula(f"try_cast(cast($cell as varchar) as decimal(18, {scale}))", cell=cell)
    mark = "\\." if decimal_mark == "." else ","
    groups = f"[{',' if decimal_mark == '.' else '.'}{_GROUP_SPACES}]"
    plain = formula(
        "regexp_full_match($text, $shape)", text=text(cell), shape=rf"[-+]?\d{{1,14}}({mark}\d+)?"
    )
    careful = _careful_number(cell, mark, groups, scale)
    return formula(
        f"case when $is_plain then try_cast(replace($text, $mark, '.') as decimal(18, {scale})) "
        "else $careful end",
        is_plain=plain, text=text(cell), mark=decimal_mark, careful=careful,
    )  # fmt: skip


def _careful_number(cell: exp.Expression, mark: str, groups: str, scale: int) -> exp.Expression:
    bare = formula(
        "regexp_replace(regexp_replace(replace($text, '−', '-'), $before, '\\1'), $after, '\\1')",
        text=text(cell), before=rf"^([-+(]?)\s*{_CURRENCY}\s*", after=rf"\s*{_CURRENCY}\s*([-)]?)$",
    )  # fmt: skip
    signed = formula(
        "regexp_replace(regexp_replace($bare, '^\\((.*)\\)$', '-\\1'), '^([^-].*)-$', '-\\1')", bare=bare
    )
    grouped = rf"\d{{1,3}}(?:{groups}\d{{2,3}})*{groups}\d{{3}}"
    shape = rf"[-+]?(?:(?:{grouped}|\d+)(?:{mark}\d*)?|{mark}\d+)(?:[eE][-+]?\d{{1,3}})?"
    return formula(
        "case when regexp_full_match($signed, $shape) "
        f"then try_cast(regexp_replace($ungrouped, $mark, '.') as decimal(18, {scale})) end",
        ungrouped=formula("regexp_replace($signed, $groups, '', 'g')", signed=signed, groups=groups),
        signed=signed, shape=shape, mark=mark,
    )  # fmt: skip


def of_its_order(cell: exp.Expression, customer: exp.Expression, order: exp.Expression) -> exp.Expression:
    """The cell, or where it is blank what another line of the customer's order says.

    Exports often say what holds for an order on its first line only.
    """
    return formula(
        "case when $cell is null and $order is not null "
        "then max($cell) over (partition by $customer, $order) else $cell end",
        cell=cell, customer=customer, order=order,
    )  # fmt: skip


def consent(cell: exp.Expression, kind: str, *, is_opt_out: bool, blank: str) -> exp.Expression:
    """``'in'``, ``'out'`` or ``'unknown'`` from a consent or an opt-out cell.

    ``blank`` is what an empty cell means. Words that name the state ("unsubscribed") mean the same in
    both; yes and no mean the reverse in an opt-out. A moment in an opt-out column is when the customer left.
    """
    yes, no = ("out", "in") if is_opt_out else ("in", "out")
    if is_date(kind):
        meant = "out" if is_opt_out else "unknown"
        return formula(
            "case when $cell is null then $blank else $meant end", cell=cell, blank=blank, meant=meant
        )
    listed = {"out": (*_OUT, *(_YES if yes == "out" else _NO)), "in": (*_IN, *(_NO if no == "in" else _YES))}
    words = {
        state: ", ".join(literal(word).sql("duckdb") for word in known) for state, known in listed.items()
    }
    return formula(
        f"case when $word is null then $blank when $word in ({words['out']}) then 'out' "
        f"when $word in ({words['in']}) then 'in' else 'unknown' end",
        word=formula("lower($text)", text=text(cell)), blank=blank,
    )  # fmt: skip
