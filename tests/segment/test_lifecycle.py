"""The method lifecycle: each customer's silence against their own gaps, or the middle customer's."""

from datetime import date
from decimal import Decimal

import pytest

from regulars.engine import Engine
from regulars.errors import NotReady, SettingsError
from regulars.segment.methods import Ground, chosen
from regulars.types import Feature

AS_OF = date(2024, 6, 30)
KINDS = {
    "customer_id": "varchar", "recency_days": "bigint", "orders": "bigint", "tenure_days": "bigint",
    "gap_days": "double", "last_gap_days": "bigint", "earlier_gap_days": "double",
}  # fmt: skip
NAMES = list(KINDS)[1:]


@pytest.fixture
def engine():
    with Engine(threads=2) as made:
        yield made


def crowd():
    """A hundred customers with gaps of 1 to 100 days: the tenths are at 10 and 90, the middle at 50."""
    return [(f"C{gap}", 0, 5, 400, Decimal(gap), gap, Decimal(gap)) for gap in range(1, 101)]


def asked(**settings):
    return chosen("states", {"method": "lifecycle", **settings})


def fit(engine, rows=None, *, kinds=KINDS, leave_out=(), protected="", **settings):
    table = engine.values("people", kinds, crowd() if rows is None else rows)
    features = tuple(
        Feature(name, "", "category" if kind == "varchar" else "", "outcome", "",
                protected=protected if kind == "varchar" else "")
        for name, kind in kinds.items()
        if name not in ("customer_id", *leave_out)
    )  # fmt: skip
    return asked(**settings).fit(Ground("states", table, features, AS_OF, 0, "UTC", "GBP"), engine)


def placed(definition, *row):
    return definition.score(dict(zip(NAMES, row, strict=True))).segment_id


# --- what a silence is held against -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("gap", "silent", "state"),
    [
        # Their own gap, held between the tenths at 10 and 90 days: at risk after two, lapsed after three.
        (30, 60, "active"), (30, 61, "at_risk"), (30, 90, "at_risk"), (30, 91, "lapsed"),
        (4, 20, "active"), (4, 21, "at_risk"), (4, 30, "at_risk"), (4, 31, "lapsed"),
        (300, 180, "active"), (300, 181, "at_risk"), (300, 270, "at_risk"), (300, 271, "lapsed"),
        (30.5, 61, "active"), (30.4, 61, "at_risk"),
    ],
)  # fmt: skip
def test_a_silence_is_held_against_the_customers_own_gap(engine, gap, silent, state):
    assert placed(fit(engine), silent, 3, 900, gap, 10, 10) == state


@pytest.mark.parametrize(
    ("orders", "gap", "silent", "state"),
    [
        (1, None, 100, "active"), (1, None, 101, "at_risk"), (1, None, 150, "at_risk"),
        (1, None, 151, "lapsed"),
        # Two purchases make one gap: no rhythm yet.
        (2, 5.0, 100, "active"), (2, 5.0, 101, "at_risk"), (None, 5.0, 101, "at_risk"),
        (9, None, 100, "active"), (9, None, 101, "at_risk"),
    ],
)  # fmt: skip
def test_without_a_rhythm_of_their_own_the_middle_customers_counts(engine, orders, gap, silent, state):
    assert placed(fit(engine), silent, orders, 900, gap, None, None) == state


def test_new_is_who_first_bought_within_one_usual_gap_whatever_came_after(engine):
    fitted = fit(engine)
    assert placed(fitted, 50, 1, 50, None, None, None) == "new"
    assert placed(fitted, 0, 30, 50, 1.0, 1, 1.0) == "new"
    assert placed(fitted, 51, 1, 51, None, None, None) == "active"
    assert placed(fit(engine, new_days=7), 8, 1, 8, None, None, None) == "active"


@pytest.mark.parametrize(
    ("orders", "silent", "last_gap", "earlier", "state"),
    [
        # Three purchases before the silence: their own gap of 20 days, three times.
        (4, 50, 61, 20.0, "reactivated"), (4, 50, 60, 20.0, "active"), (4, 51, 61, 20.0, "at_risk"),
        # Fewer before it: three times the usual 50 days.
        (3, 50, 151, 1.0, "reactivated"), (3, 50, 150, 1.0, "active"), (2, 50, 151, None, "reactivated"),
        (1, 50, None, None, "active"),
    ],
)  # fmt: skip
def test_reactivated_is_who_came_back_after_what_counted_as_lapsed_then(
    engine, orders, silent, last_gap, earlier, state
):
    # A mean gap of 25 days: the silence that they came back from is a part of it.
    assert placed(fit(engine), silent, orders, 900, 25.0, last_gap, earlier) == state


