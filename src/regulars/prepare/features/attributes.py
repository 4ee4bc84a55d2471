"""What customers are: the attributes of the customers' table as features, the protected ones marked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from regulars.engine import Engine, quoted
from regulars.errors import SettingsError
from regulars.prepare.features.catalogue import Family
from regulars.prepare.features.names import why_not
from regulars.prepare.features.protected_words import protected
from regulars.source_settings import Attribute, Customers
from regulars.types import Feature, Finding

CUSTOMERS = "customers"
MANY_CATEGORIES = 50
"""From so many different values on it is worth asking whether a text is a category at all."""
APART_SHARE = 0.5
"""With more different values than this share of those who have one, a text tells nearly everybody apart."""


def attribute_families(
    customers: Customers | None, kinds: Mapping[str, str] | None = None
) -> tuple[Family, ...]:
    """The attributes as features of the clean table ``customers``; none where the settings name none.

    ``kinds`` are the types of that table's columns, once it is there; until then an attribute without a unit
    is taken for a number. Raises SettingsError for names that a feature cannot have.
    """
    if customers is None or not customers.attributes:
        return ()
    faults = [f"{name} {why}" for name in customers.attributes if (why := why_not(name))]
    if faults:
        raise SettingsError(
            "sources.customers.attributes", "; ".join(faults), "Give these attributes other names."
        )
    features = tuple(_feature(name, each, kinds or {}) for name, each in customers.attributes.items())
    return (Family(CUSTOMERS, features),)


def _feature(name: str, said: Attribute, kinds: Mapping[str, str]) -> Feature:
    is_text = kinds.get(name) == "VARCHAR"
    label = said.label or name.replace("_", " ").capitalize()
    word = "-".join(label.lower().split())
    return Feature(
        name, label, said.unit or ("category" if is_text else "ratio"), said.role,
        f"From the table of customers, column {said.column!r}; unknown for those who are not in it.",
        said.high or f"High-{word}", said.low or f"Low-{word}",
        protected=_why_protected(name, said),
    )  # fmt: skip


def _why_protected(name: str, said: Attribute) -> str:
    if said.not_protected:
        return ""
    return said.protected or protected(said.column, name, said.label)


def doubts(customers: Customers, engine: Engine) -> Iterator[Finding]:
    """What is worth knowing of the attributes: releases on record, and texts that name each customer."""
    ((known, everybody),) = engine.rows(
        "select count(*), (select count(*) from studied_customers) from customers"
    )
    if known < everybody and customers.attributes:
        yield Finding(
            "note", "sources.customers",
            f"The table of customers has {known:,} of the {everybody:,} customers: "
            "the attributes of the others are unknown.",
            "Add them to the table, or read what rests on attributes as being of those who are in it.",
        )  # fmt: skip
    for name, said in customers.attributes.items():
        where = f"sources.customers.attributes.{name}"
        why = protected(said.column, name, said.label)
        if said.not_protected and why:
            yield Finding(
                "note", where,
                f"It reads like a protected attribute ({why}) and is used like any other, for this reason: "
                f"{said.not_protected}",
                "Have this reviewed before any customer is treated by it.",
            )  # fmt: skip
        ((filled, values),) = engine.rows(
            f"select count({quoted(name)}), count(distinct {quoted(name)}) from {CUSTOMERS}"
        )
        is_text = engine.kinds(CUSTOMERS)[name] == "VARCHAR"
        if is_text and values >= MANY_CATEGORIES and values > APART_SHARE * filled:
            yield Finding(
                "warning", where,
                f"{values:,} different values in {filled:,} customers: it tells nearly everybody apart.",
                "Leave it out, or map a column of broader groups.",
            )  # fmt: skip
