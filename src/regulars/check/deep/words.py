"""Words for behaviours: a language's, and those by which the facts call their metrics."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from importlib.resources import files

from regulars.check.deep.measures import BEHAVIOURS, MEASURES
from regulars.check.locale import Language, Phrases
from regulars.check.table import Facts
from regulars.check.tokens import tokens


@dataclass(frozen=True)
class Words:
    """Phrases of claims about behaviour. The kinds of ``behaviours`` are ``more NAME`` and ``less NAME``."""

    behaviours: Phrases
    wants: Phrases
    marks: Phrases
    idle: frozenset[str]


def words_of(facts: Facts, language: Language) -> Words:
    """The words of the language, and the labels and aliases that the facts have for the same features."""
    text = (files("regulars.check.deep") / "en.toml").read_text(encoding="utf-8")
    read = tomllib.loads(text)
    stems = language.stems
    kinds = {
        f"{way} {name}": ", ".join([phrases, *(_labels(name, facts) if way == "more" else ())])
        for way in ("more", "less")
        for name, phrases in read[way].items()
    }
    said: Mapping[str, str] = read["words"]
    marks = {name: said[name] for name in ("little", "past")}
    idle = frozenset(word for phrase in said["idle"].split() for word in stems.of_phrase(phrase))
    return Words(Phrases(kinds, stems), Phrases(read["wants"], stems), Phrases(marks, stems), idle)


def categories_of(names: Collection[str], language: Language) -> Phrases:
    """The data's own categories as phrases; the kind of each is its name."""
    made = Phrases({}, language.stems)
    for name in sorted(names):
        made.add([each.stem for each in tokens(name, language)], name)
    return made


def _labels(behaviour: str, facts: Facts) -> list[str]:
    """What the facts call the metric that a behaviour is first measured by, where they have it."""
    ids, sign = BEHAVIOURS[behaviour]
    column = facts.columns.get(MEASURES[ids[0]].feature)
    if column is None or sign < 0 or MEASURES[ids[0]].feature != ids[0]:
        return []
    return [each.replace(",", " ") for each in (column.label, *column.aliases)]
