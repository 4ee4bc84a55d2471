"""Facts and claims files: what is refused, and that the fault and its line are named."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from tests.check.benchmarks import facts_document

from regulars.check.claims_file import texts_of
from regulars.check.table import facts_of
from regulars.errors import SourceUnreadable


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("schema",), "segment-facts/9", "segment-facts/9"),
        (("segments",), {}, "no segments"),
        (("period", "start"), "2025", "not a start and an end"),
        (("metrics", "aov", "unit"), "furlongs", "unknown unit 'furlongs'"),
        (("segments", "dormant", "metrics", "aov"), "much", "dormant.aov is 'much'"),
        (("segments", "dormant", "metrics", "shoe_size"), 42, "dormant.shoe_size is no metric"),
        (("segments", "dormant", "metrics", "last_order"), "19/08/2025", "which is no date"),
    ],
)
def test_a_broken_facts_file_is_refused_with_its_fault(path: tuple[str, ...], value: Any, said: str) -> None:
    document = copy.deepcopy(facts_document("shop"))
    place = document
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    with pytest.raises(SourceUnreadable, match=said.replace("(", r"\(")):
        facts_of(document, "shop.json")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "line 2: it is no JSON"),
        ("[1]", "line 2: it is no JSON object"),
        ('{"text": "x"}', "line 2: it has no id"),
        ('{"id": "2"}', "line 2: claim '2' has no text"),
        ('{"id": "1", "text": "x"}', "line 2: the id '1' came before"),
        (
            '{"id": "2", "text": "x", "context_segment": "Dorment Customers"}',
            "Did you mean 'Dormant Customers'",
        ),
    ],
)
def test_a_broken_line_of_claims_is_named(line: str, said: str) -> None:
    facts = facts_of(facts_document("shop"))
    with pytest.raises(SourceUnreadable) as refused:
        texts_of(['{"id": "1", "text": "x"}', line], facts, "claims.jsonl")
    assert said in str(refused.value)


def test_all_broken_lines_are_counted() -> None:
    facts = facts_of(facts_document("shop"))
    lines = [json.dumps({"id": str(n)}) for n in range(5)]
    with pytest.raises(SourceUnreadable, match=r"5 lines cannot be read.*\(5 in all\)"):
        texts_of(lines, facts, "claims.jsonl")
