"""The scan for personal data: what it finds, what it leaves alone, and how long it takes."""

import json
import random
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from regulars.check.personal import Hit, Known, personal
from regulars.check.personal.people import NUMBERS, _holds

ROOT = Path(__file__).parents[3]

PLANTED = {
    "e_mail": (
        "anna@shop.example",
        "A.B+c@sub.shop.co.uk",
        "anna (at) shop (dot) example",
        "anna[at]shop[dot]com",
        "anna at shop dot com",
        "anna @ shop . com",
        "anna%40shop.example",
        "anna&#64;shop.example",
        "anna\u200b@sh\u00adop.example",
        "anna＠shop．example",
        "müller@straße.de",
        "o'neil@shop.example",
    ),
    "phone": (
        "+44 20 7946 0958",
        "+442079460958",
        "0044 20 7946 0958",
        "020 7946 0958",
        "07911 123456",
        "07911123456",
        "+44 (0)20 7946 0958",
        "(212) 555-0187",
        "212-555-0187",
        "+1 212 555 0187",
        "+49 171 1234567",
        "0171 1234567",
        "+33 6 12 34 56 78",
        "06 12 34 56 78",
        "+91 98765 43210",
        "0 2 0 7 9 4 6 0 9 5 8",
        "０２０ ７９４６ ０９５８",
        "020\u00a07946\u20110958",
        "tel. 2125550187",
        "+39 02 1234 5678",
    ),
    "card": (
        "4111 1111 1111 1111",
        "4111111111111111",
        "5555-5555-5555-4444",
        "378282246310005",
        "3782 822463 10005",
        "6011111111111117",
        "30569309025904",
        "3530111333300000",
        "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
        "4111.1111.1111.1111",
    ),
    "iban": (
        "GB29 NWBK 6016 1331 9268 19",
        "DE89370400440532013000",
        "FR14 2004 1010 0505 0001 3M02 606",
        "nl91abna0417164300",
        "NO93 8601 1117 947",
        "CH93-0076-2011-6238-5295-7",
    ),
    "national_id": (
        "123-45-6789",
        "SSN 123456789",
        "AB 12 34 56 C",
        "12345678Z",
        "X-1234567-L",
        "RSSMRA85T10A562S",
        "2 55 08 14 168 025 38",
        "PESEL 44051401359",
        "131052-308T",
        "756.9217.0769.85",
        "390.533.447-05",
        "11010519491231002X",
        "NHS number 943 476 5919",
        "900101-0017",
        "15108695088",
        "Aadhaar 2341 2341 2346",
        "7503305044089",
    ),
    "api_key": (
        "sk-proj-Abc123Def456Ghi789Jkl",
        "sk-ant-api03-Abc123Def456Ghi789",
        "AKIAIOSFODNN7EXAMPLE",
        "ghp_0123456789abcdefghijABCDEFGHIJ012345",
        "xoxb-123456789012-abcdefghijkl",
        "AIza" + "SyA1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjMifQ.c2lnbmF0dXJl",
        "REGULARS_MODEL_KEY=planted-Key_0123456789",
        "Authorization: Bearer abcdefghijklmnopqrstuvwxyz",
        "password: Sommer2024!",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----",
        "Zm9vYmFy0aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT",
    ),
    "url_with_password": ("https://anna:geheim@shop.example/x", "postgresql://me:pw@10.0.0.5/db"),
    "ip_address": ("203.0.113.7", "2001:db8::ff00:42:8329"),
    "identifier": ("C-10017", "c 10017", "Müller GmbH", "MULLER GMBH", "Mu\u0308ller gmbh"),
}
"""Forms in which each kind is written, each of a number that was made for examples or for these tests."""
IDENTIFIERS = Known(("C-10017", "Müller GmbH"))
FORMS = [(kind, each) for kind, forms in PLANTED.items() for each in forms]


@pytest.mark.parametrize(("kind", "form"), FORMS, ids=[f"{kind}{nth}" for nth, (kind, _) in enumerate(FORMS)])
@pytest.mark.parametrize("around", ["{}", "They wrote: ({}), twice.", "id 12345 {} 2024-05-06"])
def test_every_planted_form_is_found_by_its_kind(kind: str, form: str, around: str) -> None:
    text = around.format(form)
    hits = personal(text, identifiers=IDENTIFIERS)
    at = text.index(form)
    assert [each for each in hits if each.kind == kind and each.start < at + len(form) and each.end > at], (
        hits
    )


def test_the_place_of_a_hit_is_that_of_the_text_as_it_came() -> None:
    text = "é\u200b write to anna\u200b@shop.example, or ０２０ ７９４６ ０９５８!"
    assert [(each.kind, text[each.start : each.end]) for each in personal(text)] == [
        ("e_mail", "anna\u200b@shop.example"),
        ("phone", "０２０ ７９４６ ０９５８"),
    ]


def test_neither_a_hit_nor_known_values_show_what_they_stand_for() -> None:
    (hit,) = personal("anna@shop.example")
    assert repr(hit) == str(hit) == "Hit(kind='e_mail', start=0, end=17)"
    assert repr(IDENTIFIERS) == "Known(2 values)"
    assert hit == Hit("e_mail", 0, 17)


