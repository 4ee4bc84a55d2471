"""What every filling of a seam must do, as checks that its author can run.

A segmentation method of your own is tried with::

    from regulars.testing import check_method


    def test_my_method_keeps_the_laws_of_segmentation():
        check_method(MyMethod(bands=3))

A language model's provider with::

    from regulars.testing import check_provider


    def test_my_provider_keeps_what_asking_relies_on():
        check_provider(lambda address: MyProvider(model="m", base_url=address), what_my_server_says)

A policy pack with::

    from regulars.testing import check_policy_pack


    def test_my_pack_holds_what_it_says_of_itself():
        check_policy_pack(Path("my_pack.toml"))
"""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Self

from regulars.check.policy.conforming_pack import check_policy_pack
from regulars.documents import canonical, pretty
from regulars.engine import Bound, Engine, quoted
from regulars.errors import NotReady
from regulars.narrate.providers.conformance import check_provider
from regulars.segment.definition import Definition
from regulars.segment.methods import Ground, Method
from regulars.segment.methods.rfm import Rfm
from regulars.segment.rules import Scored
from regulars.types import Feature, Table

__all__ = ["check_method", "check_policy_pack", "check_provider"]

AS_OF = date(2024, 6, 30)
TYPES = {
    "customer_id": "varchar",
    "recency_days": "bigint",
    "orders": "bigint",
    "spend": "decimal(18, 2)",
    "gap_days": "double",
    "weekend_share": "double",
    "products_per_order": "double",
    "categories": "bigint",
    "one_price": "decimal(9, 2)",
    "never_known": "double",
    "region": "varchar",
}
FEATURES = (
    Feature("recency_days", "Days since last order", "days", "outcome", ""),
    Feature("orders", "Orders", "count", "outcome", ""),
    Feature("spend", "Net spend", "currency", "outcome", ""),
    Feature("gap_days", "Days between purchases", "days", "cause", "", "Slow-rhythm", "Quick-rhythm"),
    Feature("weekend_share", "Orders at the weekend", "share", "cause", "", "Weekend", "Weekday"),
    Feature("products_per_order", "Products per order", "ratio", "cause", "", "Full-basket", "Small-basket"),
    Feature("categories", "Categories bought", "count", "cause", "", "Wide-range", "Narrow-range"),
    Feature("one_price", "Always the same", "ratio", "cause", "", "Dear", "Cheap"),
    Feature("never_known", "Never known", "ratio", "cause", "", "Known", "Unknown"),
    Feature("region", "Region", "category", "attribute", ""),
)
"""What the checks fit on: causes and outcomes, whole, decimal and double, one constant, one never known,
and an attribute of text."""

REGIONS = (None, "North", "South", "O'Brien's \\ Cove", "Åland")
"""Commonest first: unknown, plain, and with the letters that trouble SQL."""
Row = tuple[Bound, ...]
ROUNDED = 1.5e-6
"""Probabilities are rounded to six decimals; exponentials may differ in the last bit before that."""
SMALL_SAMPLE = 500
ONLY_TOTALS = 1_000
"""Rows that a fit may ask for at once without a sample: of bands, categories or cut points."""


def check_method(method: Method) -> None:
    """Fit the method on made-up customers, some of them odd, and hold it to the laws of the seam.

    Every customer in exactly one segment; the same document whatever the order of rows and the number of
    threads; SQL and scorer agree on every customer (segment, scores, probability), also on ones never
    seen and on ones of whom nothing is known; the document and the settings survive being written and
    read; ``refit`` finds on the same customers what ``fit`` found; no customers, one, or customers all
    alike are put in segments or refused with NotReady; no more customers leave the engine than the method's
    setting ``sample`` says, without one none but totals.
    Raises AssertionError with the law that does not hold.
    """
    _settings_survive(method)
    people = customers(400)
    with _fitted(method, people) as study:
        _document_survives(study.definition)
        _segments_are_named(study.definition)
        _each_customer_has_one_segment(study)
        _scorer_agrees(study, people)
        _scorer_agrees(study, strangers(100))
        _scorer_agrees(study, [(f"U{number:05d}", *([None] * len(FEATURES))) for number in range(3)])
        _order_and_threads_do_not_matter(method, people, study.definition)
        _is_refitted_as_fitted(method, study)
    for what, few in _hard_cases():
        _answers_or_refuses(method, what, few)
    _rows_stay_in_the_engine(method)


