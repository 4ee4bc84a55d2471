"""CDNOW: a tenth of a CD shop's customers, 1997-01-01 to 1998-06-30 (Fader & Hardie), as clean orders."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from regulars.engine import Engine
from regulars.value.histories import make_histories

CALIBRATED_UNTIL = date(1997, 9, 30)


@pytest.fixture(scope="session")
def cdnow() -> Iterator[Engine]:
    """``orders`` (one row a line of the file, none cleaned away) and ``histories`` up to 1997-09-30."""
    file = Path(__file__).parent / "data" / "cdnow_sample.parquet"
    with Engine(threads=1) as engine:
        engine.create(
            "orders",
            "select sample_id as customer_id, date as ordered_on, false as is_return, "
            f"cast(amount as decimal(18, 2)) as amount from '{file}'",
        )
        make_histories(engine, CALIBRATED_UNTIL)
        yield engine
