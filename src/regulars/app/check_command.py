"""The command ``check-claims``: verdicts on stdout, what they come to on stderr, exit code 4 for an error."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from regulars.app import terminal
from regulars.check.checker import Text, check
from regulars.check.claims_file import texts_of
from regulars.check.table import Facts, facts_of
from regulars.check.verdicts import LABELS, Verdict
from regulars.errors import CheckFailed, SourceUnreadable

ERRORS = ("contradicted", "unsupported_attribute")


def show(facts_file: Path, claims_file: Path) -> None:
    """Write a verdict a line. Raises CheckFailed where a text is not true of the facts."""
    facts = read_facts(facts_file)
    texts = texts_of(_lines(claims_file), facts, str(claims_file))
    verdicts = []
    for verdict in check(facts, texts):
        sys.stdout.write(json.dumps(verdict.as_json(), ensure_ascii=False) + "\n")
        verdicts.append(verdict)
    sys.stdout.flush()
    _summarise(verdicts)


def check_claims(
    facts: str | Path | Mapping[str, Any], claims: Iterable[str | Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """The verdict on each text, as ``regulars check-claims`` writes them.

    ``facts`` is a facts file or its content; ``claims`` are texts, or objects with id, text and
    context_segment. A text without an id has its place, from 1. See docs/claims.md for what is checked.
    Raises SourceUnreadable where the facts or a claim are none.
    """
    table = facts_of(facts, "facts") if isinstance(facts, Mapping) else read_facts(Path(facts))
    objects = [
        {"id": str(number), "text": each} if isinstance(each, str) else dict(each)
        for number, each in enumerate(claims, 1)
    ]
    texts: list[Text] = texts_of((json.dumps(each) for each in objects), table, "claims")
    return [verdict.as_json() for verdict in check(table, texts)]


def read_facts(path: Path) -> Facts:
    """The facts of a file. Raises SourceUnreadable where it is none."""
    try:
        return facts_of(json.loads(path.read_text(encoding="utf-8")), str(path))
    except (OSError, ValueError) as fault:
        raise SourceUnreadable(
            f"facts file {str(path)!r}", f"it cannot be read as JSON ({fault})",
            "Name a run's facts/NAME.json, or another file of the form segment-facts/1.",
        ) from fault  # fmt: skip


def _lines(path: Path) -> list[str]:
    if str(path) == "-":
        return sys.stdin.read().splitlines()
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as fault:
        raise SourceUnreadable(
            f"claims {str(path)!r}", f"it cannot be read ({fault})",
            "Name a file of UTF-8 text with one JSON object a line.",
        ) from fault  # fmt: skip


def _summarise(verdicts: list[Verdict]) -> None:
    counts = Counter(each.label for each in verdicts)
    told = ", ".join(f"{counts[label]} {label}" for label in LABELS if counts[label])
    terminal.err.print(f"{len(verdicts)} texts: {told or 'none'}", markup=False)
    wrong = [each for each in verdicts if each.label in ERRORS]
    if wrong:
        raise CheckFailed(
            "check-claims", f"{len(wrong)} of {len(verdicts)} texts say what the facts do not",
            "Correct them: the computed values and corrections stand in their spans. "
            "What needs review stands there too, with the reason.",
            examples=[f"{each.id}: {_why(each)}" for each in wrong], count=len(wrong),
        )  # fmt: skip


def _why(verdict: Verdict) -> str:
    """The decisive claim: its words, and what would be true."""
    found = next(each for each in verdict.findings if each.label == verdict.label)
    said = f"{verdict.text[found.start : found.end]!r}: {found.why}"
    return f"{said}, {found.correction}" if found.correction else said
