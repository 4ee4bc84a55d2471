"""Writing: a model's words stand where they may, the rules' elsewhere, and figures are never the model's."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from tests.narrate.tellers import GONE, LOYAL, NEW, Scripted, harmless, manner, manuscript

from regulars.engine import Engine
from regulars.errors import ModelUnreachable
from regulars.figures import written
from regulars.narrate.drafts import Draft, as_json, from_json, tally
from regulars.narrate.guard import FALSE
from regulars.narrate.pieces import callable_by
from regulars.narrate.sheets import names_of
from regulars.narrate.writing import unanswered, write
from regulars.types import plain


@pytest.fixture(scope="module")
def shop():
    with Engine(threads=1) as engine:
        yield manuscript(engine)


def told(shop, model, kind="profile", **changed) -> list[Draft]:
    sheets = shop.sheets(kind)
    write(sheets, model, manner(**changed))
    return list(shop.drafts(sheets))


def assert_proven(shop, drafts: list[Draft]) -> None:
    """Every digit of a draft is a fact's, as it is written; nothing that is shown is false."""
    for draft in drafts:
        for claim in draft.claims:
            assert claim.verdict not in FALSE, claim
            assert not re.search(r"\d", claim.words), claim
            for span in claim.figures:
                if span.fact:
                    fact = shop.profile.fact(span.fact)
                    assert span.text == written(fact.value, fact.unit)
                else:
                    assert not re.search(r"\d", span.text)


@pytest.mark.parametrize("kind", ["profile", "persona"])
def test_without_a_model_the_words_are_by_rule_and_true(shop, kind: str) -> None:
    drafts = list(shop.drafts(shop.sheets(kind)))
    assert [each.segment_id for each in drafts] == ["loyal", "gone", "new"]
    assert_proven(shop, drafts)
    assert not any(each.is_by_model for each in drafts)
    assert tally(drafts).asked == 0


@pytest.mark.parametrize("kind", ["profile", "persona"])
def test_words_that_may_stand_are_the_models(shop, kind: str) -> None:
    drafts = told(shop, Scripted(), kind)
    assert_proven(shop, drafts)
    assert all(each.is_by_model for each in drafts)
    counts = tally(drafts)
    assert counts.kept > counts.replaced > 0  # the name says nothing of the facts, so it does not stand


def test_no_prompt_holds_a_figure_a_name_or_a_segments_id(shop) -> None:
    model = Scripted()
    told(shop, model)
    told(shop, model, "persona", steps=("describe", "draft", "refine"))
    assert model.asked
    for request in model.asked:
        said = "\n".join(each.text for each in request.messages)
        assert not re.search(r"\d|£|Gone quiet", said)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("They bring 42 of it.", "figure"),
        ("They bring forty of it.", "figure"),
        ("They bring a third of it.", "figure"),
        ("They bring ④ of it.", "figure"),
        ("They <b>stand</b> apart.", "marks"),
        ("They stand apart {x}.", "marks"),
        ("They shop at Harrods.", "name"),
        ("They stand apart " + "and apart " * 40, "too_long"),
        (" ", "empty"),
        ("They are young families.", "people"),
        ("They are fond of gardens.", "unsupported"),
        ("They are retired.", "people"),
        ("They left because of the price.", "unsupported"),
        ("They may be apart.", "hedged"),
    ],
)
def test_a_headline_that_may_not_stand_gives_way_to_the_rules(shop, words: str, code: str) -> None:
    drafts = told(shop, heads_with(words))
    assert_proven(shop, drafts)
    for draft in drafts:
        headline = draft.claim("headline")
        assert headline is not None
        assert (headline.source, headline.attempt) == ("template", 2)
        assert code in headline.why
        assert words.strip() not in draft.text or not words.strip()


def heads_with(words: str):
    """A model that says just that for a headline, whenever it is asked for one."""
    return Scripted(
        lambda request: {key: words if key == "headline" else said for key, said in harmless(request).items()}
    )


def test_words_that_turn_a_direction_round_give_way(shop) -> None:
    drafts = told(shop, heads_with("They rarely order."))
    sources = {each.segment_id: each.claim("headline").source for each in drafts}
    assert sources["loyal"] == "template"
    assert_proven(shop, drafts)


def test_what_may_not_stand_is_asked_for_once_more_and_alone(shop) -> None:
    def says(request):
        answer = harmless(request)
        if "lead" in answer:
            answer["advice"] = "They like it."
        return answer

    model = Scripted(says)
    drafts = told(shop, model)
    second = model.asked[len(drafts) :]
    assert [set(each.schema["properties"]) for each in second] == [{"name", "advice"}] * 3
    assert all(each.claim("advice").attempt == 2 for each in drafts)
    assert all(each.claim("advice").source == "model" for each in drafts)
    assert tally(drafts).retried == 3


def test_where_no_answer_comes_all_words_are_by_rule_and_it_is_said(shop) -> None:
    failed = ModelUnreachable("m", "deadline", "no answer in time", "Wait longer.")
    sheets = shop.sheets("profile")
    write(sheets, Scripted(lambda _: failed), manner())
    drafts = list(shop.drafts(sheets))
    assert_proven(shop, drafts)
    assert not any(each.is_by_model for each in drafts)
    assert tally(drafts).replaced == tally(drafts).asked > 0
    (finding,) = unanswered(sheets)
    assert "3 of 3" in finding.what


