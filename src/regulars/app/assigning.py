"""Assigning: any customers into the segments of an existing definition, every row and every unknown told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from regulars.app.foretelling import Foretold, stands_on
from regulars.app.reading import read_tables
from regulars.app.work import Asked, Work
from regulars.app.workspace import Workspace
from regulars.engine import Engine, literal, quoted
from regulars.errors import UsageError, did_you_mean
from regulars.prepare.reading.customer_file import read_customers, source_of
from regulars.prepare.reading.retold import About
from regulars.prepare.reading.sources import Source
from regulars.segment.assign import assign
from regulars.segment.definition import Definition
from regulars.settings import Settings
from regulars.source_settings import Customers, Orders
from regulars.types import Finding

MADE = "assigned"
KNOWN = "features_known"
"""How many of the definition's features are known of each customer."""
FEW = 10
"""Up to so many customers a segment's size is not told in a summary."""


@dataclass(frozen=True)
class Assigned:
    """Customers in segments, in the engine's table ``assigned``; where every row went, and doubts."""

    definition: Definition
    as_of: date
    rows_in: int
    set_aside: Mapping[str, int]
    customers: int
    sizes: tuple[tuple[str, str, int], ...]
    findings: tuple[Finding, ...]

    def as_json(self) -> dict[str, Any]:
        """The summary for programs: shares 0 to 1; the size of a segment of a few is null."""
        return {
            "segmentation": self.definition.name,
            "definition": self.definition.digest,
            "version": self.definition.version,
            "as_of": self.as_of.isoformat(),
            "rows_in": self.rows_in,
            "rows_kept": self.rows_in - sum(self.set_aside.values()),
            "set_aside": [{"reason": reason, "rows": rows} for reason, rows in self.set_aside.items()],
            "customers": self.customers,
            "segments": [
                {
                    "segment_id": segment_id,
                    "segment_name": name,
                    "customers": None if 0 < count <= FEW else count,
                    "customer_share": None
                    if 0 < count <= FEW or not self.customers
                    else round(count / self.customers, 6),
                }
                for segment_id, name, count in self.sizes
            ],
            "findings": [finding.as_json() for finding in self.findings],
        }


@dataclass(frozen=True)
class Question:
    """Whom to assign: a file or frame of customers with their features, or of orders as the settings say."""

    data: Path | object
    orders: bool | None = None
    """Whether they are orders; None: told by the columns."""
    customer: str | None = None
    """The customer's column, among features; by default ``customer_id``, or as the settings call it."""
    as_of: date | None = None


def assigned(
    engine: Engine, definition: Definition, settings: Settings, workspace: Workspace, question: Question,
    *, today: date, looked_from: date,
) -> Assigned:  # fmt: skip
    """The table ``assigned``: one row a customer, ordered by customer: customer_id, segment_id, segment_name,
    probability, definition (digest), version, as_of, known_share, and the rule's scores.

    ``known_share`` is the share of the definition's features that are known of the customer, 0 to 1, rounded
    half up to two decimals. A feature that is unknown counts as the definition says; what is unknown, and
    texts that the definition does not name, are told with their counts. Orders are read, cleaned and measured
    as the workspace's own.
    """
    customers = About("customers", "the data")
    with customers.told():
        source = source_of(question.data, engine)
    columns = [column.name for column in source.columns]
    if own := _own_table(question, definition, settings, source):
        foretold = stands_on(definition, settings, workspace)
        rows_in, aside, lacking, as_of = _from_own(
            engine, settings, workspace, question, own, today, foretold
        )
    else:
        customer = question.customer or _customer(settings, columns)
        rule = definition.rule
        with customers.told():
            read = read_customers(question.data, source, customer, rule.features, rule.text_features, engine)
        rows_in, lacking, as_of = read.rows_in, read.lacking, question.as_of or looked_from
        aside = {"missing_customer": read.without_customer} if read.without_customer else {}
    assign(engine, definition, as_of, "placed")
    scores = "".join(f", {quoted(name)}" for name in definition.rule.score_names)
    engine.view(KNOWN, f"select customer_id, {_known(engine, definition, lacking)} as known from features")
    # Rounded in whole numbers, so that a half goes up on every machine.
    asked = len(definition.rule.features)
    share = f"((200 * known + {asked:d}) // {2 * asked:d}) / 100.0" if asked else "1.0"
    engine.create(
        MADE,
        "select customer_id, segment_id, segment_name, probability, definition, "
        f"{definition.version:d} as version, as_of, cast({share} as double) as known_share{scores} "
        f"from placed join {KNOWN} using (customer_id) order by customer_id",
    )
    findings = tuple(_told(engine, definition, lacking, rows_in, aside))
    return Assigned(
        definition, as_of, rows_in, aside, engine.count(MADE), _sizes(engine, definition), findings
    )