def customers(count: int) -> list[Row]:
    """Made-up customers, the same at each call: two kinds of shopper, with ties, gaps and returns."""
    chance = random.Random("customers")  # noqa: S311  # made-up people, not a secret
    made: list[Row] = []
    for number in range(count):
        at_weekend = chance.random() < 0.4
        orders = min(1 + int(chance.expovariate(0.5)), 40)
        spend = Decimal(chance.randrange(-500, 90_000) * orders) / 100
        made.append(
            (
                f"C{number:05d}", chance.randrange(0, 365), orders, spend,
                None if orders == 1 else _decimal(chance.expovariate(1 / (20 if at_weekend else 45))),
                _decimal(chance.betavariate(5, 2) if at_weekend else chance.betavariate(1, 6)),
                _decimal(chance.lognormvariate(2.5 if at_weekend else 1.2, 0.5)),
                chance.randrange(6, 15) if at_weekend else chance.randrange(1, 6),
                Decimal("9.99"), None, chance.choices(REGIONS, (60, 25, 12, 2, 1))[0],
            )
        )  # fmt: skip
    return made


def strangers(count: int) -> list[Row]:
    """Customers unlike any that a method was fitted on: unknown, negative, huge and nearly equal values."""
    chance = random.Random("strangers")  # noqa: S311  # made-up people, not a secret
    odd = (None, Decimal(0), Decimal(-1), Decimal("0.5"), Decimal("1e6"), Decimal("123456789.01"))

    def value(kind: str) -> Bound:
        if kind == "varchar":
            return chance.choice((*REGIONS, "", "north", "North ", "Nowhere"))
        drawn = chance.choice((*odd, _decimal(chance.uniform(0, 50))))
        return drawn if drawn is None or kind != "bigint" else int(drawn)

    kinds = list(TYPES.values())[1:]
    return [
        (f"X{number:05d}", *(Decimal(5) if kind == "decimal(9, 2)" else value(kind) for kind in kinds))
        for number in range(count)
    ]


@dataclass(frozen=True)
class _Study:
    """A fitted method, with the engine that its customers lie in."""

    definition: Definition
    engine: Engine

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.engine.__exit__()

    def segments(self, source: str) -> list[tuple[str, str]]:
        """Customer and segment of every row of the assignments, as the SQL has them."""
        self._assign(source)
        return self.engine.rows("select customer_id, segment_id from assignments order by customer_id")

    def scored(self, source: str) -> list[tuple[Scored, float]]:
        """What the SQL gives each customer of a table, in the order of their ids, with the probability."""
        self._assign(source)
        names = self.definition.rule.score_names
        columns = ", ".join(["segment_id", "probability", *map(quoted, names)])
        rows = self.engine.rows(f"select {columns} from assignments order by customer_id")
        return [
            (Scored(segment, dict(zip(names, scores, strict=True))), probability)
            for segment, probability, *scores in rows
        ]

    def _assign(self, source: str) -> None:
        self.engine.make("assignments", {step.name: step for step in self.definition.steps(source, AS_OF)})


def _fitted(method: Method, people: Sequence[Row], threads: int = 1) -> _Study:
    engine = Engine(threads=threads)
    try:
        table = _filled(engine, "customers", people)
        ground = _ground(method, table, engine)
        # Asked before anything that it learns from is fitted; what can be fitted must pass.
        method.preflight(replace(ground, definitions={}), engine)
        return _Study(method.fit(ground, engine), engine)
    except BaseException:
        engine.__exit__()
        raise


def _ground(method: Method, table: Table, engine: Engine) -> Ground:
    """What the method fits on; one that learns from other segmentations finds RFM under their names."""
    ground = Ground("tried", table, FEATURES, AS_OF, 0, "UTC", "GBP")
    labels = {name: Rfm().fit(replace(ground, name=name), engine) for name in method.learns_from}
    return replace(ground, definitions=labels)


def _filled(engine: Engine, name: str, people: Sequence[Row]) -> Table:
    return engine.values(name, TYPES, people)


def _settings_survive(method: Method) -> None:
    again = type(method)(**json.loads(json.dumps(method.recipe)))
    assert again == method, f"settings change when written and read: {method!r} became {again!r}"


def _document_survives(definition: Definition) -> None:
    again = Definition.from_json(json.loads(pretty(definition.as_json())))
    assert again == definition, "the definition changes when written as JSON and read"
    assert again.digest == definition.digest, "the digest changes when the definition is written and read"


