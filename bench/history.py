"""What ten backfilled months cost beside one run, and how much memory they take.

    python bench/history.py                     1 million orders of 100,000 customers
    python bench/history.py --orders 10000000 --customers 1000000

Both are the commands themselves, each in a process of its own with its imports, on a workspace of its own
with the same pinned definition: one run of the last day, and a backfill of ten month ends up to that day.
CPU is user and system time. Nothing is asserted of time or memory; that the last day's run is the same in
both is, and the exit code is 1 where it is not.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

FIRST, LAST, MONTHS = date(2024, 3, 1), date(2024, 12, 31), 10

# Arithmetic on the row's number, no chance: orders of a year, unlike customers, prices with a tail.
ORDERS = """
select
    'O' || range as order_id,
    'C' || lpad(cast(cast(floor({customers} * pow(range * 7368787 % 1000003 / 1000003.0, 2)) as bigint)
        as varchar), 8, '0') as customer_id,
    date '2024-01-01' + cast(range * 6700417 % 366 as integer) as ordered_on,
    cast(1 + pow(range * 2750159 % 100003 / 100003.0, 3) * 500 as decimal(18, 2)) as amount
from range({orders})
"""
SETTINGS = """\
schema: regulars/1
name: Bench
sources:
  orders:
    path: ../orders.parquet
    columns: {customer: customer_id, order: order_id, time: ordered_on, amount: amount}
segmentations: {rfm: {method: rfm}}
"""


@dataclass(frozen=True)
class Used:
    """What one command took, and what it printed as JSON."""

    cpu_seconds: float
    peak_mb: float
    printed: dict[str, Any]


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    asked.add_argument("--orders", type=int, default=1_000_000)
    asked.add_argument("--customers", type=int, default=100_000)
    asked.add_argument("--threads", type=int, default=2)
    asked.add_argument("--measure", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    chosen = asked.parse_args()
    if chosen.measure:
        print(json.dumps(measured(chosen.measure)))
        return 0
    return compare(chosen.orders, chosen.customers, chosen.threads)


def compare(orders: int, customers: int, threads: int) -> int:
    import duckdb

    print(f"{orders:,} orders of {customers:,} customers, {threads} threads", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        with duckdb.connect() as connection:
            made = ORDERS.format(orders=orders, customers=customers)
            connection.execute(f"copy ({made}) to '{root}/orders.parquet' (format parquet)")
        (root / "pinned").mkdir()
        (root / "pinned" / "regulars.yaml").write_text(SETTINGS)
        limits = ("--threads", str(threads), "--json")
        command("run", "-w", str(root / "pinned"), "--as-of", LAST.isoformat(), *limits)
        shutil.rmtree(root / "pinned" / "runs")
        for name in ("one", "ten"):
            shutil.copytree(root / "pinned", root / name)
        one = command("run", "-w", str(root / "one"), "--as-of", LAST.isoformat(), *limits)
        days = ("--from", FIRST.isoformat(), "--to", LAST.isoformat(), "--every", "month")
        ten = command("backfill", "-w", str(root / "ten"), *days, *limits)
    return show(one, ten)


def command(*arguments: str) -> Used:
    """A command of Regulars in a process whose children are it alone."""
    done = subprocess.run(
        [sys.executable, __file__, "--measure", *arguments], check=True, stdout=subprocess.PIPE
    )
    return Used(**json.loads(done.stdout))


def measured(arguments: list[str]) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "regulars", *arguments],
        check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=os.environ,
    )  # fmt: skip
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    # Linux counts kilobytes, macOS bytes.
    per_mb = 2**20 if sys.platform == "darwin" else 2**10
    return {
        "cpu_seconds": used.ru_utime + used.ru_stime,
        "peak_mb": used.ru_maxrss / per_mb,
        "printed": json.loads(done.stdout),
    }


def show(one: Used, ten: Used) -> int:
    print(f"{'':<18}{'CPU s':>9}{'ratio':>7}{'peak MB':>9}{'ratio':>7}")
    for name, used in (("one run", one), (f"{MONTHS} months", ten)):
        cpu, peak = used.cpu_seconds / one.cpu_seconds, used.peak_mb / one.peak_mb
        print(f"{name:<18}{used.cpu_seconds:>9.2f}{cpu:>7.2f}{used.peak_mb:>9.0f}{peak:>7.2f}")
    runs = [each["run_id"] for each in ten.printed["runs"]]
    is_same = len(runs) == MONTHS and runs[-1] == one.printed["run_id"]
    print(f"the last day's run: {'the same' if is_same else 'DIFFERENT'}")
    return 0 if is_same else 1


if __name__ == "__main__":
    sys.exit(main())
