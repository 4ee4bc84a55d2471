"""Each word of a segment's meaning, checked on its customers against all others."""

import re
from datetime import date
from decimal import Decimal
from random import Random

import pytest

from regulars.engine import Engine, quoted
from regulars.segment.methods import Ground
from regulars.segment.methods.rfm import Rfm
from regulars.segment.standing import EVERYBODY
from regulars.types import Feature

AS_OF = date(2024, 6, 30)
AXES = tuple(Feature(name, "", "", "outcome", "") for name in ("recency_days", "orders", "spend"))
KINDS = {"customer_id": "varchar", "recency_days": "bigint", "orders": "bigint", "spend": "decimal(18, 2)"}
LEAST = {"almost all": 0.7, "most": 0.5, "many": 0.3, "some": 0.1}
"""The share of all customers that each word must hold against, at the least."""
CLAIMS = {
    "silent longer than": ("recency_days", lambda theirs, others: others < theirs),
    "more recent than": ("recency_days", lambda theirs, others: others > theirs),
    "no less recent than": ("recency_days", lambda theirs, others: others >= theirs),
    "more orders than": ("orders", lambda theirs, others: others < theirs),
    "fewer orders than": ("orders", lambda theirs, others: others > theirs),
    "no more orders than": ("orders", lambda theirs, others: others >= theirs),
    "more spend than": ("spend", lambda theirs, others: others < theirs),
    "less spend than": ("spend", lambda theirs, others: others > theirs),
    "no more spend than": ("spend", lambda theirs, others: others >= theirs),
}
MIDDLES = {
    "neither the most nor the least recent": "recency_days",
    "a middling number of orders": "orders",
    "a middling spend": "spend",
}


def fitted(engine, axes=AXES, **settings):
    ground = Ground("rfm", engine.table("people"), axes, AS_OF, 0, "UTC", "GBP")
    made = Rfm(**settings).fit(ground, engine)
    engine.make("assignments", {step.name: step for step in made.steps("people", AS_OF)})
    return made


def claims(meaning):
    """The comparisons in a meaning, each with its noun: "no more orders and less spend than most" is two."""
    if meaning == EVERYBODY:
        return
    spelt = re.sub(r"(orders|spend) and ([a-z ]+) than ([a-z ]+)$", r"\1 than \3 and \2 than \3", meaning)
    both = r"(orders|spend)( than \w+(?: all)?) but (no more|fewer|less) than"
    spelt = re.sub(both, r"\1\2 but \3 \1 than", spelt)
    left = spelt
    for words in sorted(CLAIMS, key=len, reverse=True):
        for quantity in LEAST:
            if (said := f"{words} {quantity}") in left:
                left = left.replace(said, "")
                yield words, quantity
    for words in MIDDLES:
        if words in left:
            left = left.replace(words, "")
            yield words, ""
    assert not re.search(r"[a-z]", re.sub(r"\b(with|and|but)\b", "", left)), f"{left!r} of {meaning!r}"


def every_claim_holds(engine, made) -> int:
    """How many comparisons of segments with customers in them were checked."""
    checked = 0
    for segment in made.segments:
        for words, quantity in claims(segment.meaning):
            name = MIDDLES.get(words) or CLAIMS[words][0]
            everyone = dict(engine.rows(f"select {quoted(name)}, count(*) from people group by all"))
            ((least, most),) = engine.rows(
                f"select min({quoted(name)}), max({quoted(name)}) from people "
                f"join assignments using (customer_id) where segment_id = '{segment.id}'"
            )
            # A comparison that holds at both ends holds between them.
            for theirs in (least, most) if least is not None else ():
                checked += 1
                assert holds(words, quantity, theirs, everyone), (segment.name, segment.meaning, theirs)
    return checked


def holds(words, quantity, theirs, everyone) -> bool:
    customers = sum(everyone.values())

    def share(is_so):
        return sum(count for value, count in everyone.items() if is_so(value)) / customers

    if not quantity:
        return share(lambda other: other < theirs) >= 0.1 and share(lambda other: other >= theirs) >= 0.1
    compare = CLAIMS[words][1]
    return share(lambda other: compare(theirs, other)) >= LEAST[quantity]


@pytest.fixture
def engine():
    with Engine(threads=2) as made:
        yield made


def people(engine, rows):
    engine.values("people", KINDS, rows)


@pytest.mark.parametrize("axes", [AXES, AXES[:2]], ids=["amounts", "days only"])
def test_every_comparison_holds_for_every_customer_of_the_segment(engine, axes):
    chance = Random(4)
    people(
        engine,
        [(f"C{n}", chance.randrange(365), 1 + int(chance.expovariate(0.3)), Decimal(chance.randrange(9999)))
         for n in range(1500)],
    )  # fmt: skip
    assert every_claim_holds(engine, fitted(engine, axes)) > 30


