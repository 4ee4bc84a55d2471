"""What fitting anew would move, and how much of it is chance: held against fits on other customers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.validate.days import CAUSES, DAY, SHOP, fitted, habits, ids, lay, segments_of, shop

from regulars.engine import Engine
from regulars.errors import NotReady
from regulars.segment.methods import Ground, chosen
from regulars.validate import refitting
from regulars.validate.refitting import AGED_DAYS, refit
from regulars.validate.stability import Stability
from regulars.validate.stability_file import as_json
from regulars.validate.stability_limits import exceeded
from regulars.validate.stability_words import headline, words
from regulars.validation_settings import StabilityLimits


@pytest.fixture(scope="module")
def engine():
    with Engine(threads=1) as made:
        yield made


@pytest.fixture(autouse=True)
def few_draws(monkeypatch):
    """Half of the draws tell as much here."""
    monkeypatch.setattr(refitting, "DRAWS", 10)


def ground(engine, people, features, seed=0):
    table = engine.put("today", {"customer_id": ids(people), **people})
    return Ground("made", table, features, DAY, seed, "UTC", "EUR")


def told_of(made, found):
    return words(Stability(found.customers, made.segments, None, found), made.version, None)


def refitted(engine, people, features, definition=None, **how):
    made = definition or fitted(engine, people, features, **how)
    return refit(engine, chosen("made", how), made, ground(engine, people, features)), made


def test_as_many_change_by_refitting_alone_as_between_fits_on_two_draws_of_the_same_market(engine):
    """The truth: two shops' worth of customers from one market, fitted apart; the first by both."""
    true, told = [], []
    for trial in range(3):
        chance = np.random.default_rng(trial)
        one, other = shop(chance, 1500), shop(chance, 1500)
        found, made = refitted(engine, one, SHOP, method="rfm")
        elsewhere = fitted(engine, other, SHOP, method="rfm")
        true.append(np.mean(segments_of(engine, made, one) != segments_of(engine, elsewhere, one)))
        told.append(found.floor.mean)
        assert found.today == 0
        assert found.floor.low <= found.floor.mean <= found.floor.high
    assert 0.6 < np.mean(told) / np.mean(true) < 1.7


def test_groups_that_lie_apart_move_hardly_anybody_and_those_that_overlap_many(engine):
    apart, _ = refitted(engine, habits(np.random.default_rng(1), 300, 4), CAUSES, method="kmeans", k=4)
    close, _ = refitted(engine, habits(np.random.default_rng(1), 300, 1), CAUSES, method="kmeans", k=4)
    assert apart.floor.mean < 0.05 < close.floor.mean
    assert set(apart.segments) == {"s1", "s2", "s3", "s4"}
    assert apart.draws == 10


def test_the_more_customers_the_less_chance_moves(engine):
    few, _ = refitted(engine, shop(np.random.default_rng(1), 300), SHOP, method="rfm")
    many, _ = refitted(engine, shop(np.random.default_rng(1), 5000), SHOP, method="rfm")
    assert many.floor.mean < few.floor.mean / 2


def test_customers_who_changed_move_more_than_chance_and_that_is_told(engine):
    then = shop(np.random.default_rng(1), 3000)
    now = dict(then, recency_days=then["recency_days"] * 2 + 30)
    made = fitted(engine, then, SHOP, method="rfm")
    found, _ = refitted(engine, now, SHOP, definition=made, method="rfm")
    lay(engine, made, "x", now)
    assert found.today > found.most > found.floor.high
    told = told_of(made, found)
    more = next(each for each in told if each.startswith("Fitted anew on this day"))
    assert "more than in any of the" in more
    assert "since it was fitted" not in more, "it was fitted on this very day"
    aged = replace(found, since=AGED_DAYS)
    (more,) = [each for each in told_of(made, aged) if each.startswith("Fitted anew on this day")]
    assert more.endswith("so that the 7 days since it was fitted may have moved it.")
    for other in (replace(aged, since=-30), replace(aged, today=aged.most)):
        assert not other.has_aged
        assert not any("since it was fitted" in each for each in told_of(made, other))
    assert any("of the same customers" in each and "refitting alone" in each for each in told)


def test_constants_set_by_hand_stand_still(engine):
    how = {"method": "rfm", "cuts": {"recency_days": [30, 90], "orders": [1, 3], "spend": [50, 200]}}
    how |= {"bands": 3, "scheme": "sum"}
    found, made = refitted(engine, shop(np.random.default_rng(1), 400), SHOP, **how)
    assert found.is_still
    held = Stability(400, made.segments, None, found)
    assert headline(held, 0) == "The same segments would come back: no draw of these customers moves them."
    assert "nothing is fitted that customers could move" in " ".join(words(held, 1, None))


def test_the_order_of_rows_and_threads_move_nothing_and_the_seed_names_the_draws(engine):
    people = shop(np.random.default_rng(3), 400)
    method, made = chosen("made", {"method": "rfm"}), fitted(engine, people, SHOP, method="rfm")
    found = refit(engine, method, made, ground(engine, people, SHOP))
    turned = np.random.default_rng(8).permutation(400)
    with Engine(threads=2) as other:
        table = {"customer_id": ids(people)[turned], **{name: each[turned] for name, each in people.items()}}
        shuffled = Ground("made", other.put("today", table), SHOP, DAY, 0, "UTC", "EUR")
        assert refit(other, method, made, shuffled) == found
    assert refit(engine, method, made, ground(engine, people, SHOP, seed=1)).floor != found.floor


def test_a_bounded_sample_is_drawn_from_and_said_to_be(engine, monkeypatch):
    people = shop(np.random.default_rng(3), 600)
    method, made = chosen("made", {"method": "rfm"}), fitted(engine, people, SHOP, method="rfm")
    monkeypatch.setattr(type(method), "refit_customers", 200)
    found = refit(engine, method, made, ground(engine, people, SHOP))
    assert (found.customers, found.sample, found.today) == (600, 200, 0)
    held = Stability(600, made.segments, None, found)
    assert "200 of 600 customers" in " ".join(words(held, 1, None))
    draws = as_json(held, StabilityLimits(), 0)["draws"]
    assert draws == [{"measure": "refit", "seeds": ["0:refit:{draw}"], "draws": 10, "customers": 200}]


def test_what_is_left_in_the_engine_is_what_was_there(engine):
    people = shop(np.random.default_rng(3), 300)
    ground(engine, people, SHOP)
    made = fitted(engine, people, SHOP, method="rfm")
    before = engine.tables()
    refitted(engine, people, SHOP, definition=made, method="rfm")
    assert engine.tables() == before


def test_a_limit_of_what_chance_may_move_is_passed(engine):
    found, made = refitted(engine, shop(np.random.default_rng(1), 300), SHOP, method="rfm")
    held = Stability(300, made.segments, None, found)
    (finding,) = exceeded(held, StabilityLimits(refit_share=0.001), "rfm")
    assert finding.where == "rfm.refit"
    assert finding.what.endswith("The limit is 0.1%.")
    assert list(exceeded(held, StabilityLimits(), "rfm")) == []


def test_customers_that_cannot_carry_a_fit_are_told_as_such(engine):
    people = habits(np.random.default_rng(1), 300)
    made = fitted(engine, people, CAUSES, method="kmeans", k=4)
    alike = {each.name: np.tile([0.0, 1.0], 150) for each in CAUSES}
    with pytest.raises(NotReady, match="differ in fewer than 4 ways"):
        refitted(engine, alike, CAUSES, definition=made, method="kmeans", k=4)
