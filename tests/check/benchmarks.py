"""The labelled claims that come with the tests, and what the checker makes of them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from regulars.check.checker import Text, check
from regulars.check.table import facts_of
from regulars.check.verdicts import Verdict

FOLDER = Path(__file__).parent / "benchmark"
COMPANIES = (
    "shop",
    "bank",
    "lender",
    "savings",
    "mainstreet",
    "trust",
    "prairie",
    "lakeside",
    "harborline",
    "tidewater",
)


@cache
def facts_document(company: str) -> dict[str, Any]:
    return json.loads((FOLDER / f"{company}_facts.json").read_text(encoding="utf-8"))


@cache
def gold(company: str) -> list[dict[str, Any]]:
    lines = (FOLDER / f"{company}_claims.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def verdicts(document: dict[str, Any], claims: list[dict[str, Any]]) -> list[Verdict]:
    texts = [Text(each["id"], each["text"], each["context_segment"]) for each in claims]
    return list(check(facts_of(document), texts))


@cache
def ruled(company: str) -> list[Verdict]:
    return verdicts(facts_document(company), gold(company))


def verdict(company: str, text: str, context: str | None = None) -> Verdict:
    (found,) = verdicts(facts_document(company), [{"id": "1", "text": text, "context_segment": context}])
    return found
