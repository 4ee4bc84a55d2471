"""The method rules: from settings to segments, with what each rule takes and which take nobody."""

from datetime import date
from decimal import Decimal
from random import Random

import pytest

from regulars.engine import Engine
from regulars.errors import NotReady, SettingsError
from regulars.segment.methods import Ground, chosen
from regulars.segment.slugs import slug
from regulars.types import Feature

AS_OF = date(2024, 6, 30)
NAMES = ("recency_days", "orders", "spend", "gap_days")
FEATURES = tuple(Feature(name, "", "", "outcome", "") for name in NAMES)
KINDS = {
    "customer_id": "varchar", "recency_days": "bigint", "orders": "bigint", "spend": "decimal(38, 4)",
    "gap_days": "double",
}  # fmt: skip


@pytest.fixture
def engine():
    with Engine(threads=2) as made:
        yield made


def hundred():
    """C1 to C100: each a day, an order and a pound more than the one before; half with a known gap."""
    return [(f"C{n}", n, n, Decimal(n), n / 10 if n % 2 else None) for n in range(1, 101)]


def asked(*rules, **more):
    segments = [{"name": name, "when": when} for name, when in rules]
    return chosen("tiers", {"method": "rules", "segments": segments, **more})


def fit(engine, *rules, rows=None, **more):
    table = engine.values("people", KINDS, hundred() if rows is None else rows)
    ground = Ground("tiers", table, FEATURES, AS_OF, 0, "UTC", "GBP")
    return asked(*rules, **more).fit(ground, engine)


def cut(definition):
    return definition.rule.rules[0][1].cut


# --- ranks ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rank", "value"),
    [
        ("top 10 % by spend", 91), ("bottom 10 % by spend", 10), ("top 100 % by spend", 1),
        ("top 0.5 % by orders", 100), ("top 10.1 % by spend", 90),
        # Fifty customers have a gap: 0.1, 0.3 … 9.9; a tenth of them are five.
        ("top 10 % by gap_days", "9.1"), ("bottom 10 % by gap_days", "0.9"),
    ],
)  # fmt: skip
def test_a_rank_is_cut_where_one_would_count_by_hand(engine, rank, value):
    assert cut(fit(engine, ("Some", rank))) == Decimal(value)


def test_equal_customers_are_all_in_and_it_is_said(engine):
    rows = [(f"C{n}", n, 1 if n <= 70 else n, Decimal(n), None) for n in range(1, 101)]
    fitted = fit(engine, ("Few orders", "bottom 20 % by orders"), rows=rows)
    assert cut(fitted) == 1
    assert fitted.choice["rules"][0]["left"] == 70
    (note,) = fitted.notes
    assert note.severity == "note"
    assert note.what == (
        "bottom 20 % by orders takes 70% of those whose orders is known, because many share the value 1."
    )


def test_unknown_is_neither_top_nor_bottom(engine):
    fitted = fit(engine, ("Top", "top 100 % by gap_days"), ("Bottom", "bottom 100 % by gap_days"))
    assert fitted.score({"gap_days": None}).segment_id == "everyone_else"
    assert [each["left"] for each in fitted.choice["rules"]] == [50, 0]
    assert fitted.choice["rest"]["left"] == 50


def test_a_cut_of_many_digits_loses_none(engine):
    rows = [("C1", 1, 1, Decimal("1234567890123456789012345678901234.5678"), 0.12345678901234566)]
    assert str(cut(fit(engine, ("Top", "top 1 % by spend"), rows=rows))) == str(rows[0][3])
    slow = fit(engine, ("Top", "top 1 % by gap_days"), rows=rows)
    ((kept,),) = engine.rows("select gap_days from people")
    assert float(cut(slow)) == kept
    engine.make("assignments", {step.name: step for step in slow.steps("people", AS_OF)})
    assert engine.rows("select segment_id from assignments") == [("top",)]


def test_what_is_no_number_has_no_rank(engine):
    table = engine.values("people", KINDS, hundred())
    engine.execute("insert into people values ('N', 1, 1, 1, 'nan'), ('I', 1, 1, 1, 'inf')")
    ground = Ground("tiers", table, FEATURES, AS_OF, 0, "UTC", "GBP")
    assert cut(asked(("Top", "top 2 % by gap_days")).fit(ground, engine)) == Decimal("9.9")