def _segments_are_named(definition: Definition) -> None:
    names = [segment.name for segment in definition.segments]
    assert all(names), "a segment has no name"
    assert len(set(names)) == len(names), f"two segments share a name: {names}"
    unruly = [segment.id for segment in definition.segments if not segment.rule]
    assert not unruly, f"no rule in words for {unruly}"


def _each_customer_has_one_segment(study: _Study) -> None:
    given = study.segments("customers")
    wanted = [who for (who,) in study.engine.rows("select customer_id from customers order by customer_id")]
    assert [who for who, _ in given] == wanted, "not every customer is in exactly one segment"
    foreign = {segment for _, segment in given} - set(study.definition.rule.segment_ids)
    assert not foreign, f"segments that the definition does not have: {foreign}"


def _scorer_agrees(study: _Study, people: Sequence[Row]) -> None:
    _filled(study.engine, "tried", people)
    columns = ", ".join(TYPES)
    rows = study.engine.rows(f"select {columns} from tried order by customer_id")
    for (made, probable), row in zip(study.scored("tried"), rows, strict=True):
        customer: dict[str, Any] = dict(zip(TYPES, row, strict=True))
        own = study.definition.score(customer)
        alike = (own.segment_id, own.scores) == (made.segment_id, made.scores)
        assert alike, f"SQL says {made}, the scorer {own}, of {customer}"
        near = 0 <= probable <= 1 and abs(own.probability - probable) <= ROUNDED
        assert near, f"SQL says a probability of {probable}, the scorer {own.probability}, of {customer}"


def _order_and_threads_do_not_matter(method: Method, people: Sequence[Row], first: Definition) -> None:
    for threads in (1, 2, 8):
        shuffled = list(people)
        random.Random(threads).shuffle(shuffled)  # noqa: S311  # another order, not a secret
        with _fitted(method, shuffled, threads) as other:
            same = canonical(other.definition.as_json()) == canonical(first.as_json())
        assert same, f"the order of the rows or the number of threads ({threads}) changes the definition"


def _is_refitted_as_fitted(method: Method, study: _Study) -> None:
    table = study.engine.table("customers")
    again = method.refit(_ground(method, table, study.engine), study.engine, len(study.definition.segments))
    assert again.rule.segment_ids == study.definition.rule.segment_ids, "refit finds other segments than fit"
    # Beyond its sample a fit may go on, and a refit need not.
    if method.recipe.get("sample", math.inf) >= study.engine.count(table.name):
        assert again.rule == study.definition.rule, "refit finds another rule than fit on the same customers"


def _hard_cases() -> Iterator[tuple[str, list[Row]]]:
    yield "no customers", []
    yield "one customer", customers(1)
    yield "twelve customers", customers(12)
    yield "customers all alike", [(f"C{number}", *customers(1)[0][1:]) for number in range(150)]
    yield "features never known", [(f"C{number}", 1, 1, Decimal(1), *([None] * 7)) for number in range(150)]


class _Watched(Engine):
    """An engine that remembers the most rows that it ever gave."""

    most = 0

    def execute(self, statement: str, step: str = "statement", **registered: object) -> list[tuple[Any, ...]]:
        rows = super().execute(statement, step, **registered)
        self.most = max(self.most, len(rows))
        return rows


def _rows_stay_in_the_engine(method: Method) -> None:
    allowed = ONLY_TOTALS
    if "sample" in type(method).model_fields:
        allowed = SMALL_SAMPLE
        method = method.model_copy(update={"sample": allowed})
    with _Watched(threads=1) as engine:
        table = _filled(engine, "customers", customers(2 * ONLY_TOTALS))
        try:
            method.fit(_ground(method, table, engine), engine)
        except NotReady:
            return
        assert engine.most <= allowed, f"{engine.most} rows left the engine at once; {allowed} may"


def _answers_or_refuses(method: Method, what: str, people: Sequence[Row]) -> None:
    try:
        study = _fitted(method, people)
    except NotReady:
        return
    except Exception as broken:
        raise AssertionError(f"{what}: {type(broken).__name__} instead of an answer or NotReady") from broken
    with study:
        _each_customer_has_one_segment(study)
        _scorer_agrees(study, people)


def _decimal(value: float) -> Decimal:
    return Decimal(str(round(value, 6)))
