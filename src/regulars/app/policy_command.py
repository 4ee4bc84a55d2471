"""The commands ``policy``: rules with their laws, and texts held to them; exit code 4 where one fails."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Literal

from regulars.app import terminal
from regulars.app.lines import lines_of
from regulars.app.policies import chosen, lying
from regulars.app.workspace import Workspace
from regulars.check.policy import Audience, Breach, Policy, names, policy
from regulars.check.policy.conformance import Fault, conformance
from regulars.check.policy.shelf import named
from regulars.check.policy.template import Template
from regulars.errors import CheckFailed, SourceUnreadable, UsageError

EXAMPLE = '{"id": "1", "text": "See what is new this month."}'
Label = Literal["fail", "warn", "pass"]


def show(root: Path, pack: str | None, *, as_json: bool) -> None:
    """List the rules, each with the law it stands on and that law's day."""
    held = chosen(Workspace(root), pack)
    if as_json:
        terminal.print_json(
            {
                "name": held.name, "title": held.title, "version": held.version,
                "dated": held.dated.isoformat(), "digest": held.digest, "notice": held.notice,
                "disclosures": dict(held.disclosures), "rules": [each.as_json() for each in held.rules],
            }
        )  # fmt: skip
        return
    terminal.say(
        f"{held.name}: {held.title}. Version {held.version} of {held.dated}, {len(held.rules)} rules."
    )
    for kind in dict.fromkeys(each.kind for each in held.rules):
        terminal.out.print(f"\n[bold]{kind.replace('_', ' ')}[/]")
        for rule in (each for each in held.rules if each.kind == kind):
            readers = "everybody" if rule.audience == "both" else f"{rule.audience} readers"
            terminal.out.print(f"  {rule.id}: {rule.severity}, for {readers}; {rule.why}", markup=False)
            terminal.out.print(f"    {rule.source} ({rule.dated})", markup=False)
    terminal.out.print()
    terminal.say(held.notice)
    others = ", ".join(each for each in names() if each != held.name)
    terminal.err.print(
        f"Other packs: {others}. Terms, reasons and remedies: regulars policy {held.name} --json"
    )


def check(
    root: Path, texts: Path, *, pack: str | None, audience: str | None, template: str | None, today: date
) -> None:
    """Write a line a text. Raises CheckFailed where one fails, UsageError for what cannot be asked."""
    if audience not in (None, "customer", "internal"):
        raise UsageError(f"--audience {audience!r}", "no such audience", "Choose customer or internal.")
    if template is not None and audience == "internal":
        raise UsageError(
            "--template with --audience internal", "templates are for what customers read", "Leave one out."
        )
    workspace = Workspace(root)
    held = chosen(workspace, pack)
    if pack is None and not workspace.settings.exists():
        told = f"No workspace was found at {root}: these are the rules of {held.name}."
        terminal.err.print(f"{told} Choose others with --pack.", markup=False)
    of = None if template is None else named(template, lying(workspace, held))
    readers: Audience = "internal" if audience == "internal" else "customer"
    verdicts = []
    for name, text in _texts(texts):
        verdict = _conforming(name, text, of, held, today) if of else _judged(name, text, held, readers)
        sys.stdout.write(json.dumps(verdict, ensure_ascii=False) + "\n")
        verdicts.append(verdict)
    sys.stdout.flush()
    _summarise(verdicts, held)


def check_policy(
    texts: Iterable[str | Mapping[str, Any]],
    pack: str = "retail",
    *,
    audience: Audience = "customer",
    own: str | Path | None = None,
) -> list[dict[str, Any]]:
    """Where texts break the rules of a pack, as ``regulars policy check`` writes it.

    ``texts`` are texts, or objects with id and text; a text without an id has its place, from 1. ``own`` is a
    file of your own rules. Labels are *fail*, *warn* and *pass*. See docs/policy.md. Raises SettingsError for
    a pack that is none or an own file with faults, UsageError for another audience.
    """
    if audience not in ("customer", "internal"):
        raise UsageError(f"audience {audience!r}", "no such audience", "Choose customer or internal.")
    held = policy(pack, None if own is None else Path(own))
    given = (
        (str(number), each) if isinstance(each, str) else (str(each.get("id", number)), str(each["text"]))
        for number, each in enumerate(texts, 1)
    )
    return [_judged(name, text, held, audience) for name, text in given]


def _judged(name: str, text: str, held: Policy, audience: Audience) -> dict[str, Any]:
    found = held.breaches(text, audience)
    breaches = [_told(each, held) for each in found]
    return {"id": name, "label": _label(found), "policy": held.digest, "breaches": breaches}


def _told(breach: Breach, held: Policy) -> dict[str, Any]:
    rule = held.by_id[breach.rule]
    return breach.as_json() | {"source": rule.source, "dated": rule.dated.isoformat()}


def _conforming(name: str, text: str, template: Template, held: Policy, today: date) -> dict[str, Any]:
    found = conformance(text, template, held, today=today)
    return {
        "id": name, "label": _label(found), "policy": held.digest, "template": template.digest,
        "faults": [each.as_json() for each in found],
    }  # fmt: skip


def _label(found: Sequence[Breach | Fault]) -> Label:
    severities = {each.severity for each in found}
    return "fail" if "fail" in severities else "warn" if severities else "pass"


def _texts(path: Path) -> Iterator[tuple[str, str]]:
    """The id and text of each line. Raises SourceUnreadable with all faulty lines, before any is judged."""
    remedy = f"Give one JSON object a line: {EXAMPLE}"
    lines = lines_of(path, "texts", remedy)
    read = [(number, _line(line)) for number, line in enumerate(lines, 1) if line.strip()]
    faults = [f"line {number}: {said}" for number, said in read if isinstance(said, str)]
    if faults:
        raise SourceUnreadable(
            f"texts {str(path)!r}", f"{len(faults)} of {len(read)} lines cannot be read",
            remedy, examples=faults, count=len(faults),
        )  # fmt: skip
    return (said for _, said in read if not isinstance(said, str))


def _line(line: str) -> tuple[str, str] | str:
    """A line's id and text, or what is wrong with it."""
    try:
        said = json.loads(line)
    except ValueError as fault:
        return f"it is no JSON ({fault})"
    if not isinstance(said, dict) or not isinstance(said.get("text"), str):
        return "it has no text"
    name = said.get("id")
    is_name = isinstance(name, (str, int)) and not isinstance(name, bool)
    return (str(name), said["text"]) if is_name else "it has no id (a text or a whole number)"


def _summarise(verdicts: Sequence[Mapping[str, Any]], held: Policy) -> None:
    counts = Counter(each["label"] for each in verdicts)
    told = ", ".join(f"{counts[label]} {label}" for label in ("fail", "warn", "pass") if counts[label])
    terminal.err.print(f"{len(verdicts)} texts by {held.name}: {told or 'none'}", markup=False)
    failed = [each for each in verdicts if each["label"] == "fail"]
    if failed:
        raise CheckFailed(
            "policy check", f"{len(failed)} of {len(verdicts)} texts break a rule of {held.name}",
            "What to write instead stands in the lines. This is no legal advice.",
            examples=[_first(each) for each in failed], count=len(failed),
        )  # fmt: skip


def _first(verdict: Mapping[str, Any]) -> str:
    found = next(e for e in verdict.get("breaches") or verdict["faults"] if e["severity"] == "fail")
    said = f" {found['text']!r}:" if found.get("text") else ""
    return f"{verdict['id']}:{said} {found['why']}"
