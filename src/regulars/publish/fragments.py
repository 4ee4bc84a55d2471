"""What a notebook shows beside a study: sizes over time, who moved, what was found, and words about segments.

As for a study: no script, no ids, and the little style that goes along.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from regulars.figures import day, written
from regulars.narrate.drafts import LABELS, Claim, Draft
from regulars.publish import page
from regulars.publish.moved import LEFT, NOT_SHOWN, Past, matrix, moved_title
from regulars.publish.rely import found_of
from regulars.types import Finding
from regulars.validate.memberships import Sizes

_BY = {
    "model": "words of a language model",
    "template": "words by rule",
    "person": "words of a person",
    "program": "facts",
}
"""By whom a claim is, as a notebook says it."""


@dataclass(frozen=True)
class Sheet:
    """One table: its caption, the heads of its columns, and rows of a head and texts."""

    caption: str
    heads: Sequence[str]
    rows: Sequence[tuple[str, Sequence[str]]]


def sizes_fragment(name: str, counted: Sequence[Sizes], findings: Sequence[Finding]) -> str:
    """Sizes over time, a row a run, with the percent of all; a dash is not shown or was no segment then."""
    named = {each.id: each.name for sizes in counted for each in sizes.run.segments}
    rows = [
        (
            f"{day(each.run.as_of)}, version {each.run.version}",
            [*(_size(each, segment) for segment in named), _all(each)],
        )
        for each in counted
    ]
    sheet = Sheet(f"{name}: customers of each segment, and percent of all", [*named.values(), "All"], rows)
    return _fragment("Looking from", sheet, findings)


def moved_fragment(past: Past, findings: Sequence[Finding]) -> str:
    """Who moved between two runs: from the rows to the columns."""
    before, after = (sizes.run for sizes in past.sizes)
    caption = f"{past.name}: customers by segment on {day(before.as_of)} (rows) and {day(after.as_of)}"
    sheet = Sheet(caption, [*(each.name for each in after.segments), LEFT, "All"], list(matrix(past)))
    return _fragment("From", sheet, findings, headline=moved_title(past.migration))


def found_fragment(name: str, found: Mapping[str, object], findings: Sequence[Finding]) -> str:
    """What ``compare`` found, a row a question, of its document; limits that are passed first."""
    rows = [(question, [finding]) for question, finding in found_of(found)]
    sheet = Sheet(f"Can you rely on {name}?", ["Answer"], rows)
    return _fragment("Question", sheet, findings, sentences=_passed(found), words=True)


def drafts_fragment(drafts: Sequence[Draft], findings: Sequence[Finding]) -> str:
    """Words about segments that nobody has approved yet, a row a claim; those of a model are marked."""
    rows = [
        (_head(draft, claim), [claim.text, _BY[claim.source]])
        for draft in drafts
        for claim in draft.claims
        if claim.text
    ]
    sheet = Sheet("Drafts, which nobody has approved", ["Words", "By"], rows)
    return _fragment("Segment", sheet, findings, words=True)


def _head(draft: Draft, claim: Claim) -> str:
    role = LABELS.get(claim.role) or claim.role.capitalize()
    return f"{draft.segment_name} ({draft.segmentation}, {draft.kind}): {role}"


def _passed(found: Mapping[str, object]) -> list[str]:
    passed = found["exceeded"]
    assert isinstance(passed, list)
    return [f"Past a limit: {each['what']}" for each in passed]


def _size(sizes: Sizes, segment: str) -> str:
    customers = sizes.by_segment.get(segment)
    share = None if customers is None else sizes.share(segment)
    if customers is None or share is None:
        return NOT_SHOWN
    return f"{written(customers, 'count')} ({written(100 * share, 'percent')})"


def _all(sizes: Sizes) -> str:
    return written(sizes.customers, "count")


def _fragment(
    head: str, sheet: Sheet, findings: Sequence[Finding], *, headline: str = "",
    sentences: Sequence[str] = (), words: bool = False,
) -> str:  # fmt: skip
    template = page.environment().get_template("sheet.html")
    return template.render(
        head=head, sheet=sheet, findings=findings, headline=headline, sentences=sentences, words=words,
        style=page.fragment_style(),
    )  # fmt: skip
