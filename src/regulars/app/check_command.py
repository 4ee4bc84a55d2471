"""The command ``check-claims``: verdicts on stdout, what they come to on stderr, exit code 4 for an error."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regulars.app import terminal
from regulars.app.lines import lines_of
from regulars.check.checker import Text, check
from regulars.check.claims_file import texts_of
from regulars.check.table import Facts, facts_of
from regulars.check.verdicts import LABELS, Finding, Verdict
from regulars.errors import CheckFailed, SourceUnreadable, UsageError

if TYPE_CHECKING:
    from regulars.app.deep_check import Deep

ERRORS = ("contradicted", "unsupported_attribute")


def show(facts_file: Path, claims_file: Path, against_data: date | None = None) -> None:
    """Write a verdict a line. Raises CheckFailed where a text is not true of the facts.

    On a day ``against_data``, claims about behaviour are held to the orders as well.
    """
    facts = read_facts(facts_file)
    remedy = "Name a file of UTF-8 text with one JSON object a line."
    texts = texts_of(lines_of(claims_file, "claims", remedy), facts, str(claims_file))
    found: list[Deep] = []
    if against_data:
        # Read here: checking words alone needs none of the rooms that a study needs.
        from regulars.app import deep_check

        with terminal.progress() as stage:
            how = deep_check.AgainstData(against_data)
            found = deep_check.deep(facts_file, facts, texts, how, stage)
    verdicts = []
    for at, verdict in enumerate(check(facts, texts)):
        line = _line(verdict, found[at]) if found else verdict.as_json()
        sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
        verdicts.append(verdict)
    sys.stdout.flush()
    for verdict, each in zip(verdicts, found, strict=False):
        each.show(verdict.id)
    _summarise(verdicts, found)


def check_claims(
    facts: str | Path | Mapping[str, Any],
    claims: Iterable[str | Mapping[str, Any]],
    *,
    against_data: bool = False,
    orders: object | None = None,
    tables: Mapping[str, object] | None = None,
    today: date | None = None,
) -> list[dict[str, Any]]:
    """The verdict on each text, as ``regulars check-claims`` writes them.

    ``facts`` is a facts file or its content; ``claims`` are texts, or objects with id, text and
    context_segment. A text without an id has its place, from 1. See docs/claims.md for what is checked.

    With ``against_data`` each verdict has ``deep`` as well: claims about behaviour held to the orders, see
    docs/deep_check.md. Then ``facts`` is the file in its run; ``orders`` and ``tables`` are the frames of a
    run that was made of frames, ``today`` (default: the clock's) tells what lies in the future.

    Raises SourceUnreadable where the facts or a claim are none, RunDamaged where the facts lie in a run and
    were altered, and against data the errors of
    :func:`regulars.app.deep_check.deep`.
    """
    table = facts_of(facts, "facts") if isinstance(facts, Mapping) else read_facts(Path(facts))
    objects = [
        {"id": str(number), "text": each} if isinstance(each, str) else dict(each)
        for number, each in enumerate(claims, 1)
    ]
    texts: list[Text] = texts_of((json.dumps(each) for each in objects), table, "claims")
    verdicts = list(check(table, texts))
    if not against_data:
        return [verdict.as_json() for verdict in verdicts]
    if isinstance(facts, Mapping):
        raise UsageError(
            "against_data", "the content of a facts file does not say where its orders are",
            "Give the path of the facts file in its run.",
        )  # fmt: skip
    from regulars.app import deep_check

    how = deep_check.AgainstData(today or datetime.now(UTC).date(), orders, tables or {})
    found = deep_check.deep(Path(facts), table, texts, how)
    return [_line(verdict, each) for verdict, each in zip(verdicts, found, strict=True)]


def _line(verdict: Verdict, found: Deep) -> dict[str, Any]:
    """The verdict's line with what the orders say: ``label`` is of both."""
    label = found.label(verdict)
    said = verdict.as_json() | {"label": label, "facts_label": verdict.label, "deep": found.as_json()}
    return said if label == verdict.label else said | {"error_type": None}


def read_facts(path: Path) -> Facts:
    """The facts of a file. Raises SourceUnreadable where it is none, RunDamaged where it lies in a run and is
    not as that run wrote it."""
    try:
        facts = facts_of(json.loads(path.read_text(encoding="utf-8")), str(path))
    except (OSError, ValueError) as fault:
        raise SourceUnreadable(
            f"facts file {str(path)!r}", f"it cannot be read as JSON ({fault})",
            "Name a run's facts/NAME.json, or another file of the form segment-facts/1.",
        ) from fault  # fmt: skip
    _require_as_written(path.resolve())
    return facts


def _require_as_written(path: Path) -> None:
    folder = path.parent.parent
    if path.parent.name != "facts" or not (folder / "manifest.json").is_file():
        return
    from regulars.app.verifying import digest, manifest_of, verified

    manifest = manifest_of(folder)
    if manifest is None or manifest["files"].get(f"facts/{path.name}") != digest(path):
        verified(folder)


def _summarise(verdicts: list[Verdict], found: Sequence[Deep]) -> None:
    labels = [found[at].label(each) if found else each.label for at, each in enumerate(verdicts)]
    counts = Counter(labels)
    told = ", ".join(f"{counts[label]} {label}" for label in LABELS if counts[label])
    terminal.err.print(f"{len(verdicts)} texts: {told or 'none'}", markup=False)
    wrong = dict(_wrong(verdicts, found))
    whose = "the facts and the orders" if found else "the facts"
    if wrong:
        raise CheckFailed(
            "check-claims", f"{len(wrong)} of {len(verdicts)} texts say what {whose} do not",
            "Correct them: the computed values and corrections stand in their spans. "
            "What needs review stands there too, with the reason.",
            examples=[f"{name}: {why}" for name, why in wrong.items()], count=len(wrong),
        )  # fmt: skip


def _wrong(verdicts: Sequence[Verdict], found: Sequence[Deep]) -> Iterator[tuple[str, str]]:
    """The texts that are not true, each with what is wrong with it."""
    for at, verdict in enumerate(verdicts):
        of = found[at] if found else None
        left = verdict.findings if of is None else of.left(verdict)
        if wrong := [each for each in left if each.label in ERRORS]:
            yield verdict.id, _why(verdict.text, min(wrong, key=lambda each: ERRORS.index(each.label)))
        elif of is not None and of.untrue:
            yield verdict.id, of.untrue


def _why(text: str, found: Finding) -> str:
    """The decisive claim: its words, and what would be true."""
    said = f"{text[found.start : found.end]!r}: {found.why}"
    return f"{said}, {found.correction}" if found.correction else said
