"""The method labels: segments that somebody else made, as segments like all others."""

from datetime import date

import pytest

from regulars.engine import Engine
from regulars.errors import NotReady, SettingsError
from regulars.segment.methods import Ground, chosen
from regulars.types import Feature

AS_OF = date(2024, 6, 30)


@pytest.fixture
def engine():
    with Engine(threads=2) as made:
        yield made


def labelled(*groups):
    return [(f"C{place}-{n}", label) for place, (count, label) in enumerate(groups) for n in range(count)]


def fit(engine, rows, *, kind="varchar", protected="", **settings):
    table = engine.values("people", {"customer_id": "varchar", "needs": kind}, rows)
    unit = "category" if kind == "varchar" else "count"
    features = (Feature("needs", "Needs group", unit, "attribute", "", protected=protected),)
    method = chosen("survey", {"method": "labels", "column": "needs", **settings})
    return method.fit(Ground("survey", table, features, AS_OF, 0, "UTC", "GBP"), engine)


def sizes(engine, fitted):
    engine.make("assignments", {step.name: step for step in fitted.steps("people", AS_OF)})
    counted = dict(engine.rows("select segment_name, count(*) from assignments group by segment_name"))
    return {segment.name: counted.get(segment.name, 0) for segment in fitted.segments}


def test_each_label_is_a_segment_and_whoever_has_none_is_in_the_rest(engine):
    fitted = fit(engine, labelled((12, "price"), (15, "care"), (3, None)))
    assert sizes(engine, fitted) == {"care": 15, "price": 12, "Not labelled": 3}
    assert [segment.id for segment in fitted.segments] == ["care", "price", "not_labelled"]
    assert fitted.score({"needs": "Care"}).segment_id == "not_labelled"
    assert fitted.notes == ()


def test_names_come_first_and_in_their_order_also_of_labels_that_nobody_has(engine):
    rows = labelled((12, "b"), (15, "a"), (20, "c"))
    fitted = fit(engine, rows, names={"c": "Carers", "d": "Dreamers", "b": "Bargain hunters"}, rest="Unasked")
    assert sizes(engine, fitted) == {
        "Carers": 20,
        "Dreamers": 0,
        "Bargain hunters": 12,
        "a": 15,
        "Unasked": 0,
    }
    assert fitted.score({"needs": "d"}).segment_id == "dreamers"
    assert [note.what for note in fitted.notes] == ["Nobody is labelled 'd'."]


def test_whole_numbers_are_labels_too_and_are_named_by_what_they_number(engine):
    rows = labelled((12, 2), (15, 10), (20, -1), (1, None))
    fitted = fit(engine, rows, kind="integer", names={2: "Bargain hunters"})
    assert sizes(engine, fitted) == {
        "Bargain hunters": 12, "Needs group -1": 20, "Needs group 10": 15, "Not labelled": 1,
    }  # fmt: skip
    assert fitted.segments[2].rule == "rule 3, of those whom no rule before it took: needs is 10"
    with pytest.raises(SettingsError, match="'two' can be no label: needs is a number"):
        fit(engine, rows, kind="integer", names={"two": "Bargain hunters"})


def test_hostile_and_like_labels_stay_apart(engine):
    values = ("'; drop table people; --", "O'Brien \\\\", "care", "Care", "care ", "", "Not labelled")
    fitted = fit(engine, labelled(*((11, value) for value in values), (11, "ca\nre")))
    assert sizes(engine, fitted) == {
        "left blank": 11, "'; drop table people; --": 11, "Care": 11, "Not labelled": 11, "O'Brien \\\\": 11,
        "care": 11, "care (2)": 11, "Not labelled (2)": 11,
    }  # fmt: skip
    (warning,) = fitted.notes
    assert warning.what == (
        "1 labels hold a character that no screen shows, such as 'ca\\nre': their customers are in Not "
        "labelled."
    )


def test_labels_of_a_handful_are_told(engine):
    fitted = fit(engine, labelled((11, "many"), (10, "few"), (1, "one")))
    assert [note.what for note in fitted.notes] == [
        "Labels of fewer than 11 customers, not shown in figures: 2 ('few', 'one')."
    ]


def test_a_column_without_labels_or_with_too_many_is_refused(engine):
    with pytest.raises(NotReady, match="nobody has a label in needs"):
        fit(engine, labelled((9, None)))
    with pytest.raises(NotReady, match="needs has more than 50 different labels"):
        fit(engine, labelled(*((1, f"L{n}") for n in range(51))))
    assert len(fit(engine, labelled(*((1, f"L{n}") for n in range(50)))).segments) == 51


def test_what_is_no_label_is_refused(engine):
    with pytest.raises(SettingsError, match="needs is neither text nor a whole number"):
        fit(engine, [("C1", 1)], kind="double")
    with pytest.raises(SettingsError, match="no feature 'need'. Did you mean 'needs'?"):
        fit(engine, labelled((9, "a")), column="need")
    with pytest.raises(SettingsError, match="must not be told apart"):
        fit(engine, labelled((9, "a")), protected="faith")


def test_two_segments_of_one_name_are_refused():
    with pytest.raises(SettingsError, match="two segments cannot both be called 'A'"):
        chosen("survey", {"method": "labels", "column": "x", "names": {"a": "A", "b": "A"}})
