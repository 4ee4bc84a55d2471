"""Every rule of every pack holds what it says of itself, and leaves the ordinary words of segments alone."""

import json
import tomllib
from pathlib import Path

import pytest

from regulars.check.policy import Policy, Rule, names, policy
from regulars.check.policy.rules import AUDIENCES
from regulars.errors import SettingsError

RULES = [(name, rule) for name in names() for rule in policy(name).rules]
SENTENCES = tomllib.loads((Path(__file__).parent / "sentences.toml").read_text("utf-8"))
BENCHMARK = Path(__file__).parents[1] / "benchmark"


def named(value: object) -> str:
    return value.id if isinstance(value, Rule) else str(value)


def broken(pack: Policy, text: str, audience) -> set[str]:
    return {each.rule for each in pack.breaches(text, audience)}


def test_the_three_packs_are_there() -> None:
    assert names() == ("bank_uk", "bank_us", "retail")


@pytest.mark.parametrize(("pack", "rule"), RULES, ids=named)
def test_a_rule_breaks_on_its_breaking_examples_and_on_none_of_its_near_misses(pack: str, rule: Rule) -> None:
    held = policy(pack)
    assert rule.breaks
    assert rule.passes
    for audience in filter(rule.is_for, AUDIENCES):
        assert [each for each in rule.breaks if rule.id not in broken(held, each, audience)] == []
        assert [each for each in rule.passes if rule.id in broken(held, each, audience)] == []


@pytest.mark.parametrize("pack", names())
def test_a_pack_says_that_it_is_no_legal_advice_and_its_digest_is_of_all_its_words(pack: str) -> None:
    held = policy(pack)
    assert "no legal advice" in held.notice
    assert len(held.digest) == 64
    assert held.digest == policy(pack).digest
    assert len({policy(each).digest for each in names()}) == 3


@pytest.mark.parametrize("pack", names())
def test_true_sentences_about_segments_break_no_rule_for_internal_readers(pack: str) -> None:
    held = policy(pack)
    files = sorted(BENCHMARK.glob("*_claims.jsonl"))
    lines = [json.loads(line) for path in files for line in path.read_text("utf-8").splitlines()]
    stated = [each["text"] for each in lines if each["label"] == "supported"]
    assert len(stated) > 400
    failed = [
        (text, each.rule, each.text)
        for text in stated
        for each in held.breaches(text, "internal")
        if each.severity == "fail"
    ]
    assert failed == []


def judged(text: str, of: str, pack: str) -> set[str]:
    audience = "internal" if of == "internal" else "customer"
    return broken(policy(pack), text, audience) - {"opt_out"}


@pytest.mark.parametrize("of", SENTENCES["breaking"])
def test_sentences_written_to_break_a_rule_do(of: str) -> None:
    pack = "retail" if of == "internal" else of
    assert [each for each in SENTENCES["breaking"][of] if not judged(each, of, pack)] == []


@pytest.mark.parametrize("of", SENTENCES["ordinary"])
def test_ordinary_sentences_break_none(of: str) -> None:
    packs = names() if of == "internal" else (of,)
    found = [(each, pack) for each in SENTENCES["ordinary"][of] for pack in packs if judged(each, of, pack)]
    assert found == []


def test_what_stands_in_a_name_from_the_data_is_told_as_a_warning() -> None:
    text = "Their largest category is Women. Women spend more."
    plain = policy("retail").breaches(text, "internal")
    assert [(each.rule, each.severity) for each in plain] == [("sex", "fail"), ("sex", "fail")]
    named_so = policy("retail").breaches(
        "Their largest category is Girls & Boys.", "internal", names=["Girls & Boys"]
    )
    assert [each.severity for each in named_so] == ["warn", "warn"]
    beside = policy("retail").breaches("Women buy Girls & Boys.", "internal", names=["Girls & Boys"])
    assert [(each.text, each.severity) for each in beside] == [
        ("Women", "fail"),
        ("Girls", "warn"),
        ("Boys", "warn"),
    ]


def test_the_same_rule_stands_on_the_law_of_the_country() -> None:
    assert "Equality Act 2010" in policy("bank_uk").by_id["age"].source
    assert "ECOA" in policy("bank_us").by_id["age"].source
    assert policy("retail").by_id["postcode"].severity == "warn"
    assert policy("bank_us").by_id["postcode"].severity == "fail"


def test_an_unknown_pack_is_refused_with_the_near_name() -> None:
    with pytest.raises(SettingsError, match="Did you mean 'bank_uk'") as refused:
        policy("bank-uk")
    assert refused.value.next_command == "regulars policy"


def test_own_rules_stand_behind_those_of_the_pack_with_their_day_and_change_the_digest(
    tmp_path: Path,
) -> None:
    own = tmp_path / "brand.toml"
    own.write_text(
        'version = "3"\ndated = 2026-10-01\n'
        '[[rules]]\nid = "cheap"\nterms = ["cheap~", "bargain basement"]\nremedy = "Say affordable."\n'
        '[[rules]]\nid = "imprint"\nneeds = ["example limited"]\nwhy = "the firm is named"\n'
    )
    held = policy("retail", own)
    assert held.digest != policy("retail").digest
    assert held.version.endswith("+3")
    found = {each.rule: each for each in held.breaches("Our cheapest teapots. Example Limited.", "customer")}
    assert "own.cheap" not in found  # cheapest is another word, and 'lowest_price' of the pack's
    found = {each.rule: each for each in held.breaches("Cheap teapots.", "customer")}
    assert found["own.cheap"].remedy == "Say affordable."
    assert found["own.imprint"].why == "the firm is named"
    assert held.by_id["own.cheap"].dated.isoformat() == "2026-10-01"
    assert "own.cheap" not in broken(held, "Cheap teapots.", "internal")


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ('[[rules]]\nid = "a"\ntemrs = ["x"]', "rules.0.temrs: no such setting. Did you mean 'terms'"),
        ('[[rules]]\nid = "a"\nterms = ["..3 x"]', "begins or ends with a gap"),
        ('[[rules]]\nid = "a"\nterms = ["risk-free"]', "is not one word"),
        ('[[rules]]\nid = "a"', "give 'terms' that may not be said"),
        (
            '[[rules]]\nid = "a"\nterms = ["x"]\n[[rules]]\nid = "a"\nterms = ["y"]',
            "more than one rule 'own.a'",
        ),
        ("[[rules]", "cannot be read as TOML"),
    ],
)
def test_own_rules_with_a_fault_are_refused_saying_which(tmp_path: Path, written: str, told: str) -> None:
    own = tmp_path / "own.toml"
    own.write_text(f'version = "1"\ndated = 2026-10-01\n{written}\n')
    with pytest.raises(SettingsError, match=told.replace("(", r"\(")):
        policy("retail", own)
