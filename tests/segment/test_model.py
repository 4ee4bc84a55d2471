"""Models: other segmentations' segments learnt from other features, with how far that can be relied on."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from regulars.engine import Engine
from regulars.errors import NotReady, SettingsError
from regulars.segment.definition import Definition
from regulars.segment.methods import Ground, Method, chosen, in_order
from regulars.segment.methods.model import Model
from regulars.segment.methods.rules import Rules
from regulars.types import Feature

AS_OF = date(2024, 6, 30)
KINDS = {
    "customer_id": "varchar", "spend": "decimal(18, 2)", "visits": "bigint", "share": "double",
    "region": "varchar", "age": "bigint", "noise": "double",
}  # fmt: skip
FEATURES = (
    Feature("spend", "Net spend", "currency", "outcome", ""),
    Feature("visits", "Visits", "count", "cause", ""),
    Feature("share", "Share", "share", "cause", ""),
    Feature("region", "Region", "category", "attribute", ""),
    Feature("age", "Age", "years", "attribute", "", protected="age"),
    Feature("noise", "Noise", "ratio", "cause", ""),
)
BIG = {"segments": [{"name": "Big", "when": "spend > 100"}], "rest": "Small"}


def people(count: int = 1200, *, told: float = 0.9):
    """Who comes from the North is a big spender, nine times of ten; share and noise say nothing."""
    chance = random.Random("model")
    for number in range(count):
        region = chance.choice(["North", "South", None])
        is_big = (region == "North") == (chance.random() < told)
        spend = Decimal(chance.randrange(15_000, 90_000) if is_big else chance.randrange(0, 9_000)) / 100
        visits = 2 + chance.randrange(5) + (3 if is_big else 0)
        share, noise, age = chance.random(), chance.random(), chance.randrange(18, 90)
        yield (f"C{number:05d}", spend, visits, share, region, age, noise)


@pytest.fixture(scope="module")
def engine():
    with Engine(threads=1) as made:
        made.values("people", KINDS, people())
        yield made


def ground(engine: Engine, table: str = "people", of: Method | None = None, features=FEATURES) -> Ground:
    bare = Ground("guess", engine.table(table), features, AS_OF, 0, "UTC", "GBP")
    labels = (of or Rules(**BIG)).fit(replace(bare, name="tiers"), engine)
    return replace(bare, definitions={"tiers": labels})


def fitted(engine: Engine, **settings) -> Definition:
    return Model(of="tiers", **settings).fit(ground(engine), engine)


@pytest.mark.parametrize("kind", ["tree", "logistic"])
def test_a_model_finds_what_tells_the_segments_apart(engine: Engine, kind: str) -> None:
    made = fitted(engine, kind=kind, features=("region",))
    told = made.choice["model"]
    assert (made.score({"region": "North"}).segment_id, made.score({"region": "South"}).segment_id) == (
        "big", "small",
    )  # fmt: skip
    assert made.score({"region": "North"}).probability == pytest.approx(0.9, abs=0.03)
    assert told["low"] < 0.9 < told["high"]
    assert told["guess_share"] == pytest.approx(0.63, abs=0.05)
    assert told["customers"] + made.fitted["learnt_from"] == 1200
    assert told["customers"] == pytest.approx(300, abs=40)
    assert made.notes == ()


def test_segments_are_those_of_the_labels_with_rules_of_the_models_own(engine: Engine) -> None:
    made = fitted(engine, features=("region",))
    assert [(each.id, each.name) for each in made.segments] == [("big", "Big"), ("small", "Small")]
    assert made.segment("big").rule == "region is 'North'"
    assert made.segment("small").rule == "region is not 'North' or region is unknown"
    assert made.segment("big").meaning == "look like Big of tiers"


def test_by_default_no_feature_of_the_labels_themselves_no_outcome_and_nothing_protected_is_used(
    engine: Engine,
) -> None:
    assert fitted(engine).choice["model"]["features"] == ["visits", "share", "region", "noise"]
    by_visits = Rules(segments=[{"name": "Often", "when": "visits > 5"}])
    made = Model(of="tiers").fit(ground(engine, of=by_visits), engine)
    assert made.choice["model"]["features"] == ["share", "region", "noise"]


KIN = {"share": ("brands",), "visits": ("brands", "times"), "noise": ("times",)}
BY_SHARE = Rules(segments=[{"name": "Mostly", "when": "share > 0.5"}])


def kindred(engine: Engine, **settings) -> Definition:
    akin = tuple(replace(each, kin=KIN.get(each.name, ())) for each in FEATURES)
    return Model(of="tiers", **settings).fit(ground(engine, of=BY_SHARE, features=akin), engine)


def test_what_is_measured_on_the_same_things_as_the_labels_is_left_out_and_that_is_told(
    engine: Engine,
) -> None:
    made = kindred(engine, kind="logistic")
    assert made.choice["model"]["features"] == ["region", "noise"], "kin of kin are strangers"
    told = made.notes[0]
    assert "left out features that tiers itself is made from (share)" in told.what
    assert "measured on the same things as those of tiers (brands: visits)" in told.what


def test_what_is_measured_on_the_same_things_is_used_where_it_is_named_and_that_is_told(
    engine: Engine,
) -> None:
    made = kindred(engine, kind="logistic", features=("visits", "noise"))
    assert made.choice["model"]["features"] == ["visits", "noise"]
    assert (
        "used features measured on the same things as those of tiers (brands: visits)" in made.notes[0].what
    )


def test_a_feature_of_the_labels_themselves_is_used_where_it_is_named_and_that_is_told(
    engine: Engine,
) -> None:
    made = fitted(engine, features=("spend",), allow_outcomes="to see that it can")
    assert made.choice["model"]["accuracy"] > 0.99
    assert re.fullmatch(r"spend is more than [\d.]+", made.segment("big").rule)
    assert ["found the same cut points again" in note.what for note in made.notes] == [False, True]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"features": ("spend",)}, "allow_outcomes"),
        ({"features": ("age",)}, "allow_protected"),
        ({"features": ("regoin",)}, "Did you mean 'region'?"),
    ],
)
def test_what_may_not_be_used_is_refused(engine: Engine, settings, said: str) -> None:
    with pytest.raises(SettingsError, match=said.replace("?", r"\?")):
        fitted(engine, **settings)


def test_a_model_without_a_clue_is_refused_or_told_to_be_a_guess(engine: Engine) -> None:
    with pytest.raises(NotReady, match="by more than chance: a model could only guess"):
        fitted(engine, features=("noise", "share"))
    made = fitted(engine, kind="logistic", features=("noise", "share"))
    (note,) = made.notes
    assert note.severity == "warning"
    assert "no better than guessing" in note.what
    assert "always saying Small" in note.what


def test_the_customers_held_out_are_not_learnt_from(engine: Engine) -> None:
    """Turning the labels of the held-out customers round changes the figures and not the rule."""
    digits = "right(md5(customer_id), 4) < '4000'"
    turned = f"case when ({digits}) = (spend > 100) then 1.00 else 900.00 end"
    engine.create("turned", f"select * replace (cast({turned} as decimal(18, 2)) as spend) from people")
    straight = fitted(engine, features=("region",))
    made = Model(of="tiers", features=("region",)).fit(ground(engine, "turned"), engine)
    assert made.rule == straight.rule
    right, wrong = (each.choice["model"]["accuracy"] for each in (straight, made))
    assert right + wrong == pytest.approx(1)


def test_labels_of_too_few_customers_are_not_learnt_and_that_is_told(engine: Engine) -> None:
    tiers = {"segments": [{"name": "Few", "when": "top 0.5 % by spend"}, *BIG["segments"]], "rest": "Small"}
    for kind in ("tree", "logistic"):
        made = Model(of="tiers", kind=kind, features=("region",)).fit(
            ground(engine, of=Rules(**tiers)), engine
        )
        assert made.segment("few").rule.startswith("nobody: ")
        assert any("Too few customers of Few" in note.what for note in made.notes)


def test_too_little_to_learn_from_is_refused_with_the_reason(engine: Engine) -> None:
    one = Rules(segments=[{"name": "All", "when": "spend >= 0"}])
    with pytest.raises(NotReady, match="one segment of tiers has more than ten customers"):
        Model(of="tiers").fit(ground(engine, of=one), engine)
    engine.create("few", "select * from people order by customer_id limit 15")
    with pytest.raises(NotReady, match="has more than ten customers to learn from"):
        Model(of="tiers").fit(ground(engine, "few"), engine)
    own = [each for each in FEATURES if each.name == "visits"]
    by_visits = Rules(segments=[{"name": "Often", "when": "visits > 5"}])
    with pytest.raises(NotReady, match="no cause or attribute is left to learn from"):
        Model(of="tiers").fit(ground(engine, of=by_visits, features=own), engine)


def test_a_number_that_newcomers_lack_speaks_by_being_unknown() -> None:
    """Half have a gap, which says nothing; who has none is always small."""
    rows = [
        (f"C{n:04d}", Decimal(500 if n % 2 else 1), None if n % 2 == 0 else (n * 7) % 50, 0.5, None, 1, 0.5)
        for n in range(800)
    ]
    with Engine(threads=1) as engine:
        engine.values("people", KINDS, rows)
        for kind in ("tree", "logistic"):
            made = Model(of="tiers", kind=kind, features=("visits",)).fit(ground(engine), engine)
            assert made.choice["model"]["accuracy"] == 1
            assert made.score({"visits": None}).segment_id == "small"


def test_a_model_that_goes_by_who_is_known_says_so() -> None:
    """A table of customers that has the big spenders alone: being in it says all, its content nothing."""
    regions = ["North", "South"]
    rows = [
        (f"C{n:04d}", Decimal(500 if n % 2 else 1), 1, 0.5, regions[n // 2 % 2] if n % 2 else None, 1, 0.5)
        for n in range(800)
    ]
    with Engine(threads=1) as engine:
        engine.values("people", KINDS, rows)
        for kind in ("tree", "logistic"):
            made = Model(of="tiers", kind=kind, features=("region",)).fit(ground(engine), engine)
            (note,) = [each for each in made.notes if each.where == "guess.features"]
            assert "goes by whether region is known at all" in note.what


def test_a_model_stands_on_the_definition_that_it_learnt(engine: Engine) -> None:
    one = ground(engine)
    other = ground(engine, of=Rules(segments=[{"name": "Big", "when": "spend > 101"}], rest="Small"))
    first, second = (Model(of="tiers", features=("region",)).fit(each, engine) for each in (one, other))
    assert first.ground["labels.tiers"] == one.definitions["tiers"].digest
    assert first.ground != second.ground


def methods(**of: str) -> dict[str, Method]:
    """Methods by name: a model of the one named, or RFM where none is."""
    asked = {
        name: {"method": "model", "of": each} if each else {"method": "rfm"} for name, each in of.items()
    }
    return {name: chosen(name, each) for name, each in asked.items()}


def test_models_are_fitted_after_what_they_learn_from() -> None:
    assert list(in_order(methods(second="first", first="rfm", rfm=""))) == ["rfm", "first", "second"]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"guess": "rmf", "rfm": ""}, "segmentations.guess.of: there is no segmentation 'rmf' .* mean 'rfm'"),
        ({"guess": "guess", "rfm": ""}, "it would learn from itself: guess learns from guess"),
        ({"a": "b", "b": "a"}, "it would learn from itself: a learns from b learns from a"),
        ({"guess": "rfm"}, "Add one that it can learn from"),
    ],
)
def test_learning_from_nothing_or_in_a_circle_is_refused(asked, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        in_order(methods(**asked))
