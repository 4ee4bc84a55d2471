"""The bundled examples: a year of real orders from a UK gift wholesaler, and two generated companies."""

from __future__ import annotations

import shutil
from importlib.resources import as_file, files
from pathlib import Path

from regulars.app.workspace import Workspace, make_folder
from regulars.errors import UsageError, did_you_mean
from regulars.generators import COMPANIES

ATTRIBUTION = "Online Retail, D. Chen 2015, UCI Machine Learning Repository, doi 10.24432/C5BW33, CC BY 4.0"


GENERATED = "generated, with the truth beside it in truth.csv (by customer and day) and truth.json (why)"
CHOICES = ("orders", *COMPANIES)
"""What ``regulars demo --data`` takes: the bundled orders, or a generated company."""


def lay_out(root: Path, data: str = "orders") -> Workspace:
    """A workspace with that data and its settings; files of that name are made anew.

    Raises UsageError for data that is not there.
    """
    if data not in CHOICES:
        raise UsageError(
            f"--data {data!r}",
            f"not one of {', '.join(CHOICES)}",
            f"Choose one.{did_you_mean(data, CHOICES)}",
        )
    make_folder(root)
    if data in COMPANIES:
        COMPANIES[data](root)
        return Workspace(root)
    bundled = files("regulars.app") / "demo_orders"
    for name in ("online_retail.parquet", "regulars.yaml", "ATTRIBUTION.txt"):
        with as_file(bundled / name) as source:
            shutil.copyfile(source, root / name)
    return Workspace(root)
