"""A small made-up shop: an order file and its settings, the same at each call."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from pathlib import Path

from regulars import settings
from regulars.app.study import Ran, run
from regulars.app.work import Asked
from regulars.app.workspace import Workspace

TODAY = date(2025, 6, 1)
OPENED = datetime(2024, 1, 1)  # noqa: DTZ001  # the shop's own clock
COLUMNS = "client,order,when,product,quantity,price"
SETTINGS = """\
schema: regulars/1
name: Corner shop
currency: EUR
timezone: Europe/Paris
sources:
  orders:
    path: orders.csv
    date_format: "%Y-%m-%d %H:%M:%S"
    columns:
      {customer: client, order: order, time: when, product: product, quantity: quantity, unit_price: price}
"""

RFM_ALONE = SETTINGS + "segmentations: {rfm: {method: rfm}}\n"


def orders(customers: int = 200, days: int = 300, last: int | None = None) -> str:
    """The order file as CSV: early and late shoppers with returns here and there. ``last`` leaves out
    what was ordered after that day."""
    chance = random.Random("corner shop")
    rows = []
    for client in range(customers):
        hour, regular = (9, 12) if client % 3 else (19, 40)
        day = chance.randrange(days // 2)
        while day < days:
            number = f"{client:04d}-{day:03d}"
            when = OPENED + timedelta(days=day, hours=hour, minutes=chance.randrange(120))
            for _ in range(chance.randrange(1, 4)):
                quantity = -1 if chance.random() < 0.04 else chance.randrange(1, 6)
                product, price = chance.randrange(30), chance.randrange(100, 5000) / 100
                rows.append((day, f"K{client:04d},{number},{when},P{product:02d},{quantity},{price:.2f}"))
            day += 1 + int(chance.expovariate(1 / (regular * (1 + client % 5))))
    kept = [row for day, row in rows if last is None or day <= last]
    return "\n".join([COLUMNS, *kept]) + "\n"


def opened(root: Path, *, settings_text: str = SETTINGS, **how: int) -> Workspace:
    """A workspace with the shop's orders and settings, not yet run."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "orders.csv").write_text(orders(**how), encoding="utf-8")
    (root / "regulars.yaml").write_text(settings_text, encoding="utf-8")
    return Workspace(root)


def studied(workspace: Workspace, **asked: object) -> Ran:
    """The whole study of a workspace, as the command makes it."""
    return run(settings.load(workspace.settings), workspace, Asked(today=TODAY, **asked))


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by its path within."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
