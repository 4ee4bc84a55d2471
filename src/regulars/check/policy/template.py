"""Templates: approved wording with named slots, the only source of what customers read.

An approval is of one wording: its digest stands in the approval, so that a letter changed anywhere voids it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from regulars.check.policy.toml_file import Written, checked, parsed, read_toml
from regulars.documents import digest_of
from regulars.errors import SettingsError, did_you_mean

SlotKind = Literal["figure", "phrase", "choice", "name"]
Channel = Literal["email", "letter", "push", "sms", "web"]
LENGTHS: Mapping[Channel, int] = {"email": 5000, "letter": 5000, "push": 178, "sms": 160, "web": 2000}
"""Characters that a channel carries at most: one SMS of GSM 03.38, a push notice that telephones show."""
GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
SMS_IN_UNICODE = 70
"""A single letter outside of GSM 03.38 makes an SMS this short."""
LONGEST_FIGURE = 40
_SLOT = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_Text = Annotated[str, Field(min_length=1, max_length=500)]


@dataclass(frozen=True)
class Slot:
    """A place in the wording that is filled: with a *figure* (a fact of one of ``metrics``), a *phrase* of
    free words without figures, a *choice* of listed wordings, or the public *name* of a segment."""

    name: str
    kind: SlotKind
    longest: int
    metrics: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def wordings(self) -> tuple[str, ...]:
        """What may stand there, where that is listed."""
        return self.one_of or tuple(self.names.values())


@dataclass(frozen=True)
class Approval:
    """Who approved which wording, when and until when. ``accepts`` are rules that the wording breaks and that
    the approver lets stand, each with the reason (where the evidence lies)."""

    by: str
    on: date
    digest: str
    until: date | None
    accepts: Mapping[str, str]


@dataclass(frozen=True)
class Template:
    """Wording for customers: literal text and slots in ``parts``, its disclosures in it word for word."""

    name: str
    channel: Channel
    locale: str
    longest: int
    parts: tuple[str | Slot, ...]
    disclosures: Mapping[str, str]
    approval: Approval | None

    @property
    def slots(self) -> tuple[Slot, ...]:
        return tuple(each for each in self.parts if isinstance(each, Slot))

    @cached_property
    def digest(self) -> str:
        """sha256 of all that decides what customers read: wording, slots, disclosures, channel, length."""
        parts = [each if isinstance(each, str) else _spelt(each) for each in self.parts]
        return digest_of(
            {
                "name": self.name, "channel": self.channel, "locale": self.locale, "longest": self.longest,
                "parts": parts, "disclosures": dict(self.disclosures),
            }
        )  # fmt: skip

    def unapproved(self, today: date) -> str | None:
        """Why the wording may not go to customers on a day; None where it may."""
        if self.approval is None:
            return "nobody has approved it"
        if self.approval.digest != self.digest:
            return f"{self.approval.by} approved another wording, on {self.approval.on}: it was changed since"
        if today < self.approval.on:
            return f"its approval begins on {self.approval.on}"
        if self.approval.until is not None and today > self.approval.until:
            return f"its approval ended on {self.approval.until}"
        return None

    def is_too_long(self, text: str) -> str | None:
        """Why a text does not fit the channel; None where it fits."""
        limit = self.longest
        if self.channel == "sms" and (strange := sorted(set(text) - GSM)):
            limit = min(limit, SMS_IN_UNICODE)
            if len(text) > limit:
                return f"{len(text)} characters, and with {strange[0]!r} in it an SMS holds {limit}"
        return f"{len(text)} characters, where {limit} fit" if len(text) > limit else None


def _spelt(slot: Slot) -> dict[str, Any]:
    return {
        "slot": slot.name, "kind": slot.kind, "longest": slot.longest, "metrics": list(slot.metrics),
        "one_of": list(slot.one_of), "names": dict(slot.names),
    }  # fmt: skip


class _SlotFile(Written):
    kind: SlotKind
    longest: int = Field(60, ge=1, le=500)
    metrics: tuple[_Text, ...] = ()
    one_of: tuple[_Text, ...] = ()
    names: dict[str, _Text] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _has_what_its_kind_needs(self) -> _SlotFile:
        needs = {"figure": "metrics", "choice": "one_of", "name": "names", "phrase": "longest"}[self.kind]
        if not getattr(self, needs):
            raise ValueError(f"a slot of kind {self.kind} needs {needs!r}")
        given = {each for each in ("metrics", "one_of", "names") if getattr(self, each)}
        if beside := sorted(given - {needs}):
            raise ValueError(f"a slot of kind {self.kind} has no {beside[0]!r}")
        return self


class _ApprovalFile(Written):
    by: _Text
    on: date
    digest: str = Field(pattern=r"^[0-9a-f]{64}$")
    until: date | None = None
    accepts: dict[str, _Text] = Field(default_factory=dict)


class _TemplateFile(Written):
    schema_: Literal["regulars-template/1"] = Field(alias="schema")
    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")
    audience: Literal["customer"] = "customer"
    channel: Channel
    locale: str = Field("en", pattern=r"^[a-z]{2}(-[A-Z]{2})?$")
    longest: int | None = Field(None, ge=1)
    wording: str = Field(min_length=1, max_length=10_000)
    disclosures: tuple[str, ...] = ()
    slots: dict[str, _SlotFile] = Field(default_factory=dict)
    approval: _ApprovalFile | None = None


def read_template(path: Path, disclosures: Mapping[str, str]) -> Template:
    """The template of a file. ``disclosures`` are texts by name, which the wording puts in as ``{name}``.

    Raises SettingsError with every fault: unknown keys, slots that are not declared or not used, two slots
    without a word between them, disclosures that are unknown or that the wording leaves out.
    """
    return _template(read_toml(path, _TemplateFile, "template"), disclosures, f"template {str(path)!r}")


def template_of(text: str, disclosures: Mapping[str, str], name: str) -> Template:
    """The template of a text in TOML. ``name`` names it in errors, which are those of ``read_template``."""
    where = f"template {name!r}"
    return _template(checked(parsed(text, where), _TemplateFile, where), disclosures, where)


def _template(said: _TemplateFile, known: Mapping[str, str], where: str) -> Template:
    used = _SLOT.findall(said.wording)
    faults = [*_misnamed(said, used, known), *_unparsable(said)]
    if faults:
        raise SettingsError(where, "; ".join(faults), "Mend these; see docs/policy.md.")
    approval = None if said.approval is None else Approval(**said.approval.model_dump())
    most = LENGTHS[said.channel]
    return Template(
        said.name, said.channel, said.locale, min(said.longest or most, most), _parts(said, known),
        {name: known[name] for name in said.disclosures}, approval,
    )  # fmt: skip


def _misnamed(said: _TemplateFile, used: list[str], known: Mapping[str, str]) -> list[str]:
    named = {*said.slots, *said.disclosures}
    return [
        *(f"{{{each}}} is no slot.{did_you_mean(each, sorted(named))}" for each in used if each not in named),
        *(f"slot {each!r} is not in the wording" for each in said.slots if each not in used),
        *(f"slot {each!r} is in the wording more than once" for each in said.slots if used.count(each) > 1),
        *(f"disclosure {each!r} is not in the wording" for each in said.disclosures if each not in used),
        *(
            f"policy.disclosures has no text {each!r}.{did_you_mean(each, sorted(known))}"
            for each in said.disclosures
            if each not in known
        ),
        *(f"{each!r} is both a slot and a disclosure" for each in said.slots if each in said.disclosures),
    ]


def _unparsable(said: _TemplateFile) -> list[str]:
    """Two slots side by side, or braces that name nothing, could not be told apart in a text again."""
    bare = _SLOT.sub("", said.wording)
    faults = ["a { or } that names no slot"] if "{" in bare or "}" in bare else []
    touching = re.search(r"\}\{", said.wording)
    return [*faults, "two slots stand side by side: put a word between them"] if touching else faults


def _parts(said: _TemplateFile, known: Mapping[str, str]) -> tuple[str | Slot, ...]:
    """Literal text and slots in turn; a disclosure is text like any other."""
    parts: list[str | Slot] = []
    for at, piece in enumerate(_SLOT.split(said.wording.strip("\n"))):
        is_slot = at % 2 and piece in said.slots
        if is_slot:
            parts.append(_slot(piece, said.slots[piece]))
            continue
        literal = known[piece] if at % 2 else piece
        if parts and isinstance(parts[-1], str):
            parts[-1] += literal
        elif literal:
            parts.append(literal)
    return tuple(parts)


def _slot(name: str, said: _SlotFile) -> Slot:
    wordings = [*said.one_of, *said.names.values()]
    longest = LONGEST_FIGURE if said.kind == "figure" else max(map(len, wordings), default=said.longest)
    return Slot(name, said.kind, longest, said.metrics, said.one_of, said.names)
