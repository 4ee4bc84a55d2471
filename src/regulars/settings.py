"""What a user may choose: one YAML file, checked whole, with every fault of it told at once.

Defaults are what a retailer would choose; each field says why. Unknown keys are refused with the
near name, because a misspelt setting that is ignored changes answers in silence.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, Literal, get_args
from zoneinfo import available_timezones

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from regulars.errors import SettingsError, did_you_mean
from regulars.feature_settings import FeatureChoices
from regulars.narration_settings import NarrationChoices
from regulars.policy_settings import PolicyChoices
from regulars.source_settings import ONE, SEVERAL, Choices, Columns, Orders, Sources
from regulars.validation_settings import ValidationChoices
from regulars.value_settings import ValueChoices

__all__ = ["Cleaning", "Columns", "Orders", "Readiness", "Settings", "Sources", "load", "parse"]

SCHEMA = "regulars/1"


Treatment = Literal["keep", "set_aside"]


class Cleaning(Choices):
    """What is done with rows that are not plain sales."""

    missing_customer: Literal["set_aside"] = "set_aside"
    """Guest orders cannot be given to anybody, so they are set aside and counted."""
    returns: Literal["net", "set_aside"] = "net"
    """A return lowers its customer's spend; it is never a purchase."""
    cancellation_prefix: str | None = None
    """Order ids that start with this are cancellations, whatever their sign ("C" in Online Retail)."""
    zero_value: Treatment = "set_aside"
    """A line worth nothing is a sample or a correction, not a purchase."""
    negative_price: Treatment = "set_aside"
    """A price below zero is bookkeeping (bad debt); returns have negative quantities instead."""
    duplicates: Literal["auto", "keep", "set_aside"] = "auto"
    """``auto``: set aside exact repeats where there are order ids; without them two equal rows
    may be two purchases, so they are kept."""
    non_products: Treatment = "set_aside"
    """Postage, fees, manual corrections and vouchers are not what a customer came to buy."""
    non_product_codes: tuple[str, ...] = (
        "POST", "DOT", "M", "D", "S", "C2", "BANK CHARGES", "AMAZONFEE", "CRUK",
        "POSTAGE", "SHIPPING", "FEE", "DISCOUNT", "ADJUST*", "GIFTCARD*", "VOUCHER*",
    )  # fmt: skip
    """Product codes, in any case; ``*`` at the end stands for anything."""
    test_codes: tuple[str, ...] = ("TEST", "TEST0*", "TEST-*", "TEST_*")
    """Customers, orders or products with these codes are trials of the shop's own system."""
    future_share_limit: float = Field(0.01, ge=0, le=1)
    """Above this share of rows dated after today the date format is taken to be wrong: refused."""
    net_spend_not_positive: Treatment = "keep"
    """A customer who returned as much as they bought is still a customer: scored lowest on spend."""
    outlier_multiple: float = Field(100.0, gt=1)
    """A line worth more than this many times the median order is flagged; it is kept."""
    blank_opt_out: Literal["opted_out", "opted_in"] = "opted_out"
    """An empty or unreadable consent or opt-out cell counts as no consent: the safe reading."""


class Readiness(Choices):
    """Below these a segmentation cannot be relied on: ``check`` and ``run`` refuse (exit 3)."""

    min_customers: int = Field(100, ge=1)
    """Fewer than 100 customers make segments of a handful, which no test can tell apart."""
    min_span_days: int = Field(30, ge=0)
    """Recency and rhythm mean little inside a single month."""
    min_repeat_share: float = Field(0.05, ge=0, le=1)
    """Share of customers with two or more orders; frequency says nothing below it."""
    max_age_days: int | None = Field(None, ge=0)
    """Days from the last order to ``as_of``; by default old data is allowed, with a note."""
    override: bool = False
    """Run all the same; the reasons stay in the findings."""


