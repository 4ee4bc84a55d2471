from random import Random

from regulars.engine import Engine
from regulars.segment.fitting.polish import polished
from regulars.segment.rules.nearest import Nearest
from regulars.segment.rules.prepared import Prepared

X = Prepared("x", 0.0, -90.0, 90.0, False, 0.0, 1.0)


def people(engine, values):
    rows = [(f"C{n}", n_value) for n, n_value in enumerate(values)]
    return engine.values("people", {"customer_id": "varchar", "x": "bigint"}, rows)


def test_centres_move_to_the_means_of_their_customers_half_up():
    with Engine(threads=1) as engine:
        table = people(engine, [0, 1, 10, 12, 13, None])
        moved = polished(engine, table, Nearest((X,), {"s1": (4000,), "s2": (9000,)}))
        # 0, 1 and unknown (which counts as 0): 333.3; 10, 12 and 13: 11,666.7.
        assert moved.centres == {"s1": (333,), "s2": (11_667,)}
        assert engine.tables() == {"people"}


def test_a_centre_that_nobody_is_near_stays_and_so_do_settled_ones():
    with Engine(threads=1) as engine:
        table = people(engine, [-1, 1, 20])
        rule = Nearest((X,), {"s1": (0,), "s2": (20_000,), "s3": (80_000,)})
        assert polished(engine, table, rule) == rule


def test_the_order_of_rows_and_threads_move_no_centre():
    values, found = [Random(n).randrange(-60, 60) for n in range(5000)], set()
    for threads in (1, 2, 8):
        Random(threads).shuffle(values)
        with Engine(threads=threads) as engine:
            moved = polished(engine, people(engine, values), Nearest((X,), {"s1": (-9000,), "s2": (5000,)}))
            found.add(tuple(moved.centres.items()))
    assert len(found) == 1
