"""What RFM costs above the least that any engine must do: one group-by over the same orders.

    python bench/rfm.py                 10 million orders, 1 million customers
    python bench/rfm.py --orders 200000 --customers 20000 --rounds 1

Each measure is a process of its own, started in turn so that a busy machine troubles all alike. It counts
the CPU seconds (user and system) that the process used once its imports were done, those that it used with
them, and its highest resident memory. Prints medians and their ratio to the bare group-by. Nothing is
asserted of time; that the answer under the memory limit is the same is, and the exit code is 1 where it is
not.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
from collections import ChainMap
from datetime import date
from pathlib import Path
from typing import Any

AS_OF = date(2025, 1, 1)
DAYS = 730
LIMIT = "1GB"
SEEDS = {"customer": 2_654_435_761, "day": 40_503, "second": 69_621, "amount": 1_103_515_245}

# The columns and types of the clean table ``orders``. Rows lie in no order that a group-by could use. Every
# customer has one order; of the others the quarter of the customers with the lowest numbers has half.
ORDERS = """
select
    'C' || lpad(cast(customer as varchar), 8, '0') as customer_id,
    'N' || lpad(cast(number as varchar), 9, '0') as order_id,
    false as is_return,
    cast(day as timestamp) + to_seconds(number * {second} % 86400) as ordered_at,
    day as ordered_on,
    1 + number % 7 as lines,
    cast(1 + number % 11 as decimal(38, 3)) as items,
    cast((100 + number * {amount} % 2147483647 % 20000 * (1 + customer % 9)) / 100.0 as decimal(38, 4))
        as amount,
    0 as is_promoted
from (
    select
        number,
        case
            when number < {customers} then number
            else cast(floor({customers} * pow(number * {customer} % 4294967296 / 4294967296.0, 2)) as bigint)
        end as customer,
        date '{as_of}' - cast(number * {day} % 1000003 % {days} as integer) as day
    from (select range * 7368787 % {orders} as number from range({orders}))
)
"""

BARE = """
create table totals as
select customer_id, max(ordered_on) as last_on, count(*) as orders, sum(amount) as spend
from '{path}'
group by customer_id
"""


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    asked.add_argument("--orders", type=int, default=10_000_000)
    asked.add_argument("--customers", type=int, default=1_000_000)
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--threads", type=int, default=2)
    asked.add_argument("--measure", choices=MEASURES, help=argparse.SUPPRESS)
    asked.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    chosen = asked.parse_args()
    if chosen.measure:
        print(json.dumps(MEASURES[chosen.measure](chosen.file, chosen.threads)))
        return 0
    return compare(chosen.orders, chosen.customers, chosen.rounds, chosen.threads)


def compare(orders: int, customers: int, rounds: int, threads: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "orders.parquet"
        generate(path, orders, customers)
        print(f"{orders:,} orders of {customers:,} customers, {threads} threads, {rounds} rounds", flush=True)
        runs: dict[str, list[dict[str, Any]]] = {name: [] for name in MEASURES}
        for _ in range(rounds):
            for name in MEASURES:
                runs[name].append(_measured_apart(name, path, threads))
    return show(runs)


def generate(path: Path, orders: int, customers: int) -> None:
    """The same orders each time: arithmetic on the row's number, no chance."""
    import duckdb

    select = ORDERS.format(orders=orders, customers=customers, as_of=AS_OF, days=DAYS, **SEEDS)
    with duckdb.connect() as connection:
        connection.execute(f"copy ({select}) to '{path}' (format parquet, compression zstd)")


def _measured_apart(name: str, path: Path, threads: int) -> dict[str, Any]:
    command = [sys.executable, __file__, "--measure", name, "--file", str(path), "--threads", str(threads)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def show(runs: dict[str, list[dict[str, Any]]]) -> int:
    print("".join([f"{'':<24}", *(f"{f'{heading}':>14}{'ratio':>7}" for heading in COLUMNS.values())]))
    for name, label in LABELS.items():
        figures = ((_median(runs[name], what), _median(runs["bare"], what)) for what in COLUMNS)
        print(
            "".join(
                [f"{label:<24}", *(f"{figure:>14.2f}{figure / least:>7.2f}" for figure, least in figures)]
            )
        )
    answers = {each["answer"] for name in ("rfm", "limited") for each in runs[name]}
    print(f"answers: {'all the same' if len(answers) == 1 else f'DIFFERENT: {sorted(answers)}'}")
    return 0 if len(answers) == 1 else 1


def _median(runs: list[dict[str, Any]], what: str) -> float:
    return statistics.median(each[what] for each in runs)


def bare(path: Path, threads: int) -> dict[str, Any]:
    """The group-by alone, into a table."""
    import duckdb

    started = _cpu_seconds()
    with duckdb.connect(config={"threads": threads}) as connection:
        connection.execute(BARE.format(path=path))
        return _used(started)


def rfm(path: Path, threads: int, memory_limit: str | None = None) -> dict[str, Any]:
    """Features, cut points, scores and segments, as a study makes them from its clean orders."""
    import sqlglot.dialects.duckdb  # noqa: F401  # sqlglot imports a dialect when it is first spoken

    from regulars.engine import Engine, room
    from regulars.prepare.features.catalogue import FAMILIES
    from regulars.prepare.features.table import features_step
    from regulars.segment.assign import assign
    from regulars.segment.methods import Ground
    from regulars.segment.methods.rfm import Rfm

    started = _cpu_seconds()
    families = [family for family in FAMILIES if family.step == "rfm_features"]
    known = tuple(feature for family in families for feature in family.features)
    steps = ChainMap({"features": features_step(families)}, room("regulars.prepare"))
    with Engine(threads=threads, memory_limit=memory_limit, temp_directory=path.parent / "spill") as engine:
        engine.view("orders", f"from '{path}'")
        table = engine.make("features", steps, {"as_of": AS_OF})
        definition = Rfm().fit(Ground("rfm", table, known, AS_OF, 0, "UTC", "GBP"), engine)
        assign(engine, definition, AS_OF, "assignments")
        return {**_used(started), "answer": f"{definition.digest[:12]} {_digest(engine)}"}


def limited(path: Path, threads: int) -> dict[str, Any]:
    return rfm(path, threads, LIMIT)


def _used(started: float) -> dict[str, Any]:
    # Linux counts kilobytes, macOS bytes.
    per_mb = 2**20 if sys.platform == "darwin" else 2**10
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / per_mb
    return {"work_seconds": _cpu_seconds() - started, "cpu_seconds": _cpu_seconds(), "peak_mb": peak}


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _digest(engine: Any) -> str:
    """A digest of every customer's segment and scores that no order of rows can change."""
    row = "hash(customer_id, segment_id, r_score, f_score, m_score)"
    ((customers, total, mixed),) = engine.rows(
        f"select count(*), sum(cast({row} as hugeint)), bit_xor({row}) from assignments"
    )
    return f"{customers}-{total:x}-{mixed:x}"


MEASURES = {"bare": bare, "rfm": rfm, "limited": limited}
COLUMNS = {"work_seconds": "CPU s", "cpu_seconds": "with imports", "peak_mb": "peak MB"}
LABELS = {"bare": "bare group-by", "rfm": "RFM segments", "limited": f"RFM segments in {LIMIT}"}

if __name__ == "__main__":
    sys.exit(main())