def test_shuffled_customers_give_the_same_document(engine):
    rules = [("Top", "top 7 % by gap_days"), ("Low", "bottom 33.3 % by spend"), ("Old", "recency_days > 50")]
    first = fit(engine, *rules)
    rows = hundred()
    Random(3).shuffle(rows)
    assert fit(engine, *rules, rows=rows).digest == first.digest


# --- what each rule takes -------------------------------------------------------------------------


def test_the_preview_counts_each_rule_alone_and_of_those_left(engine):
    fitted = fit(
        engine,
        ("VIP", "spend > 60"),
        ("Frequent", "orders > 30"),
        ("Early", "recency_days <= 15"),
        rest="Middle",
    )
    assert fitted.choice["customers"] == 100
    counted = [(each["segment_id"], each["alone"], each["left"]) for each in fitted.choice["rules"]]
    assert counted == [("vip", 40, 40), ("frequent", 70, 30), ("early", 15, 15)]
    assert fitted.choice["rest"] == {"segment_id": "middle", "left": 15}
    assert fitted.notes == ()


def test_ten_customers_or_fewer_are_not_counted_out_nor_left_to_be_worked_out(engine):
    fitted = fit(engine, ("Few", "spend > 95"), ("Some", "spend > 80"), ("Many", "spend > 40"))
    few, some, many = fitted.choice["rules"]
    assert (few["alone"], few["left"]) == (None, None)
    assert (some["alone"], some["left"]) == (None, None)
    assert (many["alone"], many["left"]) == (60, 40)


def test_a_rule_that_takes_nobody_is_told_with_the_reason(engine):
    fitted = fit(
        engine,
        ("VIP", "spend > 60"),
        ("Frequent", "orders > 30"),
        ("Big", "spend > 80 and orders > 50"),
        ("Spread", "spend > 40"),
        ("Ghosts", "orders = 0"),
    )
    assert [(each.severity, each.where) for each in fitted.notes] == [
        ("warning", "segmentations.tiers.big"),
        ("warning", "segmentations.tiers.spread"),
        ("warning", "segmentations.tiers.ghosts"),
    ]
    assert fitted.notes[0].what == (
        "Big is never reached: every customer who meets its rule is taken before it, by VIP."
    )
    assert "by VIP, Frequent" in fitted.notes[1].what
    assert fitted.notes[2].what == "No customer meets the rule of Ghosts (orders = 0)."


def test_outcomes_may_be_used_and_segments_are_told_in_order(engine):
    fitted = fit(engine, ("Big spenders", "top 10 % by spend and recency_days <= 95"))
    assert [(each.id, each.name, each.rule) for each in fitted.segments] == [
        (
            "big_spenders",
            "Big spenders",
            "rule 1: spend is at least 91 (top 10 %) and recency_days is at most 95",
        ),
        ("everyone_else", "Everyone else", "all others: rule 1 does not hold"),
    ]
    assert fitted.choice["cuts"] == [
        {"segment_id": "big_spenders", "rank": "top 10 % by spend", "cut": fitted.choice["cuts"][0]["cut"]}
    ]


# --- settings -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "segments: it must be set"),
        ({"segments": []}, "at least one"),
        ({"segments": [{"name": f"R{n}x", "when": "a > 1"} for n in range(51)]}, "at most 50 items"),
        ({"segments": [{"name": "VIP", "wen": "a > 1"}]}, "segments.0.wen: .*Did you mean 'when'?"),
        ({"segmnts": []}, "segmnts: .*Did you mean 'segments'?"),
        ({"segments": [{"name": "VIP", "when": "a > 1"}], "rests": "x"}, "Did you mean 'rest'?"),
        (
            {"segments": [{"name": "VIP", "when": "spend >"}]},
            "segments.0.when: at character 8: expected a number",
        ),
        ({"segments": [{"name": "VIP", "when": True}]}, "segments.0.when: .*valid string"),
        ({"segments": [{"name": " ", "when": "a > 1"}]}, "segments.0.name: .*at least 1 character"),
        ({"segments": [{"name": "n" * 61, "when": "a > 1"}]}, "segments.0.name: .*at most 60 characters"),
        ({"segments": [{"name": "a\nb", "when": "a > 1"}]}, "characters that can be seen"),
        (
            {"segments": [{"name": n, "when": "a > 1"} for n in ("VIP", "vip!")]},
            "'VIP' and 'vip!' are too alike",
        ),
        (
            {"segments": [{"name": "Rest", "when": "a > 1"}], "rest": "Rest"},
            "'Rest' and 'Rest' are too alike",
        ),
    ],
)
def test_a_fault_of_the_settings_is_told_with_its_place(settings, message):
    with pytest.raises(SettingsError, match=message):
        chosen("tiers", {"method": "rules", **settings})