def test_known_values_are_found_as_whole_words_only() -> None:
    assert [each.kind for each in personal("Ann met ann.", identifiers=["ann"])] == ["identifier"] * 2
    assert personal("Annual plans, Joanne", identifiers=["ann"]) == ()
    assert personal("a b", identifiers=["", "--"]) == ()


def test_a_national_form_is_known_where_its_country_is_said() -> None:
    assert [each.kind for each in personal("ask for 2125550187", country="us")] == ["phone"]
    assert personal("ask for 2125550187") == ()
    assert personal("ask for 2125550187", country="GB") == ()


def ordinary() -> list[str]:
    """Sentences about customers, and those of our own pages."""
    claims = (ROOT / "tests" / "check" / "benchmark").glob("*_claims.jsonl")
    said = [json.loads(line)["text"] for path in claims for line in path.read_text().splitlines() if line]
    pages = [ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
    pages = [path for path in pages if path.name != "privacy.md"]  # it shows what is found
    return said + [each for path in pages for each in re.split(r"(?<=[.!?])\s+|\n", path.read_text()) if each]


@pytest.mark.parametrize("country", [None, "GB", "DE"])
def test_one_ordinary_sentence_in_a_thousand_is_taken_for_a_person_at_most(country: str | None) -> None:
    """Pages may name a telephone number; so few may be wrong."""
    sentences = ordinary()
    assert len(sentences) > 3000
    wrong = [each for each in sentences if personal(each, country=country)]
    assert len(wrong) <= len(sentences) / 1000, wrong


def figures(chance: random.Random) -> list[str]:
    def digits(count: int) -> str:
        return "".join(chance.choices("0123456789", k=count))

    year, month, day = chance.randrange(1990, 2030), chance.randrange(1, 13), chance.randrange(1, 29)
    return [
        f"They spent £{chance.randrange(10**7):,}.{digits(2)}.",
        f"Revenue was {chance.randrange(10**9):,} EUR.".replace(",", " "),
        f"On {year}-{month:02}-{day:02} 12:{digits(2)}:{digits(2)}.",
        f"From {day:02}.{month:02}.{year} to {day:02}/{month:02}/{year}.",
        f"Order {digits(10)} and invoice no. {digits(8)}.",
        f"Order {digits(3)}-{digits(7)}-{digits(7)}.",
        f"The mug (40{digits(11)}), SKU {digits(4)}-{digits(4)}.",
        f"They asked about {digits(8)}.",
        f"Digest {chance.getrandbits(256):064x} of {chance.getrandbits(128):032x}.",
    ]


def test_amounts_dates_and_order_numbers_are_seldom_taken_for_a_person() -> None:
    chance = random.Random(6)
    said = [each for _ in range(300) for each in figures(chance)]
    wrong = [each for each in said if personal(each)]
    assert len(wrong) <= 0.005 * len(said), wrong


def test_check_digits_leave_few_random_numbers_or_there_is_a_mark_or_a_name() -> None:
    chance = random.Random(3)
    for number in NUMBERS:
        for groups in () if number.name or number.mark else number.groups:
            tries = [
                " ".join("".join(chance.choices("0123456789", k=n)) for n in groups) for _ in range(2000)
            ]
            assert sum(_holds(number.module, each) for each in tries) <= 2000 / 100, number


LETTERS = 40_000
HOSTILE = (
    "1",
    "1 ",
    "0171 1234567 ",
    "a",
    "a@",
    "a.",
    "a at ",
    "(at)",
    "GB29 ",
    "A1",
    "sk-",
    "password ",
    "eyJ",
    "::",
    "1.2.",
    "\u200b",
    "+1 ",
    "212-555-0187 ",
    " ",
    "-----BEGIN PRIVATE KEY-----",
    "a://b:",
    "é",
    "(1)",
    "12-",
    "12 34 567 ",
    "c ",
)


@pytest.mark.soak
@pytest.mark.parametrize("piece", HOSTILE)
def test_a_megabyte_of_anything_is_read_in_seconds(piece: str) -> None:
    began = time.process_time()
    personal(piece * (1_000_000 // len(piece)), identifiers=["c c c c d"])
    assert time.process_time() - began < 40


@pytest.mark.parametrize("piece", HOSTILE)
def test_time_is_linear_in_the_text(piece: str) -> None:
    def seconds(letters: int) -> float:
        began = time.process_time()
        personal(piece * (letters // len(piece)), identifiers=["c c c c d"])
        return time.process_time() - began

    personal("+44 20 7946 0958 4111111111111111 GB29NWBK60161331926819")
    once = max(seconds(LETTERS // 10), 0.02)
    assert seconds(LETTERS // 2) < 5 * 5 * once


def test_libraries_are_read_when_a_number_is_met_and_not_before() -> None:
    seen = (
        "import sys, regulars.app.cli; from regulars.check.personal import personal; personal('no figures')"
    )
    told = subprocess.run(
        [sys.executable, "-c", f"{seen}; print([m for m in sys.modules if m in ('phonenumbers', 'stdnum')])"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == "[]"
