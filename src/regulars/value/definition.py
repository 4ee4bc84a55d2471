"""A fitted value model as data: one small JSON document that a study is foretold from, again and again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from regulars.documents import digest_of
from regulars.errors import RunDamaged
from regulars.types import Finding
from regulars.value.fitting import Fitted
from regulars.value.worth import ValueModel

SCHEMA = "value-model/1"
DIGITS = 8
"""Significant digits of what is pinned: beyond them processors differ, and no customer's figure does."""


@dataclass(frozen=True)
class ValueDefinition:
    """A value model with what it was asked for, what it stands on, and how it did on days held out.

    ``recipe`` is what the user asked for; ``ground`` the zone, currency and columns that the histories
    stand on. ``validation`` is how the same model, fitted on the first days alone, foretold the last ones
    (:meth:`HoldOut.as_json`); None where they could not carry that. ``notes`` are the doubts that arose.
    """

    model: ValueModel
    recipe: Mapping[str, Any]
    ground: Mapping[str, str]
    validation: Mapping[str, Any] | None = None
    notes: tuple[Finding, ...] = ()
    version: int = 1
    fitted: Mapping[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        settled = replace(
            self.model, purchases=_settled(self.model.purchases),
            spend=None if self.model.spend is None else _settled(self.model.spend),
        )  # fmt: skip
        object.__setattr__(self, "model", settled)
        object.__setattr__(self, "validation", _rounded(self.validation))
        fitted = {"customers": settled.purchases.customers, "as_of": settled.until.isoformat()}
        object.__setattr__(self, "fitted", fitted)

    @property
    def digest(self) -> str:
        """sha256 (hex) of the document without its version number: what names this model."""
        document = self.as_json()
        del document["version"]
        return digest_of(document)

    def as_json(self) -> dict[str, Any]:
        spend = self.model.spend
        return {
            "schema": SCHEMA,
            "version": self.version,
            "recipe": dict(self.recipe),
            "ground": dict(self.ground),
            **self.model.purchases.as_json(),
            "unit_days": self.model.unit_days,
            "spend": None if spend is None else spend.as_json(),
            "kept_share": self.model.kept_share,
            "fitted": dict(self.fitted),
            "validation": None if self.validation is None else dict(self.validation),
            "notes": [note.as_json() for note in self.notes],
        }

    def signed(self) -> dict[str, Any]:
        """The document with its digest, as it lies in files."""
        return {**self.as_json(), "digest": self.digest}

    @staticmethod
    def from_json(saved: Mapping[str, Any]) -> ValueDefinition:
        """The definition of a saved document. Raises RunDamaged where it is not one."""
        try:
            if saved["schema"] != SCHEMA:
                raise ValueError(f"schema {saved['schema']!r}")
            spend = saved["spend"]
            model = ValueModel(
                Fitted.from_json(saved),
                None if spend is None else Fitted.from_json(spend),
                saved["unit_days"],
                saved["kept_share"],
                date.fromisoformat(saved["fitted"]["as_of"]),
            )
            notes = tuple(Finding(**each) for each in saved["notes"])
            return ValueDefinition(
                model, saved["recipe"], saved["ground"], saved["validation"], notes, saved["version"]
            )
        except (KeyError, TypeError, ValueError) as bad:
            raise RunDamaged(
                "a value model", f"not a {SCHEMA} document: {bad}",
                "Restore the file, or fit anew with --refit.",
            ) from bad  # fmt: skip


def _settled(fitted: Fitted) -> Fitted:
    return replace(
        fitted,
        parameters={name: _significant(value) for name, value in fitted.parameters.items()},
        standard_errors={
            name: None if value is None else _significant(value, DIGITS // 2)
            for name, value in fitted.standard_errors.items()
        },
        log_likelihood=round(fitted.log_likelihood, 4),
    )


def _significant(value: float, digits: int = DIGITS) -> float:
    return float(f"{value:.{digits}g}")


def _rounded(document: Any) -> Any:
    """A document with its fractions in so many digits that every machine writes the same."""
    match document:
        case float():
            return _significant(document)
        case Mapping():
            return {key: _rounded(each) for key, each in document.items()}
        case list() | tuple():
            return [_rounded(each) for each in document]
        case _:
            return document
