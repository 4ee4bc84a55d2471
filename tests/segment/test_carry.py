from datetime import date

import pytest

from regulars.engine import Engine
from regulars.segment.carry import carried
from regulars.segment.definition import Definition
from regulars.segment.methods import Ground
from regulars.segment.methods.rfm import Rfm
from regulars.segment.rules.nearest import Nearest
from regulars.segment.rules.prepared import Prepared
from regulars.testing import FEATURES, TYPES, customers
from regulars.types import Segment


def around(**centres: int) -> Definition:
    prepared = (Prepared("gap_days", 1.0, 0.0, 9.0, False, 0.0, 1.0),)
    rule = Nearest(prepared, {each: (at,) for each, at in centres.items()})
    segments = tuple(Segment(each, f"near {at}", rule.words(each)) for each, at in centres.items())
    return Definition("behaviour", "kmeans", {}, {}, rule, segments, {}, version=3)


OLD = around(s1=1000, s2=5000)


def test_ids_stay_with_the_customers_who_stay_together():
    new = around(s1=5200, s2=900)
    kept = carried(OLD, new, {("s1", "s2"): 80, ("s2", "s1"): 60, ("s1", "s1"): 3}, used=[])
    assert [(each.id, each.name) for each in kept.segments] == [("s2", "near 5200"), ("s1", "near 900")]
    assert kept.score({"gap_days": 5}).segment_id == "s2"
    assert kept.version == 4


def test_a_segment_without_a_forerunner_gets_a_number_that_was_never_used():
    new = around(s1=900, s2=5200, s3=9000)
    overlap = {("s1", "s1"): 50, ("s2", "s2"): 40, ("s2", "s3"): 30}
    assert [each.id for each in carried(OLD, new, overlap, used=["s7"]).segments] == ["s1", "s2", "s8"]
    assert [each.id for each in carried(OLD, new, overlap, used=[]).segments] == ["s1", "s2", "s3"]


def test_sharing_nobody_is_no_kinship():
    new = around(s1=900, s2=9000)
    assert [each.id for each in carried(OLD, new, {("s1", "s1"): 50}, used=[]).segments] == ["s1", "s3"]


def test_an_id_is_carried_only_where_half_of_the_smaller_segment_stays_together():
    new = around(s1=900, s2=9000)
    half = {("s1", "s1"): 90, ("s2", "s1"): 20, ("s2", "s2"): 20, ("s3", "s2"): 60}
    assert [each.id for each in carried(OLD, new, half, used=[]).segments] == ["s1", "s2"]
    less = {**half, ("s2", "s1"): 21, ("s2", "s2"): 19}
    assert [each.id for each in carried(OLD, new, less, used=[]).segments] == ["s1", "s3"]


def test_most_customers_keep_their_id_rather_than_the_largest_pair():
    new = around(s1=900, s2=9000)
    overlap = {("s1", "s1"): 50, ("s1", "s2"): 45, ("s2", "s1"): 40, ("s2", "s2"): 1}
    # 45 + 40 customers keep their id, against 50 + 1.
    assert [each.id for each in carried(OLD, new, overlap, used=[]).segments] == ["s2", "s1"]


def test_fewer_segments_keep_the_ids_of_the_best_matches():
    kept = carried(OLD, around(s1=4800), {("s1", "s1"): 20, ("s2", "s1"): 70}, used=[])
    assert [each.id for each in kept.segments] == ["s2"]


@pytest.fixture
def rfm():
    with Engine(threads=1) as engine:
        table = engine.values("people", TYPES, customers(120))
        yield Rfm().fit(Ground("rfm", table, FEATURES, date(2024, 6, 30), 0, "UTC", "GBP"), engine)


def test_ids_that_are_names_stay_whatever_overlaps(rfm):
    overlap = {("champions", "lost"): 99}
    assert carried(rfm, rfm, overlap, used=[]).segments == rfm.segments
