"""Narrating a run: its facts into drafts, by rule or with a model's words, kept in the store."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from regulars.app import drafts_kept, narrator, policies, saved
from regulars.app.recording import new_record
from regulars.app.runs import run_to_show
from regulars.app.workspace import Workspace, read_json
from regulars.check.personal import personal
from regulars.check.policy import Audience, Policy
from regulars.errors import UsageError, did_you_mean
from regulars.narrate.composing import Frame
from regulars.narrate.drafts import Draft, Kind, Tally, as_json, from_json, tally
from regulars.narrate.examples import examples, voice
from regulars.narrate.manuscript import PIECES, Manuscript
from regulars.narrate.pieces import CHANNELS, LETTERS
from regulars.narrate.prompts import prompts
from regulars.narrate.providers import renamed
from regulars.narrate.sheets import Sheet, names_of
from regulars.narrate.vocabulary import vocabulary
from regulars.narrate.writing import Manner, unanswered, write
from regulars.narration_settings import NarrationChoices
from regulars.settings import Settings
from regulars.types import Finding, Study

if TYPE_CHECKING:
    from regulars.narrate.providers.line import Line
    from regulars.narrate.providers.transport import Gate
    from regulars.review.store import Kept

NOUNS = ("customers", "customer")
READERS = {
    "executive": "an executive who has one minute",
    "marketing": "marketers who plan what to send to whom",
    "analyst": "analysts who will question every sentence",
}
POLISH = {
    "short": "Make each as short as it can be.",
    "medium": "Keep each short.",
    "long": "Each may have two clauses.",
}


@dataclass(frozen=True)
class Asked:
    """What ``narrate`` is asked for beyond the settings: which segmentation and segments, of which run, and
    whether older drafts are to be rendered anew without a model. ``clock`` counts the deadline's seconds."""

    segmentation: str | None = None
    segments: tuple[str, ...] = ()
    run: str | None = None
    refresh: bool = False
    environment: Mapping[str, str] | None = None
    stage: Callable[[str], None] = lambda _: None
    clock: Callable[[], float] = time.monotonic
    actor: str = "regulars"
    """Who has it written: the author of the drafts, by whatever name the machine knows them."""
    now: Callable[[], datetime] = lambda: datetime.now(UTC)


@dataclass(frozen=True)
class Narrated:
    """The drafts of one run, who wrote them, what it took, and what went wrong on the way."""

    run_id: str
    provider: str
    drafts: tuple[Draft, ...]
    findings: tuple[Finding, ...]
    account: dict[str, Any] | None = None
    kept: tuple[Kept, ...] = ()
    """Where the store has each draft."""

    @property
    def tally(self) -> Tally:
        return tally(self.drafts)

    def as_json(self) -> dict[str, Any]:
        counts = self.tally
        return {
            "run_id": self.run_id,
            "provider": self.provider,
            "claims": {
                "asked": counts.asked,
                "kept": counts.kept,
                "retried": counts.retried,
                "replaced": counts.replaced,
            },
            "drafts": [
                as_json(draft)
                | {"record_id": kept.record_id, "version": kept.version, "is_new": kept.is_new}
                for draft, kept in zip(self.drafts, self.kept, strict=True)
            ],
            "account": self.account,
            "findings": [each.as_json() for each in self.findings],
        }  # fmt: skip


def overlaid(choices: NarrationChoices, provider: str | None, **said: object) -> NarrationChoices:
    """The settings with what is asked for beside them, held to the same bounds; None asks for nothing.

    Raises UsageError for what may not be said, SettingsError for a provider that is not known.
    """
    try:
        changed = {name: value for name, value in said.items() if value is not None}
        found = NarrationChoices.model_validate({**choices.model_dump(), **changed})
    except ValidationError as faulty:
        first = faulty.errors(include_url=False)[0]
        what = f"{first['loc'][0]} {first['input']!r}"
        raise UsageError(what, first["msg"].lower(), "See regulars narrate --help.") from None
    return found if provider is None else renamed(provider, found)


