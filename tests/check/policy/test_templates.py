"""Customers read only approved wording: an edit voids the approval, and slots hold only what they may."""

import time
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.check.policy import Policy, names, policy
from regulars.check.policy.conformance import conformance
from regulars.check.policy.filling import fill
from regulars.check.policy.shelf import examples, named, shelf
from regulars.check.policy.template import Template, read_template, template_of
from regulars.errors import CheckFailed, SettingsError, UsageError
from regulars.figures import written
from regulars.types import Fact, Metric, Profile, SegmentFacts

TODAY = date(2026, 11, 22)
RETAIL = policy("retail")
WORDING = """
schema = "regulars-template/1"
name = "back"
channel = "email"
longest = 300
wording = "Dear {group}, {opening} Of you, {repeat} came back. {close} {opt_out}"
disclosures = ["opt_out"]
[slots.group]
kind = "name"
names = { champions = "friends of the house" }
[slots.opening]
kind = "phrase"
longest = 60
[slots.repeat]
kind = "figure"
metrics = ["repeat_rate"]
[slots.close]
kind = "choice"
one_of = ["See you soon.", "Until then."]
"""
SLOTS = {
    "group": "champions", "opening": "it is good to have you.", "repeat": "champions.repeat_rate",
    "close": "Until then.",
}  # fmt: skip
STOP = "You can stop these messages at any time: reply STOP."
TEXT = f"Dear friends of the house, it is good to have you. Of you, 62.1% came back. Until then. {STOP}"


def approved(wording: str = WORDING, held: Policy = RETAIL, approval: str = "") -> Template:
    digest = template_of(wording, held.disclosures, "t").digest
    by = f'[approval]\nby = "Head of Compliance"\non = 2026-11-01\ndigest = "{digest}"\n{approval}'
    return template_of(f"{wording}\n{by}", held.disclosures, "t")


def facts(name: str, repeat: float | None) -> SegmentFacts:
    rate = Fact(f"{name}.repeat_rate", repeat, "percent", "Repeat rate", note="not shown: too few")
    count = Fact(f"{name}.customers", 500, "count", "Customers")
    return SegmentFacts(name, name.title(), {"customers": count, "repeat_rate": rate})


PROFILE = Profile(
    "rfm", "Shop", "GBP", TODAY, TODAY, TODAY,
    (Metric("customers", "Customers", "count", "sum"), Metric("repeat_rate", "Repeat", "percent", "mean")),
    facts("overall", 40.0), (facts("champions", 62.14), facts("few", None)),
)  # fmt: skip


def faults(text: str, template: Template | None = None, **beside) -> list[tuple[str, str]]:
    found = conformance(text, template or approved(), RETAIL, today=TODAY, **beside)
    return [(each.kind, text[each.start : each.end]) for each in found if each.severity == "fail"]


def test_a_filled_template_cites_its_facts_and_conforms() -> None:
    filled = fill(approved(), SLOTS, PROFILE, RETAIL, today=TODAY)
    assert filled.text == TEXT
    assert [each.text for each in filled.sentence if each.fact == "champions.repeat_rate"] == ["62.1%"]
    assert (filled.template_digest, filled.policy_digest) == (approved().digest, RETAIL.digest)
    assert faults(TEXT) == []
    assert faults(TEXT, profile=PROFILE, segment_id="champions") == []


def test_wording_that_nobody_approved_is_refused_with_the_digest_to_approve() -> None:
    template = template_of(WORDING, RETAIL.disclosures, "t")
    with pytest.raises(CheckFailed, match="nobody has approved it") as refused:
        fill(template, SLOTS, PROFILE, RETAIL, today=TODAY)
    assert template.digest in refused.value.remedy
    assert ("unapproved", TEXT) in faults(TEXT, template)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Of you,", "of you,"), ("longest = 60", "longest = 61"), ('"repeat_rate"', '"revenue"'),
        ("Until then.", "Until then!"), ("friends of the house", "guests"), ('"email"', '"letter"'),
    ],
)  # fmt: skip
def test_any_change_of_the_wording_or_its_slots_voids_the_approval(before: str, after: str) -> None:
    old = approved()
    digest = f'digest = "{old.digest}"'
    edited = WORDING.replace(before, after)
    assert edited != WORDING
    template = template_of(
        f'{edited}\n[approval]\nby = "Head"\non = 2026-11-01\n{digest}', RETAIL.disclosures, "t"
    )
    assert "approved another wording" in str(template.unapproved(TODAY))


