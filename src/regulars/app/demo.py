"""The bundled example: a year of real orders from a UK gift wholesaler, and its settings."""

from __future__ import annotations

import shutil
from importlib.resources import as_file, files
from pathlib import Path

from regulars.app.workspace import Workspace, make_folder

ATTRIBUTION = "Online Retail, D. Chen 2015, UCI Machine Learning Repository, doi 10.24432/C5BW33, CC BY 4.0"


def lay_out(root: Path) -> Workspace:
    """A workspace with the bundled orders and their settings; files of that name are made anew."""
    make_folder(root)
    bundled = files("regulars.app") / "demo_orders"
    for name in ("online_retail.parquet", "regulars.yaml", "ATTRIBUTION.txt"):
        with as_file(bundled / name) as source:
            shutil.copyfile(source, root / name)
    return Workspace(root)
