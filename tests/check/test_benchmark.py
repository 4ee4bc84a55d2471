"""What the checker makes of the labelled claims of ten companies, and of facts and figures that move."""

from __future__ import annotations

import copy
import json
import random
import re
from collections.abc import Iterator
from typing import Any

import pytest
from tests.check.benchmarks import COMPANIES, facts_document, gold, ruled, verdicts

ERRORS = {"contradicted", "unsupported_attribute"}


@pytest.mark.parametrize("company", COMPANIES)
def test_errors_are_found_and_true_sentences_confirmed(company: str) -> None:
    pairs = [(each["label"], found.label) for each, found in zip(gold(company), ruled(company), strict=True)]
    errors = [got for said, got in pairs if said in ERRORS]
    alarms = [said for said, got in pairs if got in ERRORS]
    true = [got for said, got in pairs if said == "supported"]
    assert sum(got in ERRORS for got in errors) / len(errors) >= 0.95
    assert sum(said in ERRORS for said in alarms) / len(alarms) >= 0.90
    assert errors.count("supported") / len(errors) <= 0.02
    assert true.count("supported") / len(true) >= 0.85


def changed_cells(company: str) -> Iterator[tuple[str, dict[str, Any], list[dict[str, Any]]]]:
    """Each supported claim with each cell that decided it, and facts in which that cell alone is another."""
    for claim, found in zip(gold(company), ruled(company), strict=True):
        if found.label != "supported":
            continue
        for name, value in found.as_json()["evidence"].items():
            group, _, metric = name.partition(".")
            yield f"{claim['text']} [{name}]", claim, list(with_cell(company, group, metric, value))


def with_cell(company: str, group: str, metric: str, value: Any) -> Iterator[dict[str, Any]]:
    others: list[Any] = ["1990-01-01", "2049-01-01"] if _is_date(value) else ["something else"]
    if isinstance(value, (int, float)):
        # Far above, far below, just past any threshold between, and no value at all.
        others = [1e12, -1e12, value + 1e6, None]
    elif value is None:
        others = [50.0, -50.0]
    for other in others:
        document = copy.deepcopy(facts_document(company))
        place = document["overall"] if group == "overall" else document["segments"][group]
        place["metrics"][metric] = other
        yield document


def _is_date(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value) is not None


@pytest.mark.parametrize("company", COMPANIES)
def test_a_supported_sentence_falls_with_any_cell_that_it_reads(company: str) -> None:
    still = [
        name
        for name, claim, documents in changed_cells(company)
        if all(verdicts(document, [claim])[0].label == "supported" for document in documents)
    ]
    # What is said of a number of segments, or of who is not the first, can hold for another one too.
    assert [name for name in still if not re.search(r"\b(Two|two|Three|not|aren't)\b", name)] == []


@pytest.mark.parametrize("company", COMPANIES)
def test_a_figure_that_is_not_the_facts_never_passes(company: str) -> None:
    """Every number of every confirmed sentence, made larger by more than a third, one at a time."""
    moved = [
        {**claim, "text": claim["text"][: at.start()] + larger(at[0]) + claim["text"][at.end() :]}
        for claim, found in zip(gold(company), ruled(company), strict=True)
        if found.label == "supported"
        for at in re.finditer(r"\d[\d,]*(?:\.\d+)?", claim["text"])
    ]
    passed = [found.text for found in verdicts(facts_document(company), moved) if found.label == "supported"]
    # A bound that is drawn farther out, or a later day since which nothing happened, is as true.
    loose = r"[Ff]ewer|[Ll]ess|under|never exceed|below|within the last|since|[Bb]etween"
    assert [text for text in passed if not re.search(loose, text)] == []
    assert len(passed) < len(moved) / 10


def larger(figure: str) -> str:
    value = float(figure.replace(",", "")) * 1.37 + 0.3
    return f"{value:.2f}" if "." in figure else f"{value:.0f}"


@pytest.mark.parametrize("company", COMPANIES)
def test_words_in_any_disorder_get_a_verdict_and_hardly_ever_a_good_one(company: str) -> None:
    words = [word for claim in gold(company) for word in claim["text"].split()]
    words += [
        "half",
        "of",
        "twice",
        "between",
        "Q4",
        "no",
        "every",
        "segment",
        ";",
        "(",
        "—",
        "%",
        "$",
        "not",
    ] * 8
    chance = random.Random(1)
    salads = [
        {
            "id": str(n),
            "text": " ".join(chance.choices(words, k=chance.randint(1, 22))),
            "context_segment": None,
        }
        for n in range(300)
    ]
    found = verdicts(facts_document(company), salads)
    assert [json.dumps(each.as_json()) for each in found]
    assert sum(each.label == "supported" for each in found) <= len(found) / 20


def test_the_same_claims_get_the_same_verdicts_in_any_order() -> None:
    claims = gold("shop")
    backwards = verdicts(facts_document("shop"), claims[::-1])
    assert [each.as_json() for each in backwards[::-1]] == [each.as_json() for each in ruled("shop")]


def test_spans_point_into_the_text_and_corrections_are_the_true_values() -> None:
    said = next(each for each in ruled("shop") if each.id == "G142").as_json()
    assert said["label"] == "contradicted"
    (wrong,) = [span for span in said["spans"] if span["label"] == "contradicted"]
    text = next(each["text"] for each in gold("shop") if each["id"] == "G142")
    assert text[wrong["start"] : wrong["end"]] == wrong["text"] == "54.4%"
    assert (wrong["computed"], wrong["correction"]) == (45.4, "45.4%")
    assert said["evidence"] == {"loyal_regulars.customer_share": 15.0, "loyal_regulars.revenue_share": 45.4}