def test_another_text_for_a_disclosure_voids_the_approval_too() -> None:
    other = policy("retail", disclosures={"opt_out": "Reply STOP to stop."})
    digest = approved().digest
    template = template_of(
        f'{WORDING}\n[approval]\nby = "Head"\non = 2026-11-01\ndigest = "{digest}"', other.disclosures, "t"
    )
    assert "changed since" in str(template.unapproved(TODAY))


def test_a_disclosure_by_the_name_of_a_rule_is_not_lacking_in_whatever_words() -> None:
    held = policy("retail", disclosures={"opt_out": "Genug davon? Ein Anruf genügt."})
    template = approved(held=held)
    filled = fill(template, SLOTS, PROFILE, held, today=TODAY)
    assert filled.warnings == ()
    assert conformance(filled.text, template, held, today=TODAY) == ()
    assert [each.rule for each in held.breaches(filled.text, "customer")] == ["opt_out"]


def test_an_approval_holds_from_its_day_to_its_end() -> None:
    template = approved(approval="until = 2026-11-30")
    assert template.unapproved(date(2026, 11, 30)) is None
    assert "ended on 2026-11-30" in str(template.unapproved(date(2026, 12, 1)))
    assert "begins on 2026-11-01" in str(template.unapproved(date(2026, 10, 31)))


@pytest.mark.parametrize(
    ("slot", "given", "told"),
    [
        ("opening", "only 3 left for you.", "hold no figures"),
        ("opening", "seven of you came back.", "hold no figures"),
        ("opening", "half of you came back.", "hold no figures"),
        ("opening", "thousands of you, twice.", "hold no figures"),
        ("opening", "it is £ nothing", "hold no figures"),
        ("opening", "see www.example.com now", "is no part of plain words"),
        ("opening", "it is good\nto have you.", "is no part of plain words"),
        ("opening", "visit cheapgifts.com today.", "'s.com' is no part of plain words"),
        ("opening", "go to bit.ly today.", "is no part of plain words"),
        ("opening", "go to evil．com today.", "is no part of plain words"),
        ("opening", "go to evil。com today.", "is no part of plain words"),
        ("opening", "write to jane＠evil dot com.", "'@' is no part of plain words"),
        ("opening", "go to evil／x.", "'/' is no part of plain words"),
        ("opening", "thanks [click](evil).", "is no part of plain words"),
        ("opening", "thanks **now** `x`.", "is no part of plain words"),
        ("opening", "thanks &lt;b&gt; all.", "is no part of plain words"),
        ("opening", "it is good to have you " + "again and " * 9, "characters, where 60 fit"),
        ("opening", "the lowest prices in town.", "compares prices with others"),
        ("opening", "", "it is empty"),
        ("repeat", "champions.customers", "is no fact of repeat_rate"),
        ("repeat", "nobody.repeat_rate", "the facts have no"),
        ("repeat", "few.repeat_rate", "not shown: too few"),
        ("close", "Until them.", "none of the wordings listed. Did you mean 'Until then.'"),
        ("group", "few", "no public name for segment 'few'"),
    ],
)
def test_a_slot_that_does_not_obey_its_kind_is_refused(slot: str, given: str, told: str) -> None:
    with pytest.raises(CheckFailed) as refused:
        fill(approved(), {**SLOTS, slot: given}, PROFILE, RETAIL, today=TODAY)
    assert told in refused.value.found


@pytest.mark.parametrize(
    "hidden",
    [
        "\u2028",
        "\u2029",
        "\x85",
        "\x0b",
        "\x0c",
        "\x00",
        "\u200b",
        "\u202e",
        "\U000e0063",
        "\ue000",
        "\u0378",
    ],
)
def test_no_slot_holds_a_character_that_breaks_the_line_or_that_nobody_sees(hidden: str) -> None:
    opening = f"it is good{hidden}to have you."
    with pytest.raises(CheckFailed, match="is no part of plain words"):
        fill(approved(), SLOTS | {"opening": opening}, PROFILE, RETAIL, today=TODAY)
    assert ("slot", opening) in faults(TEXT.replace("it is good to have you.", opening))


def test_plain_words_may_hold_dots_accents_and_signs_of_joy() -> None:
    for opening in ("it's good, e.g. for tea… and café! 😀", "Mr. Smith & Co. thank you (so much)."):
        fill(approved(), SLOTS | {"opening": opening}, PROFILE, RETAIL, today=TODAY)


