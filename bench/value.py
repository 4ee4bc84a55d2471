"""What fitting the value models costs, beside lifetimes 0.11 on the same customers.

    python bench/value.py                      1 million customers, 5 rounds
    python bench/value.py --customers 50000 --rounds 1
    python bench/value.py --lifetimes PYTHON   an interpreter that has lifetimes, instead of a fresh one

Customers buy by the models' own story (BG/NBD and Gamma-Gamma, seeded), day by day over two years; they
come in the first of these. lifetimes is given its summary frame, a row a customer, ready in memory. Ours are
given the table ``histories``, a row a customer, in the engine: grouping it there is a part of what is
measured, and what that table costs to make from the orders stands beside it. Each measure is a process of its
own, in turns, and counts CPU seconds (user and system) after imports and reading. Nothing is asserted of
time; that both find the same parameters is, to a ten-thousandth, and the exit code is 1 where they do not.

lifetimes is installed into a throwaway environment, and left out, with a word, where it cannot be.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import venv
from datetime import date, timedelta
from pathlib import Path
from typing import Any

FIRST = date(2023, 1, 1)
JOINING, DAYS = 365, 730
TRUTH = {"r": 0.55, "alpha": 10.0, "a": 0.79, "b": 2.43, "p": 6.25, "q": 3.74, "v": 15.44}
SEED = 2005
THEIRS = "lifetimes==0.11.3"
MODELS = {"bgnbd": "BG/NBD", "gamma_gamma": "Gamma-Gamma"}
EQUAL = 1e-4
AIM = 15
SMALLER = 10
"""Memory is looked at with so many times fewer customers too."""


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    asked.add_argument("--customers", type=int, default=1_000_000)
    asked.add_argument("--rounds", type=int, default=5)
    asked.add_argument("--threads", type=int, default=2)
    asked.add_argument("--lifetimes", metavar="PYTHON", help="an interpreter that has lifetimes")
    asked.add_argument("--measure", choices=MEASURES, help=argparse.SUPPRESS)
    asked.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    chosen = asked.parse_args()
    if chosen.measure:
        print(json.dumps(MEASURES[chosen.measure](chosen.folder, chosen.customers, chosen.threads)))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        theirs = chosen.lifetimes or _with_lifetimes(Path(folder) / "lifetimes")
        return compare(Path(folder), chosen.customers, chosen.rounds, chosen.threads, theirs)


def _with_lifetimes(home: Path) -> str | None:
    """An interpreter with lifetimes in an environment of its own; None, said aloud, where there is none."""
    try:
        venv.create(home, with_pip=True)
        python = home / ("Scripts" if sys.platform == "win32" else "bin") / "python"
        install = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", THEIRS]
        subprocess.run(install, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as refused:
        why = str(getattr(refused, "stderr", "") or refused).strip().splitlines()[-1]
        print(f"LEFT OUT: {THEIRS} cannot be installed here ({why}); only ours is measured", flush=True)
        return None
    return str(python)


def compare(folder: Path, customers: int, rounds: int, threads: int, theirs: str | None) -> int:
    few = customers // SMALLER
    for number in (few, customers):
        orders = _measured("generate", folder, number, threads)["orders"]
        print(f"{number:,} customers with {orders:,} orders", flush=True)
    print(f"{threads} threads, {rounds} rounds", flush=True)
    ours: list[dict[str, Any]] = []
    others: list[dict[str, Any]] = []
    for _ in range(rounds):
        ours.append(_measured("ours", folder, customers, threads))
        if theirs:
            others.append(_measured("lifetimes", folder, customers, threads, theirs))
    same = show(ours, others)
    show_memory({few: _measured("ours", folder, few, threads), customers: ours[0]})
    return 0 if same else 1


def _measured(name: str, folder: Path, customers: int, threads: int, python: str = "") -> dict[str, Any]:
    command = [python or sys.executable, __file__, "--measure", name, "--folder", str(folder)]
    command += ["--customers", str(customers), "--threads", str(threads)]
    # Neither side multiplies matrices: threads that wait to do so would only burn seconds.
    quiet = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, env=quiet)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def show(ours: list[dict[str, Any]], others: list[dict[str, Any]]) -> bool:
    """Prints medians, their ratio and the parameters; whether both sides found the same."""
    made = statistics.median(each["histories_seconds"] for each in ours)
    print(f"orders to histories, CPU s: {made:.2f} (in neither side's figures)")
    print(f"{'':<14}{'ours, CPU s':>12}{'of it grouping':>16}{'lifetimes':>11}{'ratio':>7}{'aim':>5}")
    same = True
    for model, label in MODELS.items():
        fit = statistics.median(each[model]["cpu_seconds"] for each in ours)
        grouping = statistics.median(each[model]["grouping_seconds"] for each in ours)
        line = f"{label:<14}{fit:>12.3f}{grouping:>16.3f}"
        parameters = ours[0][model]["parameters"]
        told = ", ".join(f"{name} {value:.6f}" for name, value in parameters.items())
        if others:
            theirs = statistics.median(each[model]["cpu_seconds"] for each in others)
            line += f"{theirs:>11.2f}{theirs / fit:>7.1f}{AIM:>5}"
            found = others[0][model]["parameters"]
            apart = max(abs(found[name] / value - 1) for name, value in parameters.items())
            same = same and apart < EQUAL
            told += (
                f"; lifetimes' {'are' if apart < EQUAL else 'ARE NOT'} the same: {apart:.0e} apart at most"
            )
        print(f"{line}\n  from {ours[0][model]['rows']:,} rows: {told}")
    return same


def show_memory(measured: dict[int, dict[str, Any]]) -> None:
    for number, each in measured.items():
        engine, fits = each["engine_mb"], each["peak_mb"]
        print(f"{number:>9,} customers: peak {fits:.0f} MB, of which the engine's histories {engine:.0f} MB")


def generate(folder: Path, customers: int, _: int) -> dict[str, Any]:
    """Orders of customers who live by the models, the same each time, and the frame that lifetimes gets."""
    import duckdb
    import numpy as np

    chance = np.random.default_rng(SEED)
    rates = chance.gamma(TRUTH["r"], 1 / (7 * TRUTH["alpha"]), customers)
    leaves = chance.beta(TRUTH["a"], TRUTH["b"], customers)
    here, now = np.arange(customers), chance.uniform(0, JOINING, customers)
    who, when = [here], [now]
    while len(here):
        now = now + chance.exponential(1 / rates[here])
        here, now = here[now < DAYS], now[now < DAYS]
        who, when = [*who, here], [*when, now]
        stays = chance.random(len(here)) >= leaves[here]
        here, now = here[stays], now[stays]
    customer = np.concatenate(who)
    means = 1 / chance.gamma(TRUTH["q"], 1 / TRUTH["v"], customers)
    cents = np.maximum(np.rint(chance.gamma(TRUTH["p"], 1, len(customer)) * means[customer] * 100), 1)
    shuffled = chance.permutation(len(customer))
    made = {"customer": customer, "day": np.floor(np.concatenate(when)), "cents": cents}
    with duckdb.connect() as connection:
        connection.register(
            "made", {name: column[shuffled].astype(np.int64) for name, column in made.items()}
        )
        connection.execute(f"copy ({ORDERS}) to '{_orders(folder, customers)}' (format parquet)")
    with _engine(folder, customers, 1) as engine:
        summary = engine.arrays(SUMMARY)
        np.savez(_summary(folder, customers), **{name: np.asarray(each) for name, each in summary.items()})
    return {"orders": len(customer)}


ORDERS = f"""
select
    'C' || lpad(cast(customer as varchar), 8, '0') as customer_id,
    false as is_return,
    date '{FIRST}' + cast(day as integer) as ordered_on,
    cast(cents / 100.0 as decimal(18, 2)) as amount
