"""What the clusterers cost and how good their groups are, beside scikit-learn on the same customers.

    python bench/clusters.py                    1 million customers, 20 features, 8 segments, 10 random starts
    python bench/clusters.py --customers 50000 --starts 3

Each measure is a process of its own and counts CPU seconds (user and system) once its imports are done and
the customers are read. Ours fit on a sample and place everybody by SQL in the engine; scikit-learn fits on
everybody, already prepared. Inertia and likelihood are those of all customers. Nothing is asserted of time;
that shuffled rows and another number of threads give the same definition is, and the exit code is 1 where
they do not.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

FEATURES = 20
GROUPS = 12
SEGMENTS = 8

# Customers in overlapping groups of unlike size: a middle by group and feature, and around it the sum of
# three numbers that arithmetic spreads evenly. Every fifth feature has a long tail.
CUSTOMERS = """
select 'C' || lpad(cast(number as varchar), 8, '0') as customer_id, {columns}
from (
    select number, cast(floor({groups} * pow(number * 7368787 % 1000003 / 1000003.0, 1.5)) as integer) as g
    from (select range as number from range({customers}))
)
order by {order}
"""
COLUMN = "round({grown}(0.7 * sin(g * 12.9898 + {j} * 78.233) + {around} - 1.5), 4) as f{j}"


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    asked.add_argument("--customers", type=int, default=1_000_000)
    asked.add_argument("--starts", type=int, default=10)
    asked.add_argument("--threads", type=int, default=2)
    asked.add_argument("--measure", choices=MEASURES, help=argparse.SUPPRESS)
    asked.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    chosen = asked.parse_args()
    if chosen.measure:
        print(json.dumps(MEASURES[chosen.measure](chosen.file, chosen.threads, chosen.starts)))
        return 0
    return compare(chosen.customers, chosen.starts, chosen.threads)


def compare(customers: int, starts: int, threads: int) -> int:
    print(f"{customers:,} customers, {FEATURES} features, {SEGMENTS} segments, {threads} threads", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        path, shuffled = Path(folder) / "customers.parquet", Path(folder) / "shuffled.parquet"
        generate(path, customers, "number")
        generate(shuffled, customers, "number * 40503 % 1000003, number")
        theirs = _measured("random_starts", path, threads, starts)
        one = theirs["fit_seconds"]
        print(f"{'':<34}{'CPU s':>8}{'ratio':>7}")
        first = f"scikit-learn KMeans, one of {starts}"
        print(f"{first:<34}{one:>8.1f}{1:>7.2f}   best inertia {theirs['best']:.4f}")
        same = True
        for name in ("kmeans", "hierarchical", "gmm"):
            found = _measured(name, path, threads, starts)
            again = _measured(name, shuffled, 1 if threads > 1 else 2, starts)
            for what in ("fit", "place"):
                seconds = found[f"{what}_seconds"]
                print(f"{f'{name}: {what}':<34}{seconds:>8.1f}{seconds / one:>7.2f}   {found.get(what, '')}")
            if "inertia" in found:
                print(
                    f"{'':<49}   inertia {found['inertia']:.4f}, {found['inertia'] / theirs['best'] - 1:+.3%}"
                )
            same = same and found["digest"] == again["digest"]
    print(f"definitions from shuffled rows and other threads: {'all the same' if same else 'DIFFERENT'}")
    return 0 if same else 1


def generate(path: Path, customers: int, order: str) -> None:
    """The same customers each time, in that order: arithmetic on the number, no chance."""
    import duckdb

    columns = ", ".join(
        COLUMN.format(
            grown="exp" if j % 5 == 0 else "",
            j=j,
            around=" + ".join(
                f"number * {7919 * (3 * j + n) + 104729} % 1000003 / 1000003.0" for n in (1, 2, 3)
            ),
        )
        for j in range(FEATURES)
    )
    select = CUSTOMERS.format(columns=columns, groups=GROUPS, customers=customers, order=order)
    with duckdb.connect() as connection:
        connection.execute(f"copy ({select}) to '{path}' (format parquet)")


def _measured(name: str, path: Path, threads: int, starts: int) -> dict[str, Any]:
    command = [sys.executable, __file__, "--measure", name, "--file", str(path)]
    command += ["--threads", str(threads), "--starts", str(starts)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


class Customers:
    """The customers of a file in the engine, and the sample prepared as a clusterer has it."""

    def __init__(self, path: Path, threads: int) -> None:
        from regulars.engine import Engine
        from regulars.types import Feature

        self.engine = Engine(threads=threads)
        self.table = self.engine.create("features", f"from '{path}'")
        self.features = [Feature(f"f{j}", f"F{j}", "ratio", "cause", "") for j in range(FEATURES)]

    def sample(self, size: int) -> Any:
        from regulars.segment.fitting.sample import drawn, fitted

        return fitted(drawn(self.engine, self.table, self.features, size), "bench")

    def everybody(self, prepared: Any) -> Any:
        """All customers as whole numbers: only for measuring; no method has them."""
        import numpy as np

        from regulars.segment.fitting.sample import drawn, whole

        everybody = drawn(self.engine, self.table, self.features, 10**9)
        return np.stack([whole(each, everybody.columns[each.feature]) for each in prepared], axis=1)

    def place(self, rule: Any) -> float:
        """CPU seconds of placing everybody by SQL."""
        from datetime import date

        from regulars.segment.assign import assign
        from regulars.segment.definition import Definition
        from regulars.types import Segment

        segments = tuple(Segment(each, each, each) for each in rule.segment_ids)
        definition = Definition("bench", "bench", {}, {}, rule, segments, {})
        started = _cpu_seconds()
        assign(self.engine, definition, date(2025, 1, 1), "assignments")
        return _cpu_seconds() - started


def random_starts(path: Path, threads: int, starts: int) -> dict[str, Any]:
    """Scikit-learn's KMeans on everybody in 32 bits, from so many random starts, one after the other."""
    import numpy as np
    from sklearn.cluster import KMeans
    from threadpoolctl import threadpool_limits

    customers = Customers(path, threads)
    places = (customers.everybody(customers.sample(50_000).prepared) / 1000).astype(np.float32)
    best, used = float("inf"), []
    with threadpool_limits(threads):
        for seed in range(starts):
            started = _cpu_seconds()
            model = KMeans(SEGMENTS, init="random", n_init=1, random_state=seed).fit(places)
            used.append(_cpu_seconds() - started)
            best = min(best, _inertia(places * 1000.0, model.cluster_centers_.astype(float) * 1000))
    return {"fit_seconds": sum(used) / len(used), "best": best}


