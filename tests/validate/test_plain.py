"""The glossary of measures: whole, short, and the same in the docs."""

from __future__ import annotations

from pathlib import Path

import pytest

from regulars.validate.plain import OF, PLAIN, plainly

DOCS = Path(__file__).parents[2] / "docs"


def test_the_docs_list_every_measure_as_the_glossary_has_it():
    text = (DOCS / "verdict.md").read_text(encoding="utf-8")
    for each in PLAIN.values():
        assert f"| {each.name} | {each.says} | {each.read} |" in text


@pytest.mark.parametrize("measure", [*PLAIN])
def test_each_measure_is_a_question_that_can_be_repeated(measure):
    found = PLAIN[measure]
    assert found.says.endswith("?")
    assert found.read.endswith(".")
    assert len(found.says.split()) <= 24
    assert plainly(measure) == f"{found.name}: {found.says} {found.read}"


def test_every_section_names_measures_of_the_glossary():
    assert {measure for each in OF.values() for measure in each} <= set(PLAIN)