def test_multiples_and_the_usual_gap_can_be_set(engine):
    fitted = fit(engine, at_risk_after=1.5, lapsed_after=4, usual_gap_days=20, own_rhythm_from=6)
    assert placed(fitted, 30, 5, 900, 80.0, None, None) == "active"
    assert placed(fitted, 31, 5, 900, 80.0, None, None) == "at_risk"
    assert placed(fitted, 81, 5, 900, 80.0, None, None) == "lapsed"
    assert placed(fitted, 81, 6, 900, 80.0, None, None) == "active"
    assert fitted.choice["rhythm"] == {
        "usual_gap_days": "20", "own_gap_days": ["10.0", "90.0"], "new_days": 20,
    }  # fmt: skip


def test_words_say_days_and_gaps_that_one_could_apply_by_hand(engine):
    fitted = fit(engine)
    assert [segment.name for segment in fitted.segments] == [
        "New", "Reactivated", "Active", "At risk", "Lapsed",
    ]  # fmt: skip
    assert fitted.segment("active").rule == (
        "rule 3, of those whom no rule before it took: (orders is at least 3 and (recency_days is at most 20 "
        "or (recency_days is at most 2 × gap_days and recency_days is at most 180))) or ((orders is less "
        "than 3 or orders is unknown or gap_days is unknown) and recency_days is at most 100)"
    )
    assert fitted.segment("lapsed").rule == "all others: none of rules 1 to 4 holds"


# --- what the data does not carry --------------------------------------------------------------------


def test_what_cannot_be_told_is_left_out_and_said(engine):
    fitted = fit(engine, leave_out=("last_gap_days", "tenure_days"))
    assert fitted.rule.segment_ids == ("new", "active", "at_risk", "lapsed")
    assert placed(fitted, 50, 1, None, None, None, None) == "new"
    assert placed(fitted, 50, 2, None, None, None, None) == "active"
    left_out = [note for note in fitted.notes if note.where == "segmentations.states.reactivated"]
    assert "this data has no last_gap_days and earlier_gap_days" in left_out[0].what


def test_a_table_of_one_row_a_customer_is_enough_with_a_usual_gap(engine):
    kinds = {"customer_id": "varchar", "recency_days": "bigint"}
    fitted = fit(engine, [(f"C{n}", n) for n in range(300)], kinds=kinds, usual_gap_days=30)
    assert fitted.rule.segment_ids == ("active", "at_risk", "lapsed")
    assert [each["left"] for each in fitted.choice["rules"]] == [61, 30]
    with pytest.raises(NotReady, match="no gap_days.*Say in segmentations.states.usual_gap_days"):
        fit(engine, [("C1", 1)], kinds=kinds)


def test_the_gap_may_be_another_feature_and_gaps_of_nothing_are_none(engine):
    kinds = {
        "customer_id": "varchar",
        "recency_days": "bigint",
        "orders": "bigint",
        "mean_gap": "decimal(9, 2)",
    }
    rows = [(f"C{gap}", gap % 40, 3, Decimal(gap)) for gap in range(-20, 101)]
    fitted = fit(engine, rows, kinds=kinds, gap="mean_gap")
    assert fitted.choice["rhythm"]["own_gap_days"] == ["10.00", "90.00"]
    assert fitted.score({"recency_days": 61, "orders": 3, "mean_gap": Decimal(30)}).segment_id == "at_risk"
    with pytest.raises(SettingsError, match="segmentations.states.gap: .*'mean_gp'. Did you mean 'mean_gap'"):
        fit(engine, rows, kinds=kinds, gap="mean_gp")
    with pytest.raises(SettingsError, match="stage is no number of days"):
        fit(engine, staged(), kinds=STAGED, gap="stage")


def test_too_few_gaps_are_no_rhythm(engine):
    with pytest.raises(NotReady, match="fewer than 30 customers came back"):
        fit(engine, crowd()[:29])
    assert fit(engine, crowd()[:29], usual_gap_days=9).choice["rhythm"]["own_gap_days"] is None