class Settings(Choices):
    """Everything in regulars.yaml."""

    model_config = ConfigDict(hide_input_in_errors=True)
    """A key that was put here by mistake stays out of tracebacks."""

    schema_: Literal["regulars/1"] = Field(alias="schema")
    name: str = "My customers"
    currency: str = Field("XXX", pattern=r"^[A-Z]{3}$")
    """ISO 4217 code; XXX is that standard's word for none, and amounts then stand without a sign."""
    timezone: str = "UTC"
    as_of: date | None = None
    """The day that the study looks from. Default: the day of the last order."""
    seed: int = Field(0, ge=0)
    sources: Sources
    cleaning: Cleaning = Cleaning()
    features: FeatureChoices = FeatureChoices()
    value: ValueChoices = ValueChoices()
    readiness: Readiness = Readiness()
    validation: ValidationChoices = ValidationChoices()
    narration: NarrationChoices = NarrationChoices()
    store: str | None = None
    """A PostgreSQL database for what is written and decided: ``postgresql://USER@HOST/DATABASE``. Its
    password stays in ``PGPASSWORD`` or ``~/.pgpass``. Default: the file ``store.db`` in the workspace."""
    policy: PolicyChoices = PolicyChoices()
    segmentations: dict[str, dict[str, Any]] = Field(
        default_factory=lambda: {"rfm": {"method": "rfm"}, "behaviour": {"method": "kmeans"}}, min_length=1
    )

    @field_validator("timezone")
    @classmethod
    def _zone_exists(cls, zone: str) -> str:
        if zone not in available_timezones():
            raise ValueError(f"no time zone {zone!r}.{did_you_mean(zone, sorted(available_timezones()))}")
        return zone

    @field_validator("store")
    @classmethod
    def _is_a_database(cls, url: str | None) -> str | None:
        if url is not None and not url.startswith("postgresql://"):
            raise ValueError("write it as postgresql://USER@HOST/DATABASE, or leave it out")
        return url

    @field_validator("segmentations")
    @classmethod
    def _names_are_paths(cls, named: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        for name in named:
            if not name.isidentifier() or not name.isascii() or len(name) > 40:
                raise ValueError(f"{name!r} names files: use letters, digits and _ (at most 40)")
        return named

    def answers(self) -> dict[str, Any]:
        """What of the settings can move a customer or a number: all but places and gates."""
        chosen = self.model_dump(
            mode="json",
            by_alias=True,
            exclude={
                "readiness",
                "validation",
                "narration",
                "policy",
                "store",
                "as_of",
                "seed",
                "sources",
            },
        )
        return {**chosen, "sources": self.sources.answers()}


def load(path: Path) -> Settings:
    """Read and check a settings file.

    Raises SettingsError with every fault of the file at once, each with its place in it.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as missing:
        raise SettingsError(
            f"settings {str(path)!r}", "no such file", "Make one with init.",
            next_command="regulars init ORDERS",
        ) from missing  # fmt: skip
    except OSError as closed:
        raise SettingsError(
            f"settings {str(path)!r}", str(closed.strerror), "Name a file that can be read."
        ) from closed
    except UnicodeDecodeError as bad:
        raise SettingsError(f"settings {str(path)!r}", f"not UTF-8: {bad}", "Save it as UTF-8.") from bad
    try:
        chosen = yaml.safe_load(text)
    except yaml.YAMLError as bad:
        raise SettingsError(f"settings {str(path)!r}", f"not YAML: {bad}", "Mend the line named.") from bad
    except ValueError as bad:
        # YAML reads 2024-02-30 as a date, and then finds that there is no such day.
        raise SettingsError(f"settings {str(path)!r}", f"a date cannot be: {bad}", "Mend the date.") from bad
    return parse(chosen, str(path))


def parse(chosen: object, where: str) -> Settings:
    """Check settings that are already plain values; ``where`` names them in errors."""
    if not isinstance(chosen, dict):
        raise SettingsError(
            f"settings {where!r}", "not a mapping of settings", f"Start with 'schema: {SCHEMA}'."
        )
    try:
        return Settings.model_validate(chosen)
    except ValidationError as bad:
        faults = [fault_of(Settings, error) for error in bad.errors()]
        raise SettingsError(
            f"settings {where!r}",
            "; ".join(faults),
            "Mend these and run again.",
            next_command="regulars check",
        ) from bad


def fault_of(model: type[BaseModel], error: Any) -> str:
    """One fault of a file that is checked against a model: its place, what is wrong, and the near name."""
    path = [str(part) for part in error["loc"] if part not in (ONE, SEVERAL)]
    place = ".".join(path)
    if error["type"] == "extra_forbidden":
        return f"{place}: no such setting.{did_you_mean(path[-1], _fields(model, path[:-1]))}"
    return f"{place}: {error['msg'].removeprefix('Value error, ')}"


def _fields(model: type[BaseModel], path: list[str]) -> list[str]:
    """Names of the settings at that place; the names that a user chose, as of attributes, are passed over."""
    for part in path:
        if part.isdigit():
            continue
        field = model.model_fields.get(part) or _by_alias(model, part)
        parts = [] if field is None else _models_in(field.annotation)
        if field is not None and not parts:
            return []
        model = parts[0] if parts else model
    return [field.alias or name for name, field in model.model_fields.items()]


def _by_alias(model: type[BaseModel], name: str) -> Any:
    return next((field for field in model.model_fields.values() if field.alias == name), None)


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [found for part in get_args(annotation) for found in _models_in(part)]
