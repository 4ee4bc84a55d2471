"""The CDNOW sample as a study: its settings up to what a test asks of it."""

from __future__ import annotations

from pathlib import Path

SAMPLE = Path(__file__).parent / "value" / "data" / "cdnow_sample.parquet"


def settings(more: str, path: Path = SAMPLE) -> str:
    """The settings, with the lines that a test adds."""
    return f"""\
schema: regulars/1
name: CDNOW
currency: USD
sources:
  orders:
    path: {path}
    columns: {{customer: sample_id, time: date, quantity: quantity, amount: amount}}
cleaning: {{zero_value: keep, duplicates: keep}}
{more}
"""