@pytest.mark.parametrize("axes", [AXES, AXES[:2]], ids=["amounts", "days only"])
def test_no_comparison_is_false_where_most_customers_are_tied(engine, axes):
    """Seven in ten ordered on one day, seven in ten once, seven in ten for one price: nobody is "fewer"."""
    chance = Random(5)
    for recent, frequent in ((5, 90), (90, 5)):
        rows = [
            (f"C{n}", recent if chance.random() < 0.7 else frequent, 1 if chance.random() < 0.7 else 3,
             Decimal(10) if chance.random() < 0.7 else Decimal(chance.choice([-5, 90])))
            for n in range(600)
        ]  # fmt: skip
        people(engine, rows)
        made = fitted(engine, axes)
        assert every_claim_holds(engine, made) > 5
        assert not any("fewer orders than most" in each.meaning for each in made.segments)


OWN = {"A": "R 2, F 1-2, M 2", "B": "R 2", "C": "F 3", "D": "R 1, M 1"}


@pytest.mark.parametrize("axes", [AXES, AXES[:2]], ids=["amounts", "days only"])
@pytest.mark.parametrize(
    "settings",
    [
        {"scheme": "five"},
        *({"bands": bands, "grid": OWN} for bands in (3, 4, 7, 10)),
        {"cuts": {"recency_days": [3, 360], "orders": [0, 2, 40], "spend": [200, 9990]}, "grid": OWN},
    ],
    ids=str,
)
def test_every_comparison_holds_with_other_bands_and_with_cuts_set_by_hand(engine, axes, settings):
    if len(axes) < 3 and "cuts" in settings:
        settings = {**settings, "grid": {"A": "R 2, F 1-2", "B": "R 2", "C": "F 3"}}
    chance = Random(6)
    people(
        engine,
        [(f"C{n}", chance.choice([5, chance.randrange(365)]), 1 + int(chance.expovariate(0.5)),
          Decimal(chance.randrange(9999)))
         for n in range(700)],
    )  # fmt: skip
    made = fitted(engine, axes, **settings)
    assert every_claim_holds(engine, made) > 5
    assert "than ," not in str([each.meaning for each in made.segments])


def test_a_total_score_is_told_by_how_many_lie_below_and_above_it(engine):
    # Three, three, two and two customers from the worst range to the best, apart on all three axes.
    rows = [(f"C{n}", 10 - n, n, Decimal(n)) for n in range(10)]
    people(engine, rows)
    edges = [3, 6, 8]
    cuts = {"recency_days": [10 - n for n in reversed(edges)], "orders": [n - 1 for n in edges]}
    made = fitted(engine, scheme="sum", cuts={**cuts, "spend": cuts["orders"]})
    told = {each.id: each.meaning for each in made.segments}
    assert told == {
        "champions": "a total score above that of almost all",
        "loyal_customers": "a total score above that of most and below that of some",
        "need_attention": "a total score above that of many and below that of many",
        "hibernating": "a total score below that of almost all",
    }


@pytest.mark.parametrize("axes", [AXES, AXES[:2]], ids=["amounts", "days only"])
def test_no_two_segments_mean_the_same_and_none_speaks_of_what_was_not_measured(engine, axes):
    people(engine, [(f"C{n}", n % 331, 1 + n % 7, Decimal(n * n % 977)) for n in range(900)])
    meanings = [each.meaning for each in fitted(engine, axes).segments]
    assert len(set(meanings)) == len(meanings)
    assert all(meanings)
    assert not re.search(r"\d", " ".join(meanings))
    assert any("spend" in each for each in meanings) == (len(axes) == 3)


def test_champions_and_lost_are_told_as_anyone_would_see_them(engine):
    people(engine, [(f"C{n}", n, 101 - n, Decimal(5 * (101 - n))) for n in range(1, 101)])
    told = {each.id: each.meaning for each in fitted(engine).segments}
    assert told["champions"] == "more recent than most, with more orders and more spend than most"
    assert told["lost"] == "silent longer than almost all, with less spend than most"
    assert told["new_customers"] == "more recent than many, with fewer orders and less spend than most"


@pytest.mark.parametrize("axes", [AXES, AXES[:2]], ids=["amounts", "days only"])
def test_every_comparison_holds_on_online_retail(engine, shared_data, axes):
    path = shared_data("online_retail/online_retail.parquet")
    engine.create(
        "people",
        "select cast(CustomerID as varchar) as customer_id, "
        "date_diff('day', cast(max(InvoiceDate) as date), date '2011-12-09') as recency_days, "
        "count(distinct InvoiceNo) as orders, cast(sum(Quantity * UnitPrice) as decimal(18, 2)) as spend "
        f"from '{path}' where CustomerID is not null and Quantity > 0 group by all",
    )
    assert every_claim_holds(engine, fitted(engine, axes)) > 30


@pytest.mark.parametrize("axes", [AXES, AXES[:2]], ids=["amounts", "days only"])
def test_every_comparison_holds_on_cdnow(engine, shared_data, axes):
    path = shared_data("cdnow/cdnow_master.parquet")
    engine.create(
        "people",
        "select customer_id, date_diff('day', max(date), date '1998-06-30') as recency_days, "
        f"count(*) as orders, cast(sum(amount) as decimal(18, 2)) as spend from '{path}' group by all",
    )
    assert every_claim_holds(engine, fitted(engine, axes)) > 30