def gmm(path: Path, threads: int, _: int) -> dict[str, Any]:
    """A mixture fitted on the sample, and how much likelier all customers are under one fitted on all."""
    from threadpoolctl import threadpool_limits

    from regulars.segment.fitting.expectation import improved, seen

    found, customers, fit, grouping = _fitted(path, threads, "gmm")
    with threadpool_limits(1):
        everywhere = customers.everybody(fit.prepared)
        everybody = seen(everywhere, grouping.found.clouds)
        best = improved(everywhere, everybody, "diagonal")
    lost = best.log_likelihood - everybody.log_likelihood
    told = f"log-likelihood {everybody.log_likelihood:.4f} a customer, {lost:.4f} less than fitted on all"
    return {**found, "place": told}


def grouped(name: str, path: Path, threads: int, _: int) -> dict[str, Any]:
    """The segments of a method, and the inertia of all customers around the means of theirs."""
    import numpy as np

    found, customers, fit, grouping = _fitted(path, threads, name)
    everybody = customers.everybody(fit.prepared)
    order = "md5(cast(customer_id as varchar)), cast(customer_id as varchar)"
    rows = customers.engine.rows(f"select segment_id from assignments order by {order}")
    ids = {each: at for at, each in enumerate(grouping.rule.segment_ids)}
    labels = np.array([ids[segment] for (segment,) in rows])
    middles = np.array([everybody[labels == each].mean(axis=0) for each in range(SEGMENTS)])
    return {**found, "inertia": float(((everybody - middles[labels]) ** 2).sum() / len(labels) / 1e6)}


def _fitted(path: Path, threads: int, name: str) -> tuple[dict[str, Any], Customers, Any, Any]:
    """The method's groups from its own sample, for one number of segments; then everybody placed."""
    from threadpoolctl import threadpool_limits

    from regulars import plugins
    from regulars.documents import digest_of

    method = plugins.load("methods", name)()
    customers = Customers(path, threads)
    started = _cpu_seconds()
    fit = customers.sample(method.sample)
    with threadpool_limits(1):
        grouping = method.grouped(fit, [SEGMENTS], 0)[SEGMENTS]
    grouping = method.settled(customers.engine, customers.table, grouping)
    used = _cpu_seconds() - started
    digest = digest_of(grouping.rule.as_json())
    found = {
        "fit_seconds": used,
        "fit": f"on {len(fit.places):,}",
        "place_seconds": customers.place(grouping.rule),
        "digest": digest,
    }
    return found, customers, fit, grouping


def _inertia(places: Any, centres: Any) -> float:
    """Mean squared distance to the nearest centre, in squared standard deviations."""
    from regulars.segment.fitting.centres import nearest

    _, squares = nearest(places.astype(float), centres)
    return float(squares.sum() / len(places) / 1e6)


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


MEASURES = {
    "random_starts": random_starts,
    "kmeans": partial(grouped, "kmeans"),
    "hierarchical": partial(grouped, "hierarchical"),
    "gmm": gmm,
}

if __name__ == "__main__":
    sys.exit(main())