def _own_table(
    question: Question, definition: Definition, settings: Settings, source: Source
) -> Orders | Customers | None:
    """Which table of the workspace's own the data is one more of: orders, or customers where they stand
    alone; None where it has features."""
    names = {column.name for column in source.columns}
    tables = _tables(settings)
    if question.orders is False or (question.orders is None and names & set(definition.rule.features)):
        return None
    for table, columns in tables:
        if columns <= names:
            return table
    if question.orders:
        return tables[0][0]
    wanted = ", ".join(definition.rule.features)
    of = "orders" if settings.sources.shops else "customers"
    raise UsageError(
        source.title,
        f"its columns are neither features of segmentation {definition.name!r} ({wanted}) nor those of the "
        f"workspace's {of}",
        f"Name the columns as the features are named.{_near(names, definition)}",
    )


def _tables(settings: Settings) -> list[tuple[Orders | Customers, set[str]]]:
    """The workspace's tables that tell of customers, and the columns that each must have."""
    found: list[tuple[Orders | Customers, set[str]]] = [
        (each, {each.columns.customer, each.columns.time}) for each in settings.sources.shops
    ]
    customers = settings.sources.customers
    if not found and customers is not None:
        attributes = {each.column for each in customers.attributes.values()}
        found.append((customers, {*customers.columns.named.values(), *attributes}))
    return found


def _near(names: set[str], definition: Definition) -> str:
    return next(
        (near for name in sorted(names) if (near := did_you_mean(name, definition.rule.features))), ""
    )


def _customer(settings: Settings, columns: list[str]) -> str:
    mapped = _tables(settings)[0][0].columns.customer
    return mapped if mapped in columns and "customer_id" not in columns else "customer_id"


def _from_own(
    engine: Engine, settings: Settings, workspace: Workspace, question: Question, own: Orders | Customers,
    today: date, foretold: Foretold | None,
) -> tuple[int, dict[str, int], tuple[str, ...], date]:  # fmt: skip
    """The table ``features`` of this data, read like the workspace's own table. No gate stands before it:
    nothing is fitted."""
    kind = "orders" if isinstance(own, Orders) else "customers"
    frame = None
    if isinstance(question.data, (str, Path)):
        own = own.model_copy(update={"path": str(Path(question.data).resolve())})
    else:
        frame = question.data
    sources = settings.sources.model_copy(update={kind: own})
    ungated = settings.readiness.model_copy(update={"override": True})
    settings = settings.model_copy(update={"readiness": ungated, "sources": sources})
    asked = Asked(today=today, as_of=question.as_of)
    tables = read_tables(engine, settings, workspace, frame, {})
    as_of = tables.day(engine, question.as_of, today)
    cleaned, features = Work(engine, settings, workspace, asked, tables, as_of, foretold).prepare()
    name = own.name if isinstance(own, Orders) else kind
    (account,) = (each for each in cleaned.ledger.sources if each.name == name)
    aside = {each.reason: each.rows for each in account.set_aside}
    return account.rows_in, aside, tuple(features.left_out), as_of


