"""What the command line offers and takes; kept apart, so that help loads no engine."""

from datetime import date
from pathlib import Path

from regulars.errors import UsageError

DIALECTS = ("duckdb", "postgres", "spark", "snowflake", "bigquery", "databricks", "redshift", "trino")
WORKSPACE = Path("regulars")


def day(text: str, asked: str) -> date:
    """The day of its ISO form. Raises UsageError where it is none, which names the option ``asked``."""
    try:
        return date.fromisoformat(text)
    except ValueError as bad:
        raise UsageError(f"{asked} {text!r}", f"not a date: {bad}", "Write it as YYYY-MM-DD.") from bad
