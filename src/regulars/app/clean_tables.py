"""The clean tables as files: what a segmentation's script starts from, for loading into a warehouse."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from regulars.app.script import BESIDE, CLEAN
from regulars.app.workspace import make_folder
from regulars.engine import Engine, quoted
from regulars.errors import UsageError
from regulars.settings import Settings


def require_empty(folder: Path) -> None:
    """Raises UsageError for a folder that has anything in it, or is none."""
    make_folder(folder)
    there = sorted(each.name for each in folder.iterdir())
    if there:
        raise UsageError(
            f"folder {str(folder)!r}", f"it is not empty: {there[0]!r} is there",
            "Name a new folder, or empty this one.",
        )  # fmt: skip


def write_clean(engine: Engine, settings: Settings, folder: Path) -> tuple[Path, ...]:
    """Write each clean table of the study to ``folder`` as a parquet file of its name; same rows, same bytes.

    None appears before all are whole. Customers who opted out are in no clean table.
    """
    tables = [
        *(CLEAN if settings.sources.shops else ()),
        *(t for t in BESIDE if t in settings.sources.beside),
    ]
    with TemporaryDirectory(prefix=".regulars-", dir=folder) as beside:
        for table in tables:
            columns = ", ".join(map(quoted, engine.table(table).columns))
            select = f"select {columns} from {table} order by {columns}"
            engine.write_parquet(select, Path(beside) / f"{table}.parquet")
        return tuple(
            (Path(beside) / f"{table}.parquet").rename(folder / f"{table}.parquet") for table in tables
        )