def test_every_feature_that_is_not_there_is_told_at_once_with_the_near_name(engine):
    with pytest.raises(SettingsError) as refused:
        fit(engine, ("VIP", "spnd > 1"), ("Old", "recency_days > 9"), ("Often", "orders > 1 and ordrs < 9"))
    assert refused.value.found == (
        "segments.0.when (VIP): at character 1: this data has no feature 'spnd'. Did you mean 'spend'?; "
        "segments.2.when (Often): at character 16: this data has no feature 'ordrs'. Did you mean 'orders'?"
    )
    assert refused.value.remedy == "Features of this data: recency_days, orders, spend, gap_days."


def test_the_key_of_the_table_is_no_feature(engine):
    with pytest.raises(SettingsError, match="no feature 'customer_id'"):
        fit(engine, ("One", "customer_id = 1"))


def test_a_condition_on_what_protects_people_needs_a_reason(engine):
    table = engine.values("people", {"customer_id": "varchar", "sex": "varchar"}, [("C1", "f"), ("C2", "m")])
    protected = Feature("sex", "Sex", "category", "attribute", "", protected="sex is protected by law")
    ground = Ground("tiers", table, (protected,), AS_OF, 0, "UTC", "GBP")
    with pytest.raises(SettingsError, match="must not be told apart by what protects them .sex: sex is"):
        asked(("Women", "sex = 'f'")).fit(ground, engine)
    fitted = asked(("Women", "sex = 'f'"), allow_protected="an audit of equal pay").fit(ground, engine)
    assert [note.severity for note in fitted.notes] == ["warning"]
    assert "an audit of equal pay" in fitted.notes[0].what
    assert fitted.rule.score({"sex": "f"}).segment_id == "women"


def test_text_and_number_are_told_apart_once_there_is_data(engine):
    kinds = {"customer_id": "varchar", "region": "varchar", "orders": "bigint"}
    table = engine.values("people", kinds, [(f"C{n}", "NS"[n % 2], n) for n in range(20)])
    features = tuple(Feature(name, "", "", "attribute", "") for name in ("region", "orders"))
    ground = Ground("tiers", table, features, AS_OF, 0, "UTC", "GBP")
    with pytest.raises(SettingsError) as refused:
        asked(("A", "region = 5"), ("B", "orders = 'N'")).fit(ground, engine)
    assert "segments.0.when (A): at character 10: region is text" in refused.value.found
    assert "segments.1.when (B): at character 10: orders is a number; 'N' is text" in refused.value.found
    fitted = asked(("North", "region = 'N' and orders > 1")).fit(ground, engine)
    assert fitted.rule.text_features == ("region",)
    assert fitted.segments[0].rule == "rule 1: region is 'N' and orders is more than 1"


def test_nobody_is_refused_and_so_is_a_rank_by_what_is_never_known(engine):
    with pytest.raises(NotReady, match="there are no customers to put in segments"):
        fit(engine, ("VIP", "spend > 1"), rows=[])
    rows = [(f"C{n}", n, n, Decimal(n), None) for n in range(5)]
    with pytest.raises(NotReady, match="gap_days is known for no customer, so nobody is in its top 10 %"):
        fit(engine, ("Slow", "top 10 % by gap_days"), rows=rows)


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("Big spenders", "big_spenders"), ("  Café & Crème!", "cafe_creme"), ("S1", "segment_s1"),
        ("Overall", "segment_overall"), ("常連", "segment_ece27a3b"), ("'; drop table x; --", "drop_table_x"),
    ],
)  # fmt: skip
def test_an_id_is_the_slug_of_its_name(name, made):
    assert slug(name) == made


def test_hostile_names_come_back_as_they_were(engine):
    names = ["'; drop table people; --", '"; drop table canary; --', "<script>alert(1)</script>", "$x", "🛒"]
    rules = [(name, f"orders between {n}1 and {n}9") for n, name in enumerate(names)]
    fitted = fit(engine, *rules)
    steps = {step.name: step for step in fitted.steps("people", AS_OF)}
    engine.make("assignments", steps)
    given = {name for (name,) in engine.rows("select distinct segment_name from assignments")}
    assert given == {*names, "Everyone else"}
    assert engine.count("people") == 100
