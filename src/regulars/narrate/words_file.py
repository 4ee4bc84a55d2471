"""Words as JSON, and back: what a run keeps of a narrative."""

from __future__ import annotations

from typing import Any

from regulars.types import Narrative, SegmentWords, Sentence, Span

SCHEMA = "narrative/1"


def as_json(narrative: Narrative) -> dict[str, Any]:
    """A narrative as plain values; a figure is ``{"text", "fact"}``, other words are strings."""
    return {
        "schema": SCHEMA,
        "segmentation": narrative.segmentation,
        "source": narrative.source,
        "headline": _many(narrative.headline),
        "lede": _many(narrative.lede),
        "titles": {name: sentence_json(title) for name, title in narrative.titles.items()},
        "segments": [
            {
                "segment_id": words.segment_id,
                "name": words.name,
                "headline": sentence_json(words.headline),
                "paragraph": _many(words.paragraph),
                "apart": _many(words.apart),
                "caveats": _many(words.caveats),
            }
            for words in narrative.segments
        ],
    }


def from_json(saved: dict[str, Any]) -> Narrative:
    return Narrative(
        saved["segmentation"],
        saved["source"],
        _sentences(saved["headline"]),
        _sentences(saved["lede"]),
        tuple(
            SegmentWords(
                each["segment_id"], each["name"], sentence_from(each["headline"]),
                _sentences(each["paragraph"]),
                _sentences(each["apart"]), _sentences(each["caveats"]),
            )
            for each in saved["segments"]
        ),
        {name: sentence_from(title) for name, title in saved["titles"].items()},
    )  # fmt: skip


def sentence_json(sentence: Sentence) -> list[str | dict[str, str]]:
    """A sentence as plain values: words as strings, a figure as ``{"text", "fact"}``."""
    return [{"text": span.text, "fact": span.fact} if span.fact else span.text for span in sentence]


def _many(sentences: tuple[Sentence, ...]) -> list[list[str | dict[str, str]]]:
    return [sentence_json(sentence) for sentence in sentences]


def sentence_from(saved: list[Any]) -> Sentence:
    """The sentence that :func:`sentence_json` gave."""
    return tuple(Span(part) if isinstance(part, str) else Span(part["text"], part["fact"]) for part in saved)


def _sentences(saved: list[list[Any]]) -> tuple[Sentence, ...]:
    return tuple(sentence_from(each) for each in saved)