def test_all_faults_of_the_slots_are_told_at_once() -> None:
    with pytest.raises(CheckFailed, match="'repeat'.*'close'"):
        fill(approved(), SLOTS | {"repeat": "few.repeat_rate", "close": "Bye."}, PROFILE, RETAIL, today=TODAY)
    misspelt = {"clsoe" if name == "close" else name: each for name, each in SLOTS.items()}
    with pytest.raises(
        CheckFailed, match="'close' is not filled; 'clsoe' is no slot of it. Did you mean 'cl"
    ):
        fill(approved(), misspelt, PROFILE, RETAIL, today=TODAY)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (TEXT.replace("came back", "come back"), ("wording", None)),
        (TEXT.replace("Dear", "Dearest"), ("wording", None)),
        (TEXT.removesuffix(f" {STOP}"), ("wording", None)),
        (TEXT.replace(STOP, STOP.lower()), ("wording", None)),
        (TEXT.replace("Dear", "dear"), ("wording", None)),
        (TEXT.replace("Of you,", "of you,"), ("wording", None)),
        (TEXT.replace("reply STOP.", "REPLY STOP."), ("wording", None)),
        (TEXT.replace("Until then.", "until then."), ("slot", "until then.")),
        (TEXT.replace("62.1%", "1,,,,2%"), ("slot", "1,,,,2%")),
        (TEXT.replace("62.1%", "EUR 3"), ("slot", "EUR 3")),
        (TEXT.replace("62.1%", "£3"), ("slot", "£3")),
        (f"{TEXT}\n\n", ("wording", "\n")),
        (f"{TEXT} PS: hurry!", ("wording", " PS: hurry!")),
        (TEXT.replace("62.1%", "a lot"), ("slot", "a lot")),
        (TEXT.replace("Until then.", "Bye."), ("slot", "Bye.")),
        (TEXT.replace("it is good", "5 is good"), ("slot", "5 is good to have you.")),
        (TEXT.replace("friends of the house", "Champions"), ("slot", "Champions")),
        (
            TEXT.replace("it is good to have you.", "the lowest prices in town."),
            ("slot", "the lowest prices in town."),
        ),
        (TEXT.replace("it is good to have you.", "it is good to have you" + " all" * 70), ("length", None)),
    ],
)
def test_whatever_was_changed_by_hand_is_found(text: str, fault: tuple[str, str | None]) -> None:
    kind, where = fault
    assert any(k == kind and where in (None, w) for k, w in faults(text)), faults(text)


def test_lines_end_as_on_any_system_and_one_end_may_close_the_text() -> None:
    wording = WORDING.replace("Of you,", "\\nOf you,")
    template, text = approved(wording), TEXT.replace("Of you,", "\nOf you,")
    for each in (text, f"{text}\n", text.replace("\n", "\r\n"), f"{text}\n".replace("\n", "\r\n")):
        assert faults(each, template) == []
    changed = text.replace("\n", "\r\n").replace("Until then.", "Bye.")
    assert faults(changed, template) == [("slot", "Bye.")]


@pytest.mark.parametrize(
    "unit", ["percent", "GBP", "CHF", "XXX", "days", "points", "count", "ratio", "percent_change"]
)
@pytest.mark.parametrize("value", [0, 1, -3.25, 12.5, 1234.5, 7_654_321])
def test_every_figure_as_it_is_written_has_the_form_of_one(unit: str, value: float) -> None:
    wording = WORDING.replace('"repeat_rate"', '"aov"')
    assert faults(TEXT.replace("62.1%", written(value, unit)), approved(wording)) == []


def test_a_figure_that_is_none_of_the_facts_is_found_where_the_facts_are_known() -> None:
    wrong = TEXT.replace("62.1%", "62.2%")
    assert faults(wrong) == []
    assert faults(wrong, profile=PROFILE) == [("slot", "62.2%")]
    others = TEXT.replace("62.1%", "40.0%")
    assert faults(others, profile=PROFILE, segment_id="champions") == []
    assert faults(TEXT, profile=PROFILE, segment_id="few") == [("slot", "62.1%")]