def narrate(settings: Settings, workspace: Workspace, asked: Asked) -> Narrated:
    """Drafts about the segments of a run, kept in the store.

    Nothing of the run is changed, and the store is known to be ours before a model is asked. Where no model
    is set, or none answers, or its words may not stand, the words are by rule, and the drafts and findings
    say so.
    Raises UsageError for a segmentation or segment that is not there, and as ``narrator.line``.
    """
    run_id, findings = run_to_show(workspace, asked.run)
    study = saved.load(workspace.run(run_id))
    choices, rules = settings.narration, policies.chosen(workspace)
    manuscripts = [
        _manuscript(study, name, choices, rules)
        for name in _named(study, asked.segmentation, workspace.option)
    ]
    _require_segments(manuscripts, asked.segments)
    until = asked.clock() + choices.deadline_seconds
    manner, told = _manner(choices, workspace.root, settings.seed, lambda: until - asked.clock())
    line = None
    if not asked.refresh:
        before_send = _gate(manuscripts, manner, told)
        line = narrator.line(
            choices, workspace, asked.environment or {}, before_send=before_send, seed=settings.seed
        )
    there = _there(workspace, settings, manuscripts, refresh=asked.refresh)
    drafts: list[Draft] = []
    written: list[Sheet] = []
    for manuscript, before in zip(manuscripts, there, strict=True):
        old = before if asked.refresh else None
        by_kind = {kind: manuscript.sheets(kind, asked.segments, old) for kind in choices.write}
        kept = _left_as_they_are(before, by_kind)
        for kind, sheets in by_kind.items():
            asked.stage(f"Writing {kind}s of {manuscript.frame.segmentation}")
            if line is not None:
                its = replace(
                    manner,
                    facts_digest=manuscript.frame.facts_digest,
                    examples=told.get("persona" if kind == "persona" else "draft", ""),
                )
                asking = [each for each in sheets if each.piece.slots]
                for sheet in asking:
                    sheet.named_elsewhere = names_of(kept, but=sheet.piece.words.segment_id)
                write(asking, line, its)
                written += asking
            made = list(manuscript.drafts(sheets))
            drafts += made
            kept += made
    found = [*findings, *unanswered(written), *(line.findings if line is not None else ())]
    if asked.refresh and not drafts:
        found.append(_nothing_there(choices))
    return Narrated(
        run_id,
        _writer(choices, line, refresh=asked.refresh),
        tuple(drafts),
        tuple(found),
        line.account.as_json() if line is not None else None,
        tuple(_keep(workspace, settings, study, drafts, rules, asked)),
    )


def _against(words: str, rules: Policy, audience: Audience) -> list[str]:
    """What policy and privacy hold against words of a model."""
    broken = rules.breaches(words, audience, is_whole=False)
    return [
        *(
            f"the policy forbids it ({each.rule.replace('_', ' ')})"
            for each in broken
            if each.severity == "fail"
        ),
        *(f"it reads as personal data ({hit.kind})" for hit in personal(words)),
    ]


def _keep(
    workspace: Workspace,
    settings: Settings,
    study: Study,
    drafts: Sequence[Draft],
    rules: Policy,
    asked: Asked,
) -> Iterator[Kept]:
    """Put the drafts into the store."""
    by_name = {each.name: each for each in study.segmentations}
    at = asked.now()
    with drafts_kept.opened(workspace, settings) as store:
        for draft in drafts:
            facts = drafts_kept.facts_of(study, by_name[draft.segmentation], draft.facts_digest)
            yield store.add(new_record(draft, facts, rules, actor=asked.actor, at=at))


def _there(
    workspace: Workspace, settings: Settings, manuscripts: Sequence[Manuscript], *, refresh: bool
) -> list[list[Draft]]:
    """Of each segmentation the newest drafts there are, of whatever run; to refresh, the newest of each text
    that are for these readers and of this length. The store is made here where there is none, so that one
    that cannot be used is told of before anything is asked."""
    with drafts_kept.opened(workspace, settings) as store:
        return [
            [
                from_json(record.content.draft)
                for record in store.drafts(
                    segmentation=each.frame.segmentation,
                    said={"audience": each.frame.audience, "length": each.frame.length} if refresh else None,
                )
                if record.content.draft and record.content.kind in PIECES
            ]
            for each in manuscripts
        ]