@pytest.mark.parametrize("step", ["describe", "again", "refine"])
def test_a_step_that_brings_no_answer_is_told_once_for_each_reason(shop, step: str) -> None:
    failed = ModelUnreachable("m", "server_error", "the server failed (500)", "Try again later.")
    model = Scripted(lambda request: failed if request.prompt.startswith(f"{step}/") else harmless(request))
    sheets = shop.sheets("profile")
    write(sheets, model, manner(steps=("describe", "draft", "refine")))
    (finding,) = unanswered([*sheets, *sheets])
    assert "6 of 6" in finding.what
    assert f"({step}): m: the server failed (500)" in finding.what
    assert all(each.is_by_model for each in shop.drafts(sheets))


def test_descriptors_may_take_a_third_of_the_time_and_a_draft_all_that_is_left(shop) -> None:
    class Timed(Scripted):
        def ask_all(self, requests, seconds=None):
            given.append((requests[0].prompt.partition("/")[0], seconds))
            return super().ask_all(requests, seconds)

    given: list[tuple[str, float]] = []
    told(shop, Timed(), steps=("describe", "draft"), seconds_left=lambda: 9.0)
    assert given[:2] == [("describe", 3.0), ("draft", 9.0)]


def test_a_name_that_another_segment_has_in_a_text_of_before_is_taken(shop) -> None:
    def named(*elsewhere: str) -> Draft:
        sheet = shop.sheets("profile")[0]
        sheet.named_elsewhere = elsewhere
        name = f"{callable_by(sheet.piece.statements)[0]} buyers"
        model = Scripted(
            lambda request: {key: name if key == "name" else said for key, said in harmless(request).items()}
        )
        write([sheet], model, manner())
        return next(shop.drafts([sheet]))

    free = named().claim("name")
    assert free.source == "model"
    taken = named(free.text).claim("name")
    assert (taken.source, taken.words) == ("template", "Loyal")
    assert "taken" in taken.why


def test_older_drafts_are_made_anew_and_no_others(shop) -> None:
    old = [each for each in told(shop, Scripted()) if each.segment_id == "gone"]
    assert [each.piece.words.segment_id for each in shop.sheets("profile", old=old)] == ["gone"]
    assert shop.sheets("persona", old=old) == []
    assert names_of(old, but="gone") == ()
    assert names_of(old, but="loyal") == ("Gone quiet",)


def test_polish_keeps_every_claim_and_nothing_false(shop) -> None:
    def says(request):
        answer = harmless(request)
        if request.prompt.startswith("refine"):
            answer = dict.fromkeys(answer, "They are twelve.") | {"advice": "Ask them what they lack."}
        return answer

    before, after = told(shop, Scripted()), told(shop, Scripted(says), steps=("draft", "refine"))
    ids = [[[claim.id for claim in each.claims] for each in drafts] for drafts in (before, after)]
    assert ids[0] == ids[1]
    assert all(each.claim("advice").words == "Ask them what they lack." for each in after)
    assert [each.claim("headline").words for each in after] == [
        each.claim("headline").words for each in before
    ]


def test_the_model_picks_the_statement_that_comes_first(shop) -> None:
    drafts = told(shop, Scripted(lambda request: harmless(request) | (
        {"lead": "b"} if "lead" in request.schema["properties"] else {})))  # fmt: skip
    for draft, sheet in zip(drafts, shop.sheets("profile"), strict=True):
        meanings = [each for each in draft.claims if each.role == "meaning"]
        assert meanings[0].statement == sheet.piece.statements[1].id


def test_a_draft_comes_back_from_json_as_it_was(shop) -> None:
    for draft in told(shop, Scripted()):
        again = from_json(as_json(draft))
        assert again == draft
        assert again.digest == draft.digest
    (first, *_) = told(shop, Scripted())
    assert replace(first, facts_digest="9" * 64).digest != first.digest


def test_new_figures_come_into_old_words_without_a_model_and_false_words_go() -> None:
    def says(request):
        quiet = "It is longer than usual since" in request.messages[-1].text
        is_first = "lead" in request.schema["properties"]
        return harmless(request) | ({"headline": "They have gone quiet."} if quiet and is_first else {})

    with Engine(threads=1) as engine:
        then = manuscript(engine)
        old = told(then, Scripted(says))
        more = manuscript(engine, {"loyal": [*LOYAL, *LOYAL[:9]], "gone": GONE, "new": NEW})
        fresh = list(more.drafts(more.sheets("profile", old=old)))
        assert_proven(more, fresh)
        assert [each.claim("advice").words for each in fresh] == [each.claim("advice").words for each in old]
        assert all(each.claim("advice").source == "model" for each in fresh)
        assert [each.claim("headline").words for each in old][1] == "They have gone quiet."
        level = [plain(each.claim("level.2").figures) for each in (old[0], fresh[0])]
        assert level[0] != level[1]
        # Those who had gone quiet are back: words of silence may not stay.
        back = [{**each, "recency_days": 3} for each in GONE]
        turned = manuscript(engine, {"loyal": LOYAL, "gone": back, "new": NEW})
        renewed = list(turned.drafts(turned.sheets("profile", old=old)))
        assert_proven(turned, renewed)
        assert renewed[1].claim("headline").source == "template"
        assert "gone quiet" not in renewed[1].claim("headline").words
