"""Which column holds what, and every record of a source as a row of ``order_rows`` with fixed columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from sqlglot import exp

from regulars.engine import Engine, Step, literal
from regulars.engine import steps as sql
from regulars.errors import SettingsError, did_you_mean
from regulars.prepare.reading import cells, dates, order_totals
from regulars.prepare.reading.sources import STAGED, SourceColumn
from regulars.types import Finding, Table

ORDER_ROWS = "order_rows"
Matched = Mapping[str, SourceColumn]
_TEXTS = ("product_name", "category", "brand", "promotion")


def matched(named: Mapping[str, str], columns: Sequence[SourceColumn], title: str) -> dict[str, SourceColumn]:
    """Meaning to column, for each that the settings have ``named``; names match exactly ("ID" is not "id").

    Raises SettingsError with every name that is not there, the nearest one that is, and the setting.
    """
    by_name = {column.name: column for column in columns if column.name}
    missing = {meaning: name for meaning, name in named.items() if name not in by_name}
    if missing:
        raise SettingsError(
            title, _absent(missing, list(by_name)), _remedy(columns), next_command="regulars check"
        )
    return {meaning: by_name[name] for meaning, name in named.items()}


def _absent(missing: Mapping[str, str], known: list[str]) -> str:
    told = ", ".join(f"{name!r:.100} (sources.orders.columns.{meaning})" for meaning, name in missing.items())
    near = "".join(did_you_mean(name, known)[:200] for name in missing.values())
    return f"no column {told}.{near}".rstrip(".")


def _remedy(columns: Sequence[SourceColumn]) -> str:
    if len(columns) == 1:
        for mark in (";", "\t", "|", ","):
            if mark in columns[0].name:
                return f"The header looks to be split by {mark!r}: set sources.orders.delimiter to it."
    shown = ", ".join(f"{column.name!r:.40}" for column in columns[:20])
    more = f" and {len(columns) - 20:,} more" if len(columns) > 20 else ""
    return f"The source has {shown}{more}. Mend the settings named."


@dataclass(frozen=True)
class Rules:
    """How cells are read: all that the settings say about it."""

    decimal_mark: str
    date_format: str | None
    stamps: str
    timezone: str
    blank_opt_out: str
    float_texts: frozenset[str]
    """Meanings whose text came out of a float column of whole numbers ("17850.0")."""
    amount_is: str = "line"
    extra_codes: tuple[str, ...] = ()
    """Products that are no good bearers of an order's total, because cleaning may set them aside."""


def make_order_rows(columns: Matched, rules: Rules, engine: Engine) -> Table:
    """The table ``order_rows``: one row for every record of the source, in source order."""
    steps = [Step("order_cells", _order_cells(columns, rules))]
    if rules.amount_is == "order":
        steps += [_judged("said_amounts"), order_totals.counted_once("judged_cells")]
    else:
        steps.append(_judged("judged_cells"))
    return engine.create(ORDER_ROWS, sql.compose([*steps, _order_rows()]))


_JUDGED = """
with valued as (
    select
        *,
        case
            when amount_said is not null then amount_said
            else try_cast(
                round(cast(quantity as decimal(19, 3)) * cast(unit_price as decimal(19, 4)), 4)
                as decimal(18, 4)
            )
        end as amount
    from order_cells
)
select
    *,
    case
        when ragged is not null then 'ragged_row'
        when time_text is null then 'missing_date'
        when ordered_at is null then 'unreadable_date'
        when quantity is null or (has_price and unit_price is null) or (has_value and amount is null)
            then 'unreadable_number'
        when discount_cell is not null and discount is null then 'unreadable_number'
    end as fault
from valued
"""

_ORDER_ROWS = """
select
    record,
    fault,
    left(
        case fault
            when 'ragged_row' then ragged
            when 'unreadable_date' then time_text
            when 'unreadable_number' then
                case when quantity is null then quantity_text
                     when has_price and unit_price is null then price_text
                     when discount_cell is not null and discount is null then discount_text
                     when has_amount then amount_text
                     else quantity_text || ' x ' || price_text || ' is too large' end
        end,
        80
    ) as fault_text,
    customer_id,
    order_id,
    ordered_at,
    quantity,
    unit_price,
    amount,
    product_id,
    product_name,
    category,
    brand,
    promotion,
    discount,
    consent_state,
    is_repeat
from judged_cells
order by record
"""


@cache
def _judged(name: str) -> Step:
    return sql.parse(name, _JUDGED)


@cache
def _order_rows() -> Step:
    return sql.parse(ORDER_ROWS, _ORDER_ROWS)


def _order_cells(columns: Matched, rules: Rules) -> exp.Query:
    made: dict[str, exp.Expression] = {name: cells.column(name) for name in ("record", "ragged", "is_repeat")}
    made |= _who_and_what(columns, rules)
    made |= _when(columns["time"], rules, hides=columns["time"] == columns["customer"])
    made |= _how_much(columns, rules)
    made["consent_state"] = consent_state(columns, rules.blank_opt_out)
    if rules.amount_is == "order":
        made["is_extra"] = order_totals.is_extra(made["product_id"], rules.extra_codes)
    return exp.select(*(exp.alias_(each, name) for name, each in made.items())).from_(exp.to_table(STAGED))


def _inner(column: SourceColumn) -> exp.Expression:
    return cells.column(column.inner)


_NONE = cells.formula("cast(null as varchar)")


