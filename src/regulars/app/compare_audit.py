"""The section of ``compare`` on bias: who is in each segment, by attributes supplied for this test alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from regulars.app import terminal
from regulars.app.compared import Compared, Section, unmeasured
from regulars.app.experiment_file import table_of
from regulars.errors import DataRefused
from regulars.prepare.reading.retold import About
from regulars.validate.audit import Audit, audit
from regulars.validate.audit_file import as_json
from regulars.validate.audit_words import percent
from regulars.validate.bands import NOW
from regulars.validation_settings import AuditChoices

WHERE = "validation.audit"
NAMED, VALUED, MOST_ROWS = 20, 14, 20
NONE = (
    "No protected attributes are supplied, so nobody knows whether segments hold more of some people than of "
    "others. To test it: validation.audit in the settings names a table of them; see docs/verdict.md."
)
_SUPPLIED = "supplied_for_audit"


def section(compared: Compared) -> Section:
    """The mix of each segment by every attribute supplied. Raises SettingsError, UsageError and DataRefused
    for a table that cannot be read as the settings say."""
    chosen = compared.settings.validation.audit
    if chosen is None:
        return unmeasured("audit", NONE)
    compared.stage("Looking at who is in each segment")
    columns = _supplied(compared, chosen)
    try:
        found = audit(compared.engine, columns, compared.definition.segments, NOW, _SUPPLIED)
    finally:
        compared.engine.drop(_SUPPLIED)
    found = replace(found, doubts=tuple(_doubts(compared, chosen)))
    return Section("audit", found, as_json(found), (), lambda: _show(found))


def _supplied(compared: Compared, chosen: AuditChoices) -> dict[str, str]:
    """The table of what was supplied; the column of each attribute in it."""
    engine = compared.engine
    table = table_of(compared, "audit", chosen.path, About("audit", WHERE))
    columns = {name: f"attribute_{at}" for at, name in enumerate(dict.fromkeys(chosen.attributes))}
    texts = {column: name for name, column in columns.items()}
    table.read(_SUPPLIED, texts=texts, customer=chosen.customer)
    ((known, different),) = engine.rows(
        f"select count(customer_id), count(distinct customer_id) from {_SUPPLIED}"
    )
    if known > different:
        raise DataRefused(
            WHERE, f"{known - different:,} rows repeat a customer of another row",
            "Keep one row a customer: which of them holds cannot be told.", count=known - different,
        )  # fmt: skip
    return columns


def _doubts(compared: Compared, chosen: AuditChoices) -> Iterator[str]:
    """An attribute that the segments are cut by is no test of them."""
    customers = compared.settings.sources.customers
    read = {each.name: each.name for each in compared.features}
    if customers:
        read |= {each.column: name for name, each in customers.attributes.items() if name in read}
    for name in chosen.attributes:
        if name in read:
            yield (
                f"{name} is also the feature {read[name]}, which these segments are cut by: they tell people "
                "apart by it on purpose. To test it only, take it out of sources.customers.attributes."
            )


def _show(found: Audit) -> None:
    for each in found.each:
        if parts := each.told()[:MOST_ROWS]:
            heads = (each.name, "in it", "95 %", "of others", "")
            table = terminal.table("segment", *heads, left=heads[:1])
            for mix, part in parts:
                span = f"{percent(part.rate_low, each)}–{percent(part.rate_high, each)}"
                table.add_row(
                    terminal.cut(mix.segment.name, NAMED), terminal.cut(part.value, VALUED),
                    percent(part.rate, each), span, percent(part.others_rate, each), part.reading,
                )  # fmt: skip
            terminal.out.print()
            terminal.out.print(table)
