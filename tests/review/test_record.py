"""Records: what they hold, what they refuse, and that they come back from JSON as they were."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from importlib.resources import files
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker
from pydantic import ValidationError
from tests.review.texts import NOON, SAYS, claims, facts, text

from regulars.documents import digest_of
from regulars.review.chain import Head, first_events, hashed
from regulars.review.record import (
    Body,
    Check,
    Content,
    EgressScan,
    Event,
    Facts,
    Generation,
    NewRecord,
    Period,
    Record,
    Review,
    Ruling,
    Words,
)  # fmt: skip
from regulars.review.shape import Audience, Kind, Ruled

SCHEMA = json.loads(files("regulars.review").joinpath("record.schema.json").read_text("utf-8"))
HELD = Draft202012Validator(SCHEMA, format_checker=FormatChecker())


def whole(new: NewRecord) -> Record:
    """The record as a store that was empty would keep it."""
    body = new.numbered(1, None)
    events = tuple(first_events(new, body, Head(0, None)))
    review = Review(state=events[-1].state, author=events[0].actor)
    parts = {name: getattr(body, name) for name in Body.model_fields}
    return Record(**parts, record_id=body.digest[:16], review=review, events=events)


# --- any record ------------------------------------------------------------------------------------

shas = st.text("0123456789abcdef", min_size=64, max_size=64)
named = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs", "So")), min_size=1, max_size=20)
texts = st.text(st.characters(codec="utf-8"), min_size=1, max_size=60)
moments = st.datetimes(
    datetime(2000, 1, 1), datetime(2100, 1, 1),  # noqa: DTZ001  # the zone comes with the next line
    timezones=st.integers(-12, 14).map(lambda hours: timezone(timedelta(hours=hours))),
)  # fmt: skip
documents = st.dictionaries(
    texts,
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
        max_leaves=5,
    ),
    max_size=3,
)
kinds = st.sampled_from(get_args(Kind))


@st.composite
def rulings(draw: st.DrawFn, length: int) -> Ruling:
    start = draw(st.integers(0, length))
    return draw(
        st.builds(
            Ruling, span=st.tuples(st.just(start), st.integers(start, length)), text=st.none() | texts,
            verdict=st.sampled_from(get_args(Ruled)),
            error_type=st.none() | texts, evidence=st.none() | documents, stated=st.none() | st.floats(0, 9),
            computed=st.none() | texts | st.integers(), tolerance=st.none() | texts,
            override=st.none() | documents,
        )
    )  # fmt: skip


@st.composite
def new_records(draw: st.DrawFn) -> NewRecord:
    kind = draw(kinds)
    words = draw(
        st.builds(
            Words, kind=st.just(kind), segmentation=named,
            segment_id=st.just("overall") if kind == "report" else named,
            audience=st.sampled_from(get_args(Audience)), locale=st.sampled_from(["en", "pt-BR"]),
            text=texts, channel=st.none() | named, disclosures=st.lists(texts, max_size=2).map(tuple),
            ai_generated_label=st.booleans(), draft=st.none() | documents,
        )
    )  # fmt: skip
    checks = draw(
        st.lists(
            st.builds(
                Check, name=st.sampled_from(["claims", "pii"]), version=named, policy_sha256=st.none() | shas,
                result=st.just("fail"), ran_at=moments,
                claims=st.lists(rulings(len(words.text)), max_size=2).map(tuple),
            ),
            max_size=2,
        )
    )  # fmt: skip
    generation = draw(
        st.builds(
            Generation, engine=st.just("llm"), provider=named, model=named, prompt_sha256=shas,
            tokens=st.dictionaries(named, st.integers(0), max_size=2), params=st.none() | documents,
            attempt=st.none() | st.integers(1), started_at=st.none() | moments,
            egress_scan=st.none() | st.just(EgressScan()),
        )
        | st.builds(Generation, engine=st.sampled_from(["template", "human"]))
    )  # fmt: skip
    about = draw(
        st.builds(
            Facts, sha256=shas, schema=named, as_of=st.dates(),
            period=st.builds(Period, start=st.dates(), end=st.dates()), segmentation_run=named,
            data_snapshot=st.none() | named, code_version=st.none() | named, min_cohort=st.integers(0),
            suppressed_cells=st.integers(0),
        )
    )  # fmt: skip
    return NewRecord(
        words=words, facts=about, generation=generation, checks=tuple(checks), actor=draw(named),
        at=draw(moments),
    )  # fmt: skip


@given(new_records())
def test_a_record_comes_back_from_json_as_it_was_and_is_held_by_the_schema(new: NewRecord) -> None:
    record = whole(new)
    told = json.loads(json.dumps(record.as_json()))
    HELD.validate(told)
    again = Record.from_json(told)
    assert again == record
    assert again.as_json() == record.as_json()
    assert again.digest == record.digest == new.numbered(1, None).digest
    for event in again.events:
        assert digest_of(hashed(event.as_json())) == event.event_sha256


# --- the schema and the types refuse the same ------------------------------------------------------


def _path(document: dict, path: str) -> tuple[dict, str]:
    *parents, last = path.split(".")
    for part in parents:
        document = document[int(part)] if isinstance(document, list) else document[part]
    return document, last


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("content.kind", "poem"),
        ("content.audience", "everybody"),
        ("content.version", 0),
        ("content.version", "1"),
        ("content.sha256", "abc"),
        ("content.text", None),
        ("content.ai_generated_label", "yes"),
        ("content.disclosures", "one"),
        ("facts.min_cohort", "11"),
        ("facts.as_of", 20240630),
        ("facts.period", "2024"),
        ("generation.engine", "oracle"),
        ("generation.egress_scan", {"pii_hits": 1}),
        ("generation.egress_scan", {"row_level_data": True}),
        ("generation.egress_scan", {"small_cells": 2}),
        ("checks.0.name", "spelling"),
        ("checks.0.result", "maybe"),
        ("checks.0.claims.0.verdict", "true"),
        ("checks.0.claims.0.span", ["0", 9]),
        ("review.state", "done"),
        ("review.permitted_use", "web"),
        ("events", []),
        ("events.0.action", "burnt"),
        ("events.0.actor_kind", "robot"),
        ("events.0.seq", "1"),
        ("events.0.state", "done"),
    ],
)
def test_what_the_schema_refuses_the_types_refuse(path: str, value: object) -> None:
    told = whole(text()).as_json()
    holder, name = _path(told, path)
    holder[name] = value
    assert not HELD.is_valid(told)
    with pytest.raises(ValidationError):
        Record.from_json(told)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        *[("", name) for name in SCHEMA["required"]],
        *[("content", name) for name in ("kind", "segment_id", "audience", "version", "sha256", "text")],
        *[("facts", name) for name in SCHEMA["properties"]["facts"]["required"]],
        ("generation", "engine"),
        *[("events.0", name) for name in SCHEMA["properties"]["events"]["items"]["required"]],
    ],
)
def test_what_the_schema_requires_the_types_require(path: str, name: str) -> None:
    told = whole(text()).as_json()
    holder, last = _path(told, f"{path}.{name}".removeprefix("."))
    del holder[last]
    assert not HELD.is_valid(told)
    with pytest.raises(ValidationError):
        Record.from_json(told)


def test_a_name_that_the_record_does_not_have_is_refused() -> None:
    told = whole(text()).as_json()
    told["review"]["aprover"] = "Ann"
    with pytest.raises(ValidationError, match="review.aprover"):
        Record.from_json(told)


# --- digests ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "bound",
    [
        {"segmentation": "behaviour"},
        {"segment_id": "at_risk"},
        {"kind": "persona"},
        {"audience": "public"},
        {"locale": "en-GB"},
        {"channel": "e-mail"},
        {"disclosures": ("Made by a model.",)},
        {"ai_generated_label": True},
    ],
)
def test_the_digest_of_words_is_of_the_text_and_of_what_it_is_bound_to(bound: dict) -> None:
    assert text(**bound).words.digest != text().words.digest


def test_the_digest_of_words_is_not_of_what_they_were_rendered_from_nor_of_their_version() -> None:
    assert text(draft={"claims": []}).words.digest == text().words.digest
    assert text().numbered(7, "b" * 64).content.sha256 == text().words.digest


def test_the_digest_of_a_record_is_of_all_that_never_changes() -> None:
    bodies = [
        text().numbered(1, None),
        text().numbered(2, "b" * 64),
        text(draft={"claims": []}).numbered(1, None),
        text(of=facts("b")).numbered(1, None),
        text(checks=()).numbered(1, None),
    ]
    assert len({each.digest for each in bodies}) == len(bodies)


def test_words_that_are_not_those_of_their_digest_are_refused() -> None:
    told = whole(text()).as_json()
    told["content"]["text"] = SAYS.replace("12", "13")
    with pytest.raises(ValidationError, match="the words are not those that sha256 is of") as refused:
        Content.from_json(told["content"])
    assert "13 %" not in str(refused.value)


# --- what it refuses -------------------------------------------------------------------------------


def test_a_contradicted_claim_fails_its_check() -> None:
    with pytest.raises(ValidationError, match="a check that found a contradicted claim fails"):
        claims("warn", "contradicted")
    assert claims("fail", "contradicted").result == "fail"


def test_a_claim_stands_in_the_text() -> None:
    with pytest.raises(ValidationError, match="a claim's span is not in the text, which has 5 characters"):
        text("Short")


def test_a_report_is_about_the_whole_segmentation() -> None:
    with pytest.raises(ValidationError, match="its segment_id is 'overall'"):
        text(kind="report")
    assert text(kind="report", segment_id="overall").words.segment_id == "overall"


def test_words_of_a_model_name_it_and_what_it_was_asked() -> None:
    with pytest.raises(ValidationError, match="words of a model need model, prompt_sha256, tokens"):
        Generation(engine="llm", provider="openai")


@pytest.mark.parametrize("name", ["", "a\nb", "a\0b", "\ud800", "x" * 201])
def test_a_name_is_one_line_that_can_be_written(name: str) -> None:
    with pytest.raises(ValidationError):
        text(segment_id=name)


@pytest.mark.parametrize(
    "inside", [{"a": float("nan")}, {"a": [float("inf")]}, {"\ud800": 1}, {"a": "\ud800"}]
)
def test_what_has_no_digest_is_refused(inside: dict) -> None:
    with pytest.raises(ValidationError):
        text(draft=inside)


def test_a_moment_has_a_zone_and_is_told_in_utc() -> None:
    later = NOON.astimezone(timezone(timedelta(hours=5)))
    assert claims().model_copy(update={"ran_at": NOON}) == Check(**{**dict(claims()), "ran_at": later})
    assert Check(**{**dict(claims()), "ran_at": later}).as_json()["ran_at"] == "2024-07-01T12:00:00Z"
    with pytest.raises(ValidationError):
        Check(**{**dict(claims()), "ran_at": datetime(2024, 7, 1)})  # noqa: DTZ001


# --- its first events ------------------------------------------------------------------------------


def test_a_record_is_born_written_and_checked() -> None:
    new = text()
    written, checked = first_events(new, new.numbered(1, None), Head(7, "c" * 64))
    assert (written.seq, written.action, written.state) == (8, "generated", "draft")
    assert (checked.seq, checked.action, checked.state) == (9, "checked", "draft")
    assert written.prev_event_sha256 == "c" * 64
    assert checked.prev_event_sha256 == written.event_sha256
    assert written.content_sha256 == checked.content_sha256 == new.words.digest
    assert (written.at, written.actor, written.actor_kind) == (NOON, "regulars narrate", "system")


def test_a_check_that_fails_decides_about_the_state_and_a_warning_does_not() -> None:
    for checks, states in (
        ((), ["draft"]),
        ((claims("warn", "needs_review"),), ["draft", "draft"]),
        ((claims(), claims("fail", "unsupported")), ["draft", "checks_failed"]),
    ):
        new = text(checks=checks)
        events: list[Event] = first_events(new, new.numbered(1, None), Head(0, None))
        assert [each.state for each in events] == states


def test_what_a_person_wrote_has_a_person_as_its_author() -> None:
    new = text().model_copy(update={"generation": Generation(engine="human"), "actor": "Ann"})
    (written, _) = first_events(new, new.numbered(1, None), Head(0, None))
    assert (written.actor, written.actor_kind) == ("Ann", "human")
    assert written.at.tzinfo is UTC