def _who_and_what(columns: Matched, rules: Rules) -> dict[str, exp.Expression]:
    who = columns["customer"]
    made = {"customer_id": cells.customer(_inner(who), who.kind, float_text="customer" in rules.float_texts)}
    for meaning, name in {"order": "order_id", "product": "product_id"}.items():
        of = columns.get(meaning)
        made[name] = (
            _NONE
            if of is None
            else cells.identifier(_inner(of), of.kind, float_text=meaning in rules.float_texts)
        )
    return made | {name: cells.text(_inner(columns[name])) if name in columns else _NONE for name in _TEXTS}


def _when(column: SourceColumn, rules: Rules, *, hides: bool) -> dict[str, exp.Expression]:
    said = cells.text(_inner(column))
    if cells.is_date(column.kind):
        read = dates.read_typed(_inner(column), column.kind, rules.stamps, rules.timezone)
    else:
        read = dates.read_text(_inner(column), rules.date_format or "", rules.stamps, rules.timezone)
    return {
        "time_text": cells.formula("case when $said is not null then 'not shown' end", said=said)
        if hides
        else said,
        "ordered_at": read,
    }


def _how_much(columns: Matched, rules: Rules) -> dict[str, exp.Expression]:
    def read(meaning: str, scale: int, absent: str) -> exp.Expression:
        column = columns.get(meaning)
        if column is None:
            return cells.formula(f"cast({absent} as decimal(18, {scale}))")
        return cells.number(_inner(column), column.kind, rules.decimal_mark, scale)

    def said(meaning: str) -> exp.Expression:
        column = columns.get(meaning)
        if column is None or column == columns["customer"]:
            return cells.formula("cast($meaning as varchar)", meaning=f"{meaning} not shown")
        return cells.formula(
            "$meaning || coalesce(' ' || $said, ' is blank')",
            meaning=meaning,
            said=cells.text(_inner(column)),
        )

    return {
        "quantity": read("quantity", 3, "1"),
        "unit_price": read("unit_price", 4, "null"),
        "amount_said": read("amount", 4, "null"),
        # Some programs write what comes off as a negative number.
        "discount": cells.formula("abs($said)", said=read("discount", 4, "null")),
        "discount_cell": cells.text(_inner(columns["discount"])) if "discount" in columns else _NONE,
        "discount_text": said("discount"),
        "quantity_text": said("quantity"),
        "price_text": said("unit_price"),
        "amount_text": said("amount"),
        "has_price": literal("unit_price" in columns),
        "has_amount": literal("amount" in columns),
        "has_value": literal("amount" in columns or "unit_price" in columns),
    }


def _said_of(columns: Matched, meaning: str) -> exp.Expression:
    cell = _inner(columns[meaning])
    if "order" not in columns:
        return cell
    return cells.of_its_order(cell, _inner(columns["customer"]), _inner(columns["order"]))


def consent_state(columns: Matched, blank_opt_out: str) -> exp.Expression:
    """``'in'``, ``'out'`` or ``'unknown'`` from the columns of consent and opting out; in without either."""
    blank = "in" if blank_opt_out == "opted_in" else "unknown"
    states = [
        cells.consent(
            _said_of(columns, meaning), columns[meaning].kind, is_opt_out=meaning == "opt_out", blank=blank
        )
        for meaning in ("consent", "opt_out")
        if meaning in columns
    ]
    if not states:
        return literal("in")
    return cells.formula(
        "case when 'out' in ($one, $other) then 'out' "
        "when 'unknown' in ($one, $other) then 'unknown' else 'in' end",
        one=states[0], other=states[-1],
    )  # fmt: skip


def float_texts(columns: Matched, engine: Engine) -> frozenset[str]:
    """Which identifier columns are text that a float column of whole numbers was written to.

    Such a column has whole numbers only, and at least one of them ends in ``.0``.
    """
    identifiers = ("customer", "order", "product", "from")
    asked = {meaning: columns[meaning] for meaning in identifiers if meaning in columns}
    asked = {meaning: column for meaning, column in asked.items() if column.is_text}
    if not asked:
        return frozenset()
    counts = ", ".join(
        "count_if(not regexp_full_match({said}, '\\d+(\\.0+)?')), "
        "count_if(regexp_full_match({said}, '\\d+\\.0+'))".format(
            said=cells.text(_inner(column)).sql("duckdb")
        )
        for column in asked.values()
    )
    ((*found,),) = engine.rows(f"select {counts} from {STAGED}")
    return frozenset(
        m for m, other, floats in zip(asked, found[::2], found[1::2], strict=True) if floats and not other
    )


def doubts(columns: Matched, rules: Rules, engine: Engine) -> tuple[Finding, ...]:
    """What is worth knowing about how the cells were read."""
    found = [
        Finding(
            "note",
            f"orders.{meaning}",
            f"{columns[meaning].name!r:.80} is written as floats (17850.0); they are read without the .0",
            "Export the column as text or whole numbers.",
        )
        for meaning in sorted(rules.float_texts)
    ]
    if rules.amount_is == "line" and {"amount", "order"} <= set(columns):
        found += order_totals.doubt(ORDER_ROWS, engine)
    return tuple(found) + _date_doubts(columns, rules, engine)


def _date_doubts(columns: Matched, rules: Rules, engine: Engine) -> tuple[Finding, ...]:
    if cells.is_date(columns["time"].kind) or not dates.has_two_digit_year(rules.date_format or ""):
        return ()
    ((start, end),) = engine.rows(
        f"select cast(min(ordered_at) as date), cast(max(ordered_at) as date) from {ORDER_ROWS}"
    )
    if start is None:
        return ()
    return (
        Finding(
            "note",
            "orders.time",
            f"years have two digits; {rules.date_format!r} reads them as {start} to {end}",
            "If that is not when the orders were made, mend sources.orders.date_format.",
        ),
    )
