"""What a notebook shows of drafts: what each claim is, and by whom."""

from __future__ import annotations

from regulars.narrate.drafts import Claim, Draft
from regulars.publish.fragments import drafts_fragment
from regulars.types import Span


def test_a_row_says_what_a_claim_is_and_marks_the_words_of_a_model() -> None:
    claims = (
        Claim("need", "need", (), "They may need a quick answer.", "model"),
        Claim("job", "job", (), "Not known from orders.", "template"),
        Claim("level.1", "level", (Span("They are "), Span("12 %", "a.share")), "", "program"),
    )
    draft = Draft("persona", "rfm", "a", "Champions", "executive", "medium", "en", "0" * 64, "1" * 64, claims)
    html = drafts_fragment([draft], ())
    assert "Champions (rfm, persona): Need (hypothesis)" in html
    assert "<td>They may need a quick answer.</td><td>words of a language model</td>" in html
    assert "<td>Not known from orders.</td><td>words by rule</td>" in html
    assert "Champions (rfm, persona): Level" in html
    assert html.count("language model") == 1