def test_a_breach_in_the_wording_stands_where_its_approver_accepts_it_with_a_reason() -> None:
    wording = WORDING.replace("Dear {group},", "Dear {group}, our prices are the lowest prices:")
    with pytest.raises(CheckFailed, match="compares prices"):
        fill(approved(wording), SLOTS, PROFILE, RETAIL, today=TODAY)
    accepting = 'accepts = { lowest_price = "price file of 3 November" }'
    assert fill(approved(wording, approval=accepting), SLOTS, PROFILE, RETAIL, today=TODAY).text
    with pytest.raises(CheckFailed, match="compares prices"):
        fill(
            approved(wording, approval=accepting), SLOTS | {"opening": "the lowest prices in town."}, PROFILE,
            RETAIL, today=TODAY,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("{close}", "{clsoe}", "{clsoe} is no slot. Did you mean 'close'"),
        ("{group}, {opening}", "{group}{opening}", "stand side by side"),
        (" {opt_out}", "", "disclosure 'opt_out' is not in the wording"),
        ("{opt_out}", "{opt_out} {close}", "'close' is in the wording more than once"),
        ("Dear", "Dear {", "names no slot"),
        ('["opt_out"]', '["opt_oot"]', "Did you mean 'opt_out'"),
        ("one_of =", "longest = 5 #", "a slot of kind choice needs 'one_of'"),
        ('kind = "phrase"', 'kind = "phrase"\nmetrics = ["a"]', "has no 'metrics'"),
        ("channel =", "chanel =", "chanel: no such setting. Did you mean 'channel'"),
    ],
)
def test_a_template_with_a_fault_is_refused_saying_which(before: str, after: str, told: str) -> None:
    with pytest.raises(SettingsError) as refused:
        template_of(WORDING.replace(before, after), RETAIL.disclosures, "t")
    assert told in refused.value.found


def test_an_sms_is_short_and_shorter_with_a_letter_outside_its_alphabet() -> None:
    wording = WORDING.replace('"email"', '"sms"').replace("longest = 300\n", "")
    template = template_of(wording, RETAIL.disclosures, "t")
    assert template.longest == 160
    assert template.is_too_long("a" * 160) is None
    assert "160 fit" in str(template.is_too_long("a" * 161))
    assert "an SMS holds 70" in str(template.is_too_long("a" * 70 + "✓"))


WORDS = st.text("abcdefgh ,!", min_size=1, max_size=60).map(str.strip).filter(bool)


@given(WORDS, st.sampled_from(["See you soon.", "Until then."]))
def test_whatever_is_filled_conforms(words: str, close: str) -> None:
    filled = fill(approved(), SLOTS | {"opening": words, "close": close}, PROFILE, RETAIL, today=TODAY)
    assert faults(filled.text, profile=PROFILE) == []


@given(st.text(max_size=300), st.integers(0, len(TEXT)), st.integers(0, 20))
def test_only_texts_that_a_filling_could_give_conform(inserted: str, at: int, cut: int) -> None:
    text = TEXT[:at] + inserted + TEXT[at + cut :]
    if text != TEXT and faults(text) == []:
        opening = text.removeprefix("Dear friends of the house, ").rpartition(" Of you, ")[0]
        assert text.startswith("Dear friends of the house, ")
        assert text.endswith(STOP)
        assert not any(letter.isdigit() for letter in opening)


def test_a_text_made_to_be_parsed_in_many_ways_is_ruled_on_at_once() -> None:
    template = approved()

    def seconds(times: int) -> float:
        hostile = "Dear friends of the house, " + " Of you, 1% came back. " * times
        began = time.process_time()
        assert faults(hostile, template)
        return time.process_time() - began

    seconds(10)
    assert min(seconds(400) for _ in range(3)) < 40 * max(min(seconds(40) for _ in range(3)), 0.001)


@pytest.mark.parametrize("pack", names())
def test_the_examples_of_a_pack_read_unapproved_and_fit_their_own_rules(pack: str, tmp_path: Path) -> None:
    held = policy(pack)
    assert examples(pack)
    for name, text in examples(pack).items():
        template = approved(text, held)
        assert (
            named(name, shelf(pack, tmp_path, held.disclosures)).unapproved(TODAY) == "nobody has approved it"
        )
        given = {
            slot.name: {
                "figure": "champions.repeat_rate", "phrase": "we are glad that you are here.",
                "choice": slot.one_of[0] if slot.one_of else "", "name": next(iter(slot.names), ""),
            }[slot.kind]
            for slot in template.slots
        }  # fmt: skip
        filled = fill(template, given, PROFILE, held, today=TODAY)
        assert filled.warnings == ()


def test_a_folder_of_templates_outweighs_the_examples_and_names_are_had_once(tmp_path: Path) -> None:
    mine = examples("retail")["we_miss_you"].replace("It has been a while.", "Hello again.")
    (tmp_path / "mine.toml").write_text(mine)
    found = shelf("retail", tmp_path, RETAIL.disclosures)
    assert found["we_miss_you"].path == tmp_path / "mine.toml"
    assert read_template(tmp_path / "mine.toml", RETAIL.disclosures) == found["we_miss_you"].template
    (tmp_path / "twice.toml").write_text(mine)
    with pytest.raises(UsageError, match="both have the name 'we_miss_you'"):
        shelf("retail", tmp_path, RETAIL.disclosures)
    with pytest.raises(UsageError, match="Did you mean 'second_order'"):
        named("second_ordr", found)
