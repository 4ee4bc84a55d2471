"""Packs: rules as they stand in their files, put together with what they build on and a user's own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from regulars import plugins
from regulars.check.policy.breaches import Policy
from regulars.check.policy.packs import BASE
from regulars.check.policy.rules import Kind, Read, Rule, Severity, Source
from regulars.check.policy.terms import Term, term
from regulars.check.policy.toml_file import Written, checked, parsed, read_toml
from regulars.errors import SettingsError, did_you_mean

_Words = Annotated[str, Field(min_length=1, max_length=2000)]
_Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]


def _is_term(text: str) -> str:
    term(text)
    return text


_Term = Annotated[str, AfterValidator(_is_term)]


class _Source(Written):
    says: _Words
    dated: date
    read: Read
    url: str = ""


class _RuleFile(Written):
    id: _Name
    kind: Kind
    audience: Literal["internal", "customer", "both"] = "both"
    severity: Severity = "fail"
    terms: tuple[_Term, ...] = ()
    unless: tuple[_Term, ...] = ()
    needs: tuple[_Term, ...] = ()
    unless_denied: bool = False
    attribute: str | None = None
    why: _Words
    remedy: _Words
    sources: tuple[str, ...] = Field(min_length=1)
    breaks: tuple[str, ...] = ()
    passes: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _has_what_its_kind_needs(self) -> _RuleFile:
        if (self.kind == "disclosure") != bool(self.needs):
            raise ValueError("'needs' says what a disclosure has to say: a disclosure has it, no other rule")
        if self.kind != "disclosure" and not self.terms:
            raise ValueError("a rule without terms looks for nothing")
        return self


class _PackFile(Written):
    name: _Name
    title: _Words
    version: _Words
    dated: date
    notice: _Words = ""
    builds_on: tuple[str, ...] = ()
    sources: dict[str, _Source] = Field(default_factory=dict)
    severities: dict[str, Severity] = Field(default_factory=dict)
    """Rules of packs below that this one takes more or less seriously."""
    disclosures: dict[str, _Words] = Field(default_factory=dict)
    """Texts for templates. A pack's outweigh those of the same name below it."""
    rules: tuple[_RuleFile, ...] = ()


class _OwnRule(Written):
    """A rule of the user's own: as short as it can be."""

    id: _Name
    terms: tuple[_Term, ...] = ()
    unless: tuple[_Term, ...] = ()
    needs: tuple[_Term, ...] = ()
    unless_denied: bool = False
    audience: Literal["internal", "customer", "both"] = "customer"
    severity: Severity = "fail"
    why: _Words = "your own rules do not allow it"
    remedy: _Words = "Say it in other words."
    source: _Words = "your own rules"

    @model_validator(mode="after")
    def _looks_for_something(self) -> _OwnRule:
        if not self.terms and not self.needs:
            raise ValueError("give 'terms' that may not be said, or 'needs' that must be")
        return self


class _OwnFile(Written):
    version: _Words
    dated: date
    rules: tuple[_OwnRule, ...] = Field(min_length=1)


def names() -> tuple[str, ...]:
    """The packs that can be chosen: those that come with Regulars, and those of packages that offer one."""
    return tuple(plugins.names("policies"))


def policy(name: str, own: Path | None = None, disclosures: Mapping[str, str] | None = None) -> Policy:
    """The rules of a pack, with those of a user's own file behind them, and the user's disclosures.

    Raises SettingsError: no such pack, or an own file that cannot be read, with all its faults.
    """
    if name not in names():
        raise SettingsError(
            f"policy {name!r}", f"no such pack.{did_you_mean(name, names())}",
            f"Choose one of {', '.join(names())}.", next_command="regulars policy",
        )  # fmt: skip
    chosen = _shipped(name)
    if disclosures:
        chosen = replace(chosen, disclosures={**chosen.disclosures, **disclosures})
    return chosen if own is None else _with_own(chosen, own)


@cache
def _shipped(name: str) -> Policy:
    return pack_at(plugins.load("policies", name))


