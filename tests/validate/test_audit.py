"""The bias audit: what is planted is found, what is not there is not told, and nobody is given away."""

from __future__ import annotations

import json
from collections import Counter

import numpy as np
import pytest

from regulars.engine import Engine
from regulars.types import Segment
from regulars.validate.audit import audit
from regulars.validate.audit_file import as_json
from regulars.validate.audit_words import headline, words

SEGMENTS = tuple(Segment(each, each.upper(), "") for each in ("a", "b", "c"))


@pytest.fixture(scope="module")
def engine():
    with Engine(threads=1) as made:
        yield made


def texts(values):
    return np.array([*values], dtype=object)


def audited(engine, rows, *, names=("gender",), absent=0):
    """``rows``: a segment and a value of each attribute a customer; ``absent`` more in no table."""
    people = [(f"K{at:05d}", segment) for at, (segment, *_) in enumerate(rows)]
    people += [(f"N{at:05d}", "a") for at in range(absent)]
    columns = {f"c{at}": [values[at] for _, *values in rows] for at in range(len(names))}
    told = {"customer_id": [f"K{at:05d}" for at in range(len(rows))], **columns}
    engine.put(
        "people", {"customer_id": texts(k for k, _ in people), "segment_id": texts(s for _, s in people)}
    )
    engine.put("supplied", {name: texts(each) for name, each in told.items()})
    return audit(engine, dict(zip(names, columns, strict=True)), SEGMENTS, "people", "supplied")


def crowd(counts):
    return [(segment, value) for (segment, value), n in counts.items() for _ in range(n)]


def test_a_segment_that_holds_more_of_some_is_told_with_its_interval(engine):
    found = audited(engine, crowd({
        ("a", "f"): 300, ("a", "m"): 100, ("b", "f"): 200, ("b", "m"): 200, ("c", "f"): 200, ("c", "m"): 200,
    }))  # fmt: skip
    (gender,) = found.each
    mix, part = gender.told()[0]
    assert (mix.segment.id, part.value, part.reading) == ("a", "f", "more")
    part = next(each for each in gender.mixes[0].parts if each.value == "f")
    assert part.share == 75
    assert (part.low, part.high) == pytest.approx((70.5, 79.0), abs=0.1)
    assert part.others == 50
    assert part.rate == pytest.approx(300 / 7)
    low = next(each for each in gender.mixes[0].parts if each.value == "m")
    assert low.reading == "fewer"
    assert part.rate_ratio == pytest.approx(1 / low.rate_ratio)
    assert low.rate_ratio == pytest.approx((100 / 500) / (300 / 700))
    assert headline(found) == "Segments hold notably more or fewer of some: by gender in 6 cases."
    said = " ".join(words(found))
    assert "A: 42.9% of f by gender are in it (39.2% to 46.6%), 20.0% of all others: more." in said
    assert "guess it right of 58 in 100 customers, not knowing it of 58" in said
    assert "29 CFR 1607.4(D), 1978" in said


def test_an_even_mix_is_told_as_such(engine):
    found = audited(engine, crowd({(s.id, v): 150 for s in SEGMENTS for v in "fm"}))
    assert headline(found) == "No segment holds notably more or fewer of anybody, by gender."
    assert found.each[0].together.v == 0
    assert any(said.startswith("Nothing shows that the segments give gender away") for said in words(found))
    assert {part.reading for mix in found.each[0].mixes for part in mix.parts} == {"alike"}


def test_where_nothing_is_planted_something_is_told_in_one_of_twenty_audits_at_most(engine):
    chance, wrong = np.random.default_rng(3), 0
    for _ in range(150):
        rows = [
            (str(s), str(g), str(age))
            for s, g, age in zip(
                chance.choice(list("abc"), 400, p=(0.1, 0.3, 0.6)), chance.choice(["f", "m"], 400),
                chance.choice(["young", "middle", "old", "oldest"], 400, p=(0.05, 0.25, 0.3, 0.4)),
                strict=True,
            )
        ]  # fmt: skip
        found = audited(engine, rows, names=("gender", "age"))
        readings = {part.reading for each in found.each for mix in each.mixes for part in mix.parts}
        wrong += not readings <= {"alike", "too few"}
    # 5 % of 150 and three standard errors.
    assert wrong <= 15


def test_who_is_unknown_is_counted_and_left_out_of_shares(engine):
    rows = crowd({(s.id, v): 100 for s in SEGMENTS for v in "fm"})
    found = audited(engine, [*rows, *[("b", None)] * 60], absent=40)
    (gender,) = found.each
    assert (gender.customers, gender.unknown) == (700, 100)
    assert [mix.unknown for mix in gender.mixes] == [40, 60, 0]
    assert [part.share for mix in gender.mixes for part in mix.parts] == [50.0] * 6
    assert "gender is unknown of 14.3% of customers" in " ".join(words(found))


def test_an_attribute_that_nobody_has_says_so(engine):
    found = audited(engine, [("a", None)] * 50 + [("b", None)] * 50)
    assert "gender: nobody's is known" in words(found)[0]
    assert as_json(found)["attributes"][0]["overall"] == {}


def test_rare_values_count_together(engine):
    common = {(s.id, v): 100 for s in SEGMENTS for v in "fm"}
    rare = {("a", f"rare {at}"): 5 for at in range(6)}
    found = audited(engine, crowd({**common, **rare}))
    assert [*found.each[0].overall] == ["f", "m", "any other"]


@pytest.mark.parametrize("seed", range(12))
def test_no_cell_of_ten_or_fewer_is_shown_or_left_alone_in_its_row_or_column(engine, seed):
    chance = np.random.default_rng(seed)
    counts = {
        (s.id, v): int(chance.choice([0, 3, 8, 11, 14, 60, 200]))
        for s in SEGMENTS
        for v in ("f", "m", "x", None)
    }
    found = audited(engine, crowd(counts))
    told = json.loads(json.dumps(as_json(found)))["attributes"][0]
    totals = Counter({v: sum(counts[s.id, v] for s in SEGMENTS) for v in ("f", "m", "x", None)})
    values = [each["value"] for each in told["segments"][0]["values"]] or []
    shown = {
        (mix["segment_id"], each["value"]): each for mix in told["segments"] for each in mix["values"]
    }  # fmt: skip
    for (segment, value), each in shown.items():
        if value in totals and 0 < counts[segment, value] < 11:
            assert set(each.values()) - {value} == {None}
        if told["is_coarse"] and each["share"] is not None:
            assert each["customers"] is None
            assert each["share"] == int(each["share"])
    if told["is_coarse"]:
        return
    for mix in told["segments"]:
        hidden = [v for v in values if shown.get((mix["segment_id"], v), {}).get("share", 0) is None]
        if mix["customers"] is not None:
            filled = [v for v in hidden if v not in totals or counts[mix["segment_id"], v]]
            assert len(filled) != 1


def test_the_order_of_rows_moves_nothing(engine):
    rows = crowd({("a", "f"): 30, ("a", "m"): 90, ("b", "f"): 70, ("b", "m"): 8, ("c", None): 40})
    assert as_json(audited(engine, rows)) == as_json(audited(engine, rows[::-1]))
