import json

import pytest

from regulars.engine import Engine
from regulars.segment.rules.micro import Micro
from regulars.segment.rules.prepared import Prepared

X = Prepared("x", 0.0, -9.0, 9.0, False, 0.0, 1.0)
RULE = Micro((X,), {"s1": ((-1000,), (5000,)), "s2": ((1000,),), "s3": ((-3000,), (3000,))})


@pytest.mark.parametrize(
    ("x", "segment"),
    [
        (-9.0, "s3"),
        (-1.5, "s1"),
        (0.9, "s2"),
        (3.5, "s3"),
        (7.0, "s1"),
        (0.0, "s1"),
        (2.0, "s2"),
        (4.0, "s1"),
    ],
)
def test_a_customer_is_in_the_segment_of_the_nearest_micro_cluster_in_a_tie_the_first(x, segment):
    assert RULE.score({"x": x}).segment_id == segment


def test_words_name_the_micro_clusters_and_the_legend_gives_their_numbers():
    assert [RULE.words(each) for each in RULE.segment_ids] == [
        "nearest to one of micro-clusters 1 to 2 of 5",
        "nearest to micro-cluster 3 of 5",
        "nearest to one of micro-clusters 4 to 5 of 5",
    ]
    assert RULE.legend()[2:] == (
        "micro-cluster 1: -1.000",
        "micro-cluster 2: +5.000",
        "micro-cluster 3: +1.000",
        "micro-cluster 4: -3.000",
        "micro-cluster 5: +3.000",
    )


def test_a_rule_is_the_same_after_it_was_written_and_read_with_a_line_a_micro_cluster():
    saved = json.loads(json.dumps(RULE.as_json()))
    assert Micro.from_json(saved) == RULE
    assert saved["centres"]["s1"] == ["-1000", "5000"]


def test_new_ids_keep_the_order_of_the_segments():
    renamed = RULE.renamed({"s1": "s7"})
    assert renamed.segment_ids == ("s7", "s2", "s3")
    assert renamed.score({"x": 7.0}).segment_id == "s7"


def test_every_customer_comes_out_once():
    with Engine(threads=2) as engine:
        engine.create("people", "select i as customer_id, (i % 19) - 9 as x from range(1000) t(i)")
        for place, layer in enumerate(RULE.layers("people"), 1):
            engine.create(f"scoring_{place}", layer)
        rows = engine.rows(
            "select p.customer_id, x, segment_id from people p join scoring_4 using (customer_id)"
        )
        assert len(rows) == engine.count("scoring_4") == 1000
    assert all(RULE.score({"x": x}).segment_id == segment for _, x, segment in rows)


@pytest.mark.parametrize(
    ("centres", "why"),
    [
        ({}, "each segment needs a micro-cluster"),
        ({"s1": ()}, "each segment needs a micro-cluster"),
        ({"s1": ((1, 2),)}, "one number for each prepared feature"),
        ({"s1": ((10**8,),), "s2": ((0,),)}, "too far apart"),
    ],
)
def test_centres_that_place_nobody_or_cannot_be_counted_are_refused(centres, why):
    with pytest.raises(ValueError, match=why):
        Micro((X,), centres)
