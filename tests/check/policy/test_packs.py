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


@pytest.mark.parametrize(("pack", "rule"), RULES, ids=named)
def test_what_passes_a_rule_fails_no_other_of_its_pack(pack: str, rule: Rule) -> None:
    failed = [
        (text, each.rule)
        for audience in filter(rule.is_for, AUDIENCES)
        for text in rule.passes
        for each in policy(pack).breaches(text, audience, is_whole=False)
        if each.severity == "fail"
    ]
    assert failed == []


@pytest.mark.parametrize(
    ("pack", "text"),
    [
        ("bank_uk", "Your deposits are protected by the FSCS up to £120,000 per person."),
        ("bank_uk", "UK residents aged 18 and over. Subject to status and approval."),
        ("bank_uk", "We guarantee to refund unauthorised payments under the Direct Debit Guarantee."),
        ("bank_us", "Investment products: Not FDIC insured | Not bank guaranteed | May lose value"),
        ("bank_us", "NOT FDIC INSURED. NO BANK GUARANTEE. MAY LOSE VALUE."),
    ],
)
def test_wording_that_regulators_give_fails_nothing(pack: str, text: str) -> None:
    assert [each for each in policy(pack).breaches(text, "customer") if each.severity == "fail"] == []


def test_protection_is_told_by_its_scheme_and_excuses_no_other_promise() -> None:
    text = "Your savings are safe, and protected up to £120,000 by the FSCS."
    (breach,) = (each for each in policy("bank_uk").breaches(text, "customer") if each.severity == "fail")
    assert (breach.rule, breach.text) == ("protected_secure", "safe")


def test_free_checking_is_a_warning_since_it_hangs_on_the_fees_that_there_are() -> None:
    text = "Our free checking has no monthly maintenance fee. Member FDIC."
    found = [each for each in policy("bank_us").breaches(text, "customer") if each.rule == "free_account"]
    assert [each.severity for each in found] == ["warn"]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("They may be disabled.", "health"), ("They may be blind.", "health"), ("They may be ill.", "health"),
        ("They may be old.", "age"), ("They may be single", "marriage"),
        ("They may be pregnant.", "pregnancy"),
        ("They may be religious.", "religion"), ("They may go to church.", "religion"),
        ("They may vote for the left.", "politics"), ("They have small children.", "family"),
        ("Raise prices for the old.", "age"), ("Most customers are young, and spend.", "age"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("pack", names())
def test_who_people_are_is_found_said_of_them_too(pack: str, text: str, rule: str) -> None:
    assert rule in broken(policy(pack), text, "internal")


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
