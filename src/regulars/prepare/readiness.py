"""The readiness gate: can this data carry a segmentation at all? Each reason with its figure."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date

from regulars.engine import Engine
from regulars.errors import NotReady
from regulars.prepare.clean import Cleaned
from regulars.settings import Readiness
from regulars.types import Finding

STALE_DAYS = 90
"""From here on every customer looks lapsed: worth a note where the settings set no limit."""


@dataclass(frozen=True)
class Gate:
    """One condition: what was asked for, what was found, whether it holds, and what to do if not.

    ``doubt`` is what is to be said where it holds and is not quite right.
    """

    name: str
    found: str
    needed: str
    holds: bool
    remedy: str
    doubt: str = ""

    def as_json(self) -> dict[str, object]:
        return asdict(self)


def gates(engine: Engine, cleaned: Cleaned, wanted: Readiness) -> tuple[Gate, ...]:
    """The gates for the clean ``orders``: enough customers, a long span, repeat buyers, fresh orders."""
    ((customers, repeat, last),) = engine.rows(
        "select count(*), coalesce(sum(case when orders > 1 then 1 else 0 end), 0), max(last_on) from "
        "(select customer_id, count(*) as orders, max(ordered_on) as last_on from orders "
        "where not is_return group by customer_id) as each_customer"
    )
    span = (last - cleaned.start).days
    share = repeat / customers
    return (
        _enough(customers, wanted),
        Gate(
            "long enough", f"{span:,} days", f"at least {wanted.min_span_days:,} days",
            span >= wanted.min_span_days, "Add earlier orders: rhythm cannot be seen in a short window.",
        ),
        Gate(
            "repeat buyers", f"{share:.1%}", f"at least {wanted.min_repeat_share:.1%}",
            share >= wanted.min_repeat_share,
            "With so few repeat buyers frequency says nothing: use a longer period.",
        ),
        _fresh((cleaned.as_of - last).days, cleaned, wanted),
    )  # fmt: skip


def gates_of_customers(engine: Engine, cleaned: Cleaned, wanted: Readiness) -> tuple[Gate, ...]:
    """The gates for a table of customers alone: enough of them, and fresh orders where known."""
    ((customers, last),) = engine.rows("select count(*), max(cast(last_order as date)) from customers")
    found = [_enough(customers, wanted)]
    if last is not None:
        found.append(_fresh((cleaned.as_of - last).days, cleaned, wanted))
    return tuple(found)


def _enough(customers: int, wanted: Readiness) -> Gate:
    return Gate(
        "enough customers", f"{customers:,}", f"at least {wanted.min_customers:,}",
        customers >= wanted.min_customers,
        "Add customers or a longer period; see the ledger for rows set aside.",
    )  # fmt: skip


def _fresh(age: int, cleaned: Cleaned, wanted: Readiness) -> Gate:
    limit = wanted.max_age_days
    return Gate(
        "fresh orders", f"last order {age:,} days before {_day(cleaned.as_of)}",
        "any age" if limit is None else f"at most {limit:,} days",
        limit is None or age <= limit, "Add the latest orders, or set as_of to the day of the last one.",
        f"The last order is {age:,} days before the day of the study." if age > STALE_DAYS else "",
    )  # fmt: skip


def require(found: tuple[Gate, ...], wanted: Readiness) -> tuple[Finding, ...]:
    """Raise NotReady with every reason; or give, as findings, what was overridden and what is doubtful."""
    broken = [gate for gate in found if not gate.holds]
    if broken and not wanted.override:
        raise NotReady(
            "readiness",
            "; ".join(f"{gate.name}: found {gate.found}, needed {gate.needed}" for gate in broken),
            " ".join(gate.remedy for gate in broken)
            + " Or set readiness.override: true to run all the same.",
            next_command="regulars check",
        )
    return tuple(_finding(gate) for gate in found if gate.doubt or not gate.holds)


def _finding(gate: Gate) -> Finding:
    where = f"readiness.{gate.name.replace(' ', '_')}"
    if gate.holds:
        return Finding("note", where, gate.doubt, gate.remedy)
    return Finding("warning", where, f"Found {gate.found}, needed {gate.needed}; overridden.", gate.remedy)


def _day(when: date) -> str:
    return when.isoformat()
