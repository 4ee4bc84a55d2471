"""SQL into tables: the engines, and the steps that they run."""

from regulars.engine.dialects import written
from regulars.engine.duckdb import Engine, open_parquet, quoted
from regulars.engine.steps import Bound, Step, literal, room, text

__all__ = ["Bound", "Engine", "Step", "literal", "open_parquet", "quoted", "room", "text", "written"]