def _left_as_they_are(before: Sequence[Draft], by_kind: Mapping[Kind, Sequence[Sheet]]) -> list[Draft]:
    """The drafts that are not being written anew."""
    anew = {(kind, each.piece.words.segment_id) for kind, sheets in by_kind.items() for each in sheets}
    return [each for each in before if (each.kind, each.segment_id) not in anew]


def _nothing_there(choices: NarrationChoices) -> Finding:
    kinds = " or ".join(dict.fromkeys(choices.write))
    return Finding(
        "warning", "narration",
        f"nothing was there to refresh: of these segments no {kinds} was written for audience "
        f"{choices.audience} at length {choices.length}",
        "Write them first, without --refresh, or name the --audience and --length that they have.",
    )  # fmt: skip


def _gate(manuscripts: Sequence[Manuscript], manner: Manner, told: Mapping[str, str]) -> Gate:
    """What looks at each request: its words are those of prompts, vocabulary and what the user adds."""
    from regulars.narrate.gate import gate

    texts = [
        *(
            text
            for each in manner.prompts.values()
            for text in (each.system, each.user, *dict(each.keys).values())
        ),
        *(said.told for said in vocabulary().values()),
        # As the prompts list them: "new, customers" is no name of a segment.
        *(f"{call}, {after}" for said in vocabulary().values() for call in said.call for after in NOUNS),
        *(manner.audience, manner.length, manner.voice, *told.values(), *CHANNELS, *READERS, *LETTERS),
    ]
    return gate(texts=texts, names={name for each in manuscripts for name in each.names()})


def _writer(choices: NarrationChoices, line: Line | None, *, refresh: bool) -> str:
    """Who writes, in a few words: of a model its name and host."""
    if refresh:
        return "the drafts of before"
    if line is None:
        return choices.provider
    host = urlsplit(line.provider.base_url).hostname
    return f"{choices.provider} {line.provider.model}".strip() + f" at {host}"


def _named(study: Study, name: str | None, option: str) -> list[str]:
    names = [each.name for each in study.segmentations]
    if name is None:
        return names
    if name in names:
        return [name]
    raise UsageError(
        f"segmentation {name!r}", f"the run has {', '.join(names)}",
        f"Name one of them.{did_you_mean(name, names)}", next_command=f"regulars run{option}",
    )  # fmt: skip


def _require_segments(manuscripts: Sequence[Manuscript], segments: Collection[str]) -> None:
    known = [each.id for manuscript in manuscripts for each in manuscript.profile.segments]
    unknown = [each for each in segments if each not in known]
    if unknown:
        raise UsageError(
            f"--segment {unknown[0]}", f"segments are {', '.join(known)}",
            f"Give a segment's id.{did_you_mean(unknown[0], known)}",
        )  # fmt: skip


def _manuscript(study: Study, name: str, choices: NarrationChoices, rules: Policy) -> Manuscript:
    path = f"facts/{name}.json"
    segmentation = next(each for each in study.segmentations if each.name == name)
    frame = Frame(name, choices.audience, choices.length, study.manifest["files"][path], rules.digest)
    return Manuscript(
        segmentation.profile,
        read_json(study.path / path),
        segmentation.narrative,
        frame,
        lambda words: _against(words, rules, "internal"),
        lambda words: _against(words, rules, "customer"),
    )


def _manner(
    choices: NarrationChoices, root: Path, seed: int, seconds_left: Callable[[], float]
) -> tuple[Manner, Mapping[str, str]]:
    """How all of it is written, but for the digest of its facts; and the examples, by their prompt."""

    def own(path: Path | None) -> Path | None:
        return root / path.expanduser() if path is not None else None

    manner = Manner(
        prompts=prompts(own(choices.prompts)),
        steps=choices.steps,
        audience=READERS[choices.audience],
        length=POLISH[choices.length],
        facts_digest="",
        seconds_left=seconds_left,
        voice=voice(own(choices.voice)),
        seed=seed,
        max_tokens=choices.max_tokens,
    )
    return manner, examples(own(choices.examples))