def test_orders_too_short_for_anybody_to_lapse_are_told(engine):
    (warning,) = fit(engine).notes
    assert warning.severity == "warning"
    assert warning.what.startswith(
        "Hardly anybody can have lapsed: the longest silence is 0 days, and one counts"
    )
    assert fit(engine, [*crowd(), ("Old", 151, 1, 151, None, None, None)]).notes == ()


def test_without_days_and_without_a_stage_there_is_nothing_to_tell(engine):
    with pytest.raises(NotReady, match="no recency_days to tell a silence by"):
        fit(engine, [("C1", 1)], kinds={"customer_id": "varchar", "orders": "bigint"})


# --- people without a purchase -----------------------------------------------------------------------

STAGED = {**KINDS, "stage": "varchar"}
STAGES = {"unaware": ["Cold"], "evaluating": ["MQL", "Trial"], "customer": ["Won"]}


def staged(*extra):
    nobody = [(None, 0, None, None, None, None)]
    leads = [
        (f"L{n}", *nobody[0], stage) for n, stage in enumerate(["Cold", "MQL", "Trial", "Won", "won", None])
    ]
    return [*((*row, "Won") for row in crowd()), *leads, *extra]


def test_leads_are_placed_by_their_stage_and_customers_by_their_purchases(engine):
    fitted = fit(engine, staged(), kinds=STAGED, stage="stage", stages=STAGES)
    engine.make("assignments", {step.name: step for step in fitted.steps("people", AS_OF)})
    given = dict(engine.rows("select customer_id, segment_id from assignments where customer_id like 'L%'"))
    assert given == {
        "L0": "unaware", "L1": "evaluating", "L2": "evaluating", "L3": "customer", "L4": "unplaced",
        "L5": "unplaced",
    }  # fmt: skip
    assert engine.rows("select count(*) from assignments where segment_id = 'active'") == [(100,)]
    told = [note.what for note in fitted.notes if note.where == "segmentations.states.stage"]
    assert told == ["Some stages mean nothing here: 'won'."]


def test_a_stage_that_nobody_is_at_is_told_with_the_near_name(engine):
    fitted = fit(
        engine, staged(), kinds=STAGED, stage="stage", stages={**STAGES, "unaware": ["Cold", "Triel"]}
    )
    assert "Nobody is at 'Triel'. Did you mean 'Trial'?" in [note.what for note in fitted.notes]


def test_stages_alone_place_leads_where_no_purchase_is_known_of_anybody(engine):
    kinds = {"customer_id": "varchar", "stage": "varchar"}
    fitted = fit(
        engine, [("L1", "MQL"), ("L2", None)], kinds=kinds, stage="stage", stages={"evaluating": ["MQL"]}
    )
    assert fitted.rule.segment_ids == ("evaluating", "unplaced")
    assert fitted.rule.text_features == ("stage",)


def test_without_a_stage_people_who_never_bought_are_not_called_lapsed(engine):
    fitted = fit(engine, [*crowd(), ("L1", None, 0, None, None, None, None)])
    assert placed(fitted, None, 0, None, None, None, None) == "unplaced"
    assert placed(fitted, 9999, 1, 9999, None, None, None) == "lapsed"


def test_a_protected_stage_needs_a_reason(engine):
    with pytest.raises(SettingsError, match="must not be told apart"):
        fit(engine, staged(), kinds=STAGED, stage="stage", stages=STAGES, protected="it tells health")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"at_risk_after": 3}, "lapsed_after must be more than at_risk_after"),
        ({"at_risk_after": 0}, "at_risk_after: .*greater than 0"),
        ({"own_rhythm_from": 2}, "own_rhythm_from: .*greater than or equal to 3"),
        ({"stage": "x"}, "stage and stages go together"),
        ({"stages": {"unaware": ["x"]}}, "stage and stages go together"),
        ({"stage": "x", "stages": {}}, "stages: name at least one value"),
        ({"stage": "x", "stages": {"unaware": ["a"], "customer": ["a"]}}, "'a' cannot mean two things"),
        ({"stage": "x", "stages": {"unawares": ["a"]}}, "Did you mean 'unaware'?"),
    ],
)
def test_a_fault_of_the_settings_is_told_with_its_place(settings, message):
    with pytest.raises(SettingsError, match=message):
        asked(**settings)


def test_a_stage_must_be_text_that_is_there(engine):
    with pytest.raises(SettingsError, match="no feature 'stag'"):
        fit(engine, stage="stag", stages=STAGES)
    with pytest.raises(SettingsError, match="orders is not text"):
        fit(engine, stage="orders", stages=STAGES)