from made
"""
SUMMARY = """
select
    repeats as frequency,
    last_days / 7.0::double as recency,
    seen_days / 7.0::double as "T",
    cast(repeat_spend as double) / greatest(repeats, 1) as monetary_value
from histories
order by customer_id
"""


def _orders(folder: Path, customers: int) -> Path:
    return folder / f"orders_{customers}.parquet"


def _summary(folder: Path, customers: int) -> Path:
    return folder / f"summary_{customers}.npz"


def _engine(folder: Path, customers: int, threads: int) -> Any:
    """An engine with the table ``histories`` made of the orders."""
    from regulars.engine import Engine
    from regulars.value.histories import make_histories

    engine = Engine(threads=threads)
    engine.view("orders", f"from '{_orders(folder, customers)}'")
    make_histories(engine, FIRST + timedelta(days=DAYS - 1))
    return engine


def ours(folder: Path, customers: int, threads: int) -> dict[str, Any]:
    """Both models from the table ``histories``: grouped by SQL, then fitted."""
    import sqlglot.dialects.duckdb  # noqa: F401  # sqlglot imports a dialect when it is first spoken

    from regulars.value import bgnbd, gamma_gamma
    from regulars.value.histories import grouped

    started = _cpu_seconds()
    with _engine(folder, customers, threads) as engine:
        found: dict[str, Any] = {"histories_seconds": _cpu_seconds() - started, "engine_mb": _peak_mb()}
        ways = {
            "bgnbd": (lambda: grouped(engine, 7), bgnbd.fit),
            "gamma_gamma": (lambda: gamma_gamma.grouped(engine), gamma_gamma.fit),
        }
        for model, (groups, fit) in ways.items():
            started = _cpu_seconds()
            rows = groups()
            grouping = _cpu_seconds() - started
            parameters = dict(fit(rows).parameters)
            found[model] = {
                "cpu_seconds": _cpu_seconds() - started,
                "grouping_seconds": grouping,
                "rows": len(rows.x),
                "parameters": parameters,
            }
    return {**found, "peak_mb": _peak_mb()}


def lifetimes(folder: Path, customers: int, _: int) -> dict[str, Any]:
    """Both models by lifetimes, as its documentation has it; Gamma-Gamma on those who came back."""
    import numpy as np
    import pandas as pd
    from lifetimes import BetaGeoFitter, GammaGammaFitter

    summary = pd.DataFrame(dict(np.load(_summary(folder, customers))))
    back = summary[summary["frequency"] > 0]
    fits = {
        "bgnbd": lambda: BetaGeoFitter().fit(summary["frequency"], summary["recency"], summary["T"]),
        "gamma_gamma": lambda: GammaGammaFitter().fit(back["frequency"], back["monetary_value"]),
    }
    found = {}
    for model, fit in fits.items():
        started = _cpu_seconds()
        parameters = {name: float(value) for name, value in fit().params_.items()}
        found[model] = {"cpu_seconds": _cpu_seconds() - started, "parameters": parameters}
    return found


def _peak_mb() -> float:
    # Linux counts kilobytes, macOS bytes.
    per_mb = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / per_mb


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


MEASURES = {"generate": generate, "ours": ours, "lifetimes": lifetimes}

if __name__ == "__main__":
    sys.exit(main())
