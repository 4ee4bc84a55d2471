"""Every policy pack holds what it says of itself, and the check that says so can fail."""

from pathlib import Path

import pytest

from regulars import plugins
from regulars.check.policy.pack import pack_at
from regulars.errors import SettingsError
from regulars.testing import check_policy_pack

PACK = """
name = "shop_de"
title = "Shops in Germany"
version = "1"
dated = 2026-11-22
builds_on = ["common"]
notice = "This is no legal advice."
[sources]
uwg = { says = "UWG § 5", dated = 2022-05-28, read = "known" }
[[rules]]
id = "test_winner"
kind = "misleading"
audience = "customer"
terms = ["test winner~"]
why = "whose test, and when, has to be told with it"
remedy = "Name the test, its issue and its result."
sources = ["uwg"]
breaks = ["Our test winner."]
passes = ["We won no test."]
"""


def written(folder: Path, before: str = "", after: str = "") -> Path:
    path = folder / "shop_de.toml"
    assert before in PACK
    path.write_text(PACK.replace(before, after) if before else PACK)
    return path


@pytest.mark.parametrize("name", plugins.names("policies"))
def test_a_pack_that_can_be_chosen_holds_what_it_says_of_itself(name: str) -> None:
    check_policy_pack(plugins.load("policies", name))


def test_a_pack_of_somebody_else_is_read_with_what_it_builds_on(tmp_path: Path) -> None:
    check_policy_pack(written(tmp_path))
    assert {"test_winner", "age", "small_cell"} <= pack_at(written(tmp_path)).by_id.keys()


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ('["Our test winner."]', '["Our winner."]', "passes over"),
        ('["We won no test."]', '["A test winner."]', "finds a breach in"),
        ("no legal advice", "the law", "'no legal advice'"),
        ("dated = 2022-05-28", "dated = 2026-11-23", "later than the pack"),
        ('read = "known"', 'read = "text"', "where its source was read"),
        ('builds_on = ["common"]', "", "attributes"),
        ('terms = ["test winner~"]', 'terms = ["test winner~", "customers"]', "fails"),
        ("[sources]", '[disclosures]\nseal = "Our test winner."\n[sources]', "disclosure 'seal' breaks"),
    ],
)
def test_the_check_finds_a_pack_that_does_not(tmp_path: Path, before: str, after: str, told: str) -> None:
    pack = written(tmp_path, before, after)
    if "customers" in after:
        pack.write_text(pack.read_text().replace('audience = "customer"', 'audience = "both"'))
    with pytest.raises(AssertionError, match=told):
        check_policy_pack(pack)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ('sources = ["uwg"]', 'sources = ["uwq"]', "no source 'uwq'. Did you mean 'uwg'"),
        ('id = "test_winner"', 'id = "age"', "more than one rule 'age'"),
        ('builds_on = ["common"]', 'builds_on = ["comon"]', "builds on 'comon', which is no pack"),
        ("[sources]", '[severities]\nagee = "warn"\n[sources]', "no rule 'agee'. Did you mean 'age'"),
        ('terms = ["test winner~"]\n', "", "looks for nothing"),
    ],
)
def test_a_pack_with_a_fault_is_refused_saying_which(
    tmp_path: Path, before: str, after: str, told: str
) -> None:
    with pytest.raises(SettingsError, match=told):
        pack_at(written(tmp_path, before, after))
