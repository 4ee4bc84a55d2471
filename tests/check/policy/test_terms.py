"""What a term finds, whatever disguise it comes in, and that a text cannot make it slow."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.check.policy import names, policy
from regulars.check.policy.terms import forms, found, index_of, term
from regulars.check.policy.words import words


def hits(written: str, text: str) -> list[str]:
    said = words(text)
    return [text[said[a].start : said[b - 1].end] for a, b in found(said, index_of([term(written)]))]


@pytest.mark.parametrize(
    "disguised",
    [
        "risk-free", "RISK FREE", "Risk\u2011Free", "ri\u00adsk-fr\u00adee", "r\u0456sk fr\u0435\u0435",
        "\uff32\uff29\uff33\uff2b free", "rìsk frée", "risk\u200b-free", "risk\nfree",
        "\U0001d42b\U0001d422\U0001d42c\U0001d424 free",
    ],
)  # fmt: skip
def test_case_hyphens_accents_soft_hyphens_and_look_alike_letters_hide_nothing(disguised: str) -> None:
    (hit,) = hits("risk free", f"A {disguised} plan.")
    assert hit == disguised


def test_words_are_whole() -> None:
    assert hits("free", "Carefree freedom, freely given.") == []
    assert hits("safe|secure", "Unsafe, insecure, securely.") == []


def test_a_word_with_a_wave_is_found_in_each_of_its_forms() -> None:
    text = "guarantee guarantees guaranteed guaranteeing guarantor"
    assert len(hits("guarantee~", text)) == 4
    assert {"stopped", "stopping"} <= forms("stop")
    assert {"applies", "applied"} <= forms("apply")
    assert {"wishes"} <= forms("wish")


def test_a_gap_holds_so_many_words_of_one_sentence() -> None:
    assert hits("returns ..3 assured", "Returns are, in effect, assured.") == []
    assert hits("returns ..5 assured", "Returns are, in effect, assured.") == [
        "Returns are, in effect, assured"
    ]
    assert hits("returns ..5 assured", "See our returns. You are assured of help.") == []


def test_figures_signs_and_percent_are_read_in_words_too() -> None:
    assert hits("$ # a month", "Just £1,234.50 a month") == ["£1,234.50 a month"]
    assert hits("# % off", "20 per cent? 20% off, 20 percent off") == ["20% off", "20 percent off"]
    assert hits("#1-10 customers", "ten customers, 10 customers, 11 customers, 0 customers") == [
        "ten customers", "10 customers",
    ]  # fmt: skip


def test_an_end_is_where_a_sentence_or_the_text_ends_or_pauses_and_is_not_taken() -> None:
    for said in ("They are old.", "They are old", "They are old, and rich"):
        assert hits("are old .", said) == ["are old"]
    assert hits("are old .|and", "They are old and rich.") == ["are old"]
    assert hits("are old .|and", "They are old customers.") == []
    with pytest.raises(ValueError, match="begins or ends"):
        term(". old")


def test_contractions_are_read_as_what_they_shorten() -> None:
    for said in ("You can't lose", "You cannot lose", "You can not lose", "you can’t lose"):
        assert hits("you can not lose", said) == [said]


@pytest.mark.parametrize(
    ("text", "is_breach"),
    [
        ("Your rate is guaranteed.", True),
        ("Your rate is not guaranteed.", False),
        ("Your rate isn't guaranteed.", False),
        ("There is no guarantee.", False),
        ("We never promise that it is guaranteed.", False),
        ("It is not in any way guaranteed.", False),
        ("Nothing is guaranteed.", False),
        ("No rate is guaranteed.", False),
        ("It is not only good but guaranteed.", True),
        ("Don't miss our guaranteed rate.", True),
        ("No fees, guaranteed.", True),
        ("It is not a lie. It is guaranteed.", True),
        ("It is not not guaranteed.", True),
        ("It is never without a guarantee.", True),
        ("No worries: guaranteed.", True),
    ],
)
def test_a_denied_promise_is_none_and_another_denial_excuses_nothing(text: str, is_breach: bool) -> None:
    found = {each.rule for each in policy("bank_uk").breaches(text, "customer")}
    assert ("guaranteed" in found) is is_breach


def test_what_is_impossible_to_lose_is_a_promise_though_it_says_not() -> None:
    (breach,) = policy("bank_uk").breaches("You cannot lose.", "internal")
    assert (breach.rule, breach.kind, breach.severity) == ("cannot_lose", "promissory", "fail")
    assert (breach.start, breach.end, breach.text) == (0, 15, "You cannot lose")


@given(st.text(max_size=200))
def test_any_text_is_read_and_each_breach_stands_where_it_says(text: str) -> None:
    for breach in policy("retail").breaches(text, "customer"):
        assert 0 <= breach.start <= breach.end <= len(text)
        assert breach.text == text[breach.start : breach.end]


@pytest.mark.parametrize("pack", names())
def test_a_text_ten_times_as_long_takes_about_ten_times_as_long(pack: str) -> None:
    held = policy(pack)
    hostile = "not no guaranteed returns your savings 5 loan will 5 % card value of investments "

    def seconds(times: int) -> float:
        began = time.process_time()
        held.breaches(hostile * times, "customer")
        return time.process_time() - began

    seconds(20)
    assert min(seconds(500) for _ in range(2)) < 30 * max(min(seconds(50) for _ in range(2)), 0.001)