def _told(
    engine: Engine, definition: Definition, lacking: tuple[str, ...], rows_in: int, aside: Mapping[str, int]
) -> Iterator[Finding]:
    where = _where(definition)
    for reason, rows in aside.items():
        yield Finding(
            "warning" if reason == "missing_customer" else "note", where,
            f"{rows:,} of {rows_in:,} rows are not assigned: {reason}.",
            "See that these are meant to be left out.",
        )  # fmt: skip
    customers = engine.count("features")
    there = engine.table("features")
    strangers = _nothing_known(engine, definition)
    if strangers:
        asked = definition.rule.features
        none = f"none of the {len(asked)} features" if len(asked) > 1 else f"no {asked[0]}, the one feature"
        given = definition.segment(definition.score({}).segment_id).name
        yield Finding(
            "warning", where,
            f"{strangers:,} of {customers:,} customers have {none} that {definition.name} reads: their "
            f"segment, {given}, is that of somebody unknown, and its probability says nothing of them.",
            "Do not treat them by this segment: leave out whose known_share is 0, or add their features.",
        )  # fmt: skip
    for name in definition.rule.features:
        if name not in there or name in lacking:
            yield Finding(
                "warning", f"{where}.{name}",
                f"The data does not have {name}: it counts as unknown for all {customers:,} customers"
                f"{_rule_of_unknown(definition, name)}.",
                "Add it, if you know it: without it segments mean less than they say.",
            )  # fmt: skip
            continue
        ((unknown,),) = engine.rows(
            f"select count(*) from features join {KNOWN} using (customer_id) "
            f"where {quoted(name)} is null and known > 0"
        )
        if unknown:
            others = f"the other {customers - strangers:,}" if strangers else f"{customers:,}"
            yield Finding(
                "note", f"{where}.{name}",
                f"{name} is unknown for {unknown:,} of {others} customers"
                f"{_rule_of_unknown(definition, name)}.",
                "Nothing to do, unless it should be known.",
            )  # fmt: skip
        if name in definition.rule.text_features:
            yield from _unseen(engine, definition, name, customers)


def _known(engine: Engine, definition: Definition, lacking: tuple[str, ...]) -> str:
    """The number of features known of a customer, in SQL over ``features``."""
    there = set(engine.table("features").columns) - set(lacking)
    columns = (quoted(name) for name in definition.rule.features if name in there)
    return " + ".join(("0", *(f"cast({column} is not null as integer)" for column in columns)))


def _nothing_known(engine: Engine, definition: Definition) -> int:
    """Customers of whom no feature is known that the definition reads."""
    if not definition.rule.features:
        return 0
    ((count,),) = engine.rows(f"select count(*) from {KNOWN} where known = 0")
    return int(count)


def _rule_of_unknown(definition: Definition, name: str) -> str:
    """What the definition itself says of that feature unknown, where it says so in one line."""
    said = [line for line in definition.rule.legend() if name in line and "unknown" in line]
    return f" ({said[0]})" if len(said) == 1 else ""


def _unseen(engine: Engine, definition: Definition, name: str, customers: int) -> Iterator[Finding]:
    """Texts that the definition does not name: it has never seen them, or pooled them with others."""
    known = sorted(set(_texts(definition.rule.as_json())))
    listed = ", ".join(literal(text).sql("duckdb") for text in known)
    others = f"{quoted(name)} not in ({listed})" if known else f"{quoted(name)} is not null"
    ((count, values, example),) = engine.rows(
        f"select count(*), count(distinct {quoted(name)}), min({quoted(name)}) from features where {others}"
    )
    if count:
        yield Finding(
            "note", f"{_where(definition)}.{name}",
            f"{count:,} of {customers:,} customers have {name} in {values:,} values that the definition does "
            f"not name (such as {str(example)[:40]!r}): it treats them as all that it does not name.",
            "Look whether these are new or spelt otherwise; fit anew to give them a place of their own.",
        )  # fmt: skip


def _where(definition: Definition) -> str:
    return f"assign.{definition.name}"


def _texts(document: object) -> Iterator[str]:
    """Every text in a document, keys too."""
    match document:
        case str():
            yield document
        case dict():
            for key, value in document.items():
                yield str(key)
                yield from _texts(value)
        case list() | tuple():
            for each in document:
                yield from _texts(each)
        case _:
            return


def _sizes(engine: Engine, definition: Definition) -> tuple[tuple[str, str, int], ...]:
    counted = dict(engine.rows(f"select segment_id, count(*) from {MADE} group by segment_id"))
    return tuple((each.id, each.name, int(counted.get(each.id, 0))) for each in definition.segments)
