"""What a generated company lies in: tables as CSV, the settings that fit them, and the truth apart."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Column = tuple[str, Any]
"""How a column is written (``%s``, ``%d``, ``%.2f``) and its values."""


@dataclass(frozen=True)
class Company:
    """Where a generated company lies: its settings, and the truth that no study may read."""

    folder: Path
    settings: Path
    truth: Path


def write_table(path: Path, columns: Mapping[str, Column]) -> None:
    """A CSV file of these columns, all of one length."""
    line = ",".join(written for written, _ in columns.values()) + "\n"
    rows = zip(*(np.asarray(values).tolist() for _, values in columns.values()), strict=True)
    path.write_text(",".join(columns) + "\n" + "".join(map(line.__mod__, rows)), encoding="utf-8", newline="")


def write_company(
    folder: Path,
    tables: Mapping[str, Mapping[str, Column]],
    settings: str,
    truth: Mapping[str, Column],
    reasons: Mapping[str, Any],
) -> Company:
    """The tables, ``regulars.yaml``, and the truth: ``truth.csv``, a row a customer and cut day, and
    ``truth.json``, what moves whom."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, columns in tables.items():
        write_table(folder / f"{name}.csv", columns)
    write_table(folder / "truth.csv", truth)
    (folder / "truth.json").write_text(json.dumps(reasons, indent=1) + "\n", encoding="utf-8", newline="")
    place = folder / "regulars.yaml"
    place.write_text(settings, encoding="utf-8", newline="")
    return Company(folder, place, folder / "truth.csv")


def ids(letter: str, customers: npt.NDArray[np.int64]) -> list[str]:
    """``B000001`` for the first customer."""
    return [f"{letter}{each:06d}" for each in (customers + 1).tolist()]


def month_days(first: str, months: int) -> npt.NDArray[np.datetime64]:
    """The first day of so many months from the one named (``2022-07``), and of the one after the last."""
    return np.arange(np.datetime64(first, "M"), np.datetime64(first, "M") + months + 1).astype(
        "datetime64[D]"
    )