def pack_at(path: Traversable) -> Policy:
    """The policy of a pack's file, with what it builds on. Raises SettingsError with the file's faults."""
    chain = list(_chain(path))
    top = chain[-1]
    severities = {rule: severity for each in chain for rule, severity in each.severities.items()}
    sources = {key: source for each in chain for key, source in each.sources.items()}
    _require_whole(path, chain, sources, severities)
    disclosures = {name: text for each in chain for name, text in each.disclosures.items()}
    rules = tuple(_rule(each, sources, severities) for pack in chain for each in pack.rules)
    return Policy(top.name, top.title, top.version, top.dated, top.notice, rules, disclosures)


def _chain(path: Traversable, above: tuple[str, ...] = ()) -> Iterator[_PackFile]:
    """A pack behind those that it builds on, the lowest first."""
    where = f"policy pack {str(path)!r}"
    pack = checked(parsed(path.read_text(encoding="utf-8"), where), _PackFile, where)
    for below in pack.builds_on:
        base = BASE / f"{below}.toml"
        if below in above or not (below in names() or base.is_file()):
            why = f"it builds on {below!r}, which {'builds on it' if below in above else 'is no pack'}"
            raise SettingsError(where, why, "Name a pack, or common or bank.")
        found = plugins.load("policies", below) if below in names() else base
        yield from _chain(found, (*above, pack.name))
    yield pack


def _require_whole(
    path: Traversable,
    chain: Sequence[_PackFile],
    sources: Mapping[str, _Source],
    severities: Mapping[str, str],
) -> None:
    """Raises SettingsError for rules of one id, and for sources and rules that are named and are none."""
    ids = [each.id for pack in chain for each in pack.rules]
    faults = [
        *(f"more than one rule {each!r}" for each in sorted({each for each in ids if ids.count(each) > 1})),
        *(
            f"rule {rule.id!r}: no source {key!r}.{did_you_mean(key, sorted(sources))}"
            for pack in chain
            for rule in pack.rules
            for key in rule.sources
            if key not in sources
        ),
        *(
            f"severities: no rule {each!r}.{did_you_mean(each, ids)}"
            for each in sorted({*severities} - {*ids})
        ),
    ]
    if faults:
        raise SettingsError(f"policy pack {str(path)!r}", "; ".join(faults), "Mend these.")


def _rule(said: _RuleFile, sources: Mapping[str, _Source], severities: Mapping[str, Severity]) -> Rule:
    """A rule as used. A pack's sources outweigh those of the same name below it: one rule, many laws."""
    stands_on = tuple(Source(**sources[key].model_dump()) for key in said.sources)
    return Rule(
        said.id, said.kind, said.audience, severities.get(said.id, said.severity), _terms(said.terms),
        said.why, said.remedy, stands_on, _terms(said.unless), _terms(said.needs), said.unless_denied,
        said.attribute, said.breaks, said.passes,
    )  # fmt: skip


def _terms(said: Iterable[str]) -> tuple[Term, ...]:
    return tuple(term(each) for each in said)


def _with_own(chosen: Policy, path: Path) -> Policy:
    said = read_toml(path, _OwnFile, "own rules")
    taken: Sequence[str] = [*chosen.by_id, *(f"own.{each.id}" for each in said.rules)]
    if twice := sorted({each for each in taken if taken.count(each) > 1}):
        raise SettingsError(
            f"own rules {str(path)!r}", f"more than one rule {twice[0]!r}", "Give each its own id."
        )
    rules = tuple(_own(each, said.dated) for each in said.rules)
    return replace(chosen, version=f"{chosen.version}+{said.version}", rules=(*chosen.rules, *rules))


def _own(said: _OwnRule, dated: date) -> Rule:
    return Rule(
        f"own.{said.id}", "disclosure" if said.needs else "prohibited", said.audience, said.severity,
        _terms(said.terms), said.why, said.remedy, (Source(said.source, dated, "own"),), _terms(said.unless),
        _terms(said.needs), said.unless_denied,
    )  # fmt: skip
