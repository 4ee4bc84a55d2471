"""Labels: segments that somebody else made, such as the groups of a survey or a field of the CRM."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Annotated, ClassVar

from pydantic import Field, field_validator, model_validator

from regulars.engine import Engine, quoted
from regulars.errors import NotReady, SettingsError, did_you_mean
from regulars.segment.categories import LEFT_BLANK
from regulars.segment.definition import Definition
from regulars.segment.eligible import Reason, named, protected_allowed
from regulars.segment.kinds import kinds, whole_numbers
from regulars.segment.methods import Ground, Method
from regulars.segment.rules.condition_tokens import control
from regulars.segment.rules.condition_words import in_quotes
from regulars.segment.rules.conditions import Compare, CompareText, Condition
from regulars.segment.rules.waterfall import Waterfall
from regulars.segment.slugs import apart, slugs
from regulars.types import Finding, Segment

MOST = 50
"""Beyond 50 labels a column is a code or a name, not a set of groups that anybody acts on."""
FEWEST = 11
Label = str | int
Name = Annotated[str, Field(min_length=1, max_length=60)]


class Labels(Method):
    """One segment a label. Whoever has none, or one that was not seen in fitting, is in the rest."""

    method: ClassVar[str] = "labels"

    column: str
    """The feature that holds the label: text or a whole number."""
    names: dict[str, Name] = Field(default_factory=dict)
    """A name for people for a label; the others are called by their label."""
    rest: Name = "Not labelled"
    allow_protected: Reason | None = None
    """The reason for which the label may be a protected attribute; it is kept in the definition."""

    @field_validator("names", mode="before")
    @classmethod
    def _labels_are_text(cls, names: object) -> object:
        # YAML reads 1: as a number, and so it may stand for the label 1.
        return {str(label): name for label, name in names.items()} if isinstance(names, dict) else names

    @model_validator(mode="after")
    def _names_are_told_apart(self) -> Labels:
        given = [*self.names.values(), self.rest]
        if twice := sorted({each for each in given if given.count(each) > 1}):
            raise ValueError(f"two segments cannot both be called {', '.join(map(repr, twice))}")
        return self

    def preflight(self, ground: Ground, engine: Engine) -> None:
        self._protected(ground)
        self._labels({}, f"segmentations.{ground.name}", is_text=self._is_text(ground, engine))

    def fit(self, ground: Ground, engine: Engine) -> Definition:
        """A segment for each label there is and each that is named, in the order of ``names``, then of the
        labels themselves.

        Raises SettingsError for a column that is not there, protected, or neither text nor whole numbers;
        NotReady where nobody has a label, or there are more labels than groups could be.
        """
        where = f"segmentations.{ground.name}"
        notes = self._protected(ground)
        is_text = self._is_text(ground, engine)
        sizes = _sizes(engine, ground.table.name, self.column)
        _require_labels(f"{where}.column", self.column, len(sizes))
        labels = self._labels(sizes, where, is_text=is_text)
        told = [self.names.get(str(label)) or _called(ground, self.column, label) for label in labels]
        names = apart([*told, self.rest])
        ids = slugs(names)
        conditions = [_is(self.column, label) for label in labels]
        rule = Waterfall(tuple(zip(ids[:-1], conditions, strict=True)), ids[-1])
        return self.defined(
            ground,
            rule=rule,
            segments=tuple(
                Segment(each, name, rule.words(each)) for each, name in zip(ids, names, strict=True)
            ),
            fitted={"customers": engine.count(ground.table.name)},
            notes=(*notes, *self._doubts(where, sizes)),
        )

    def _protected(self, ground: Ground) -> list[Finding]:
        used = named(ground, [self.column], "column")
        return protected_allowed(ground, used, self.allow_protected, "column")

    def _is_text(self, ground: Ground, engine: Engine) -> bool:
        if kinds(ground, engine).get(self.column) == "text":
            return True
        if self.column in whole_numbers(ground, engine):
            return False
        raise SettingsError(
            f"segmentations.{ground.name}.column", f"{self.column} is neither text nor a whole number",
            "Name a column of labels; bands of a number are for the methods rules and firmographic.",
        )  # fmt: skip

    def _labels(self, sizes: Mapping[Label, int], where: str, *, is_text: bool) -> list[Label]:
        """Those named, then the others there are. Raises SettingsError for a name of what is no number."""
        if not is_text and (texts := [each for each in self.names if not _is_whole(each)]):
            raise SettingsError(
                f"{where}.names", f"{', '.join(map(repr, texts))} can be no label: {self.column} is a number",
                "Write the numbers themselves.",
            )  # fmt: skip
        listed: list[Label] = [each if is_text else int(each) for each in self.names]
        return [*listed, *(each for each in sizes if each not in listed and not _is_hidden(each))]

    def _doubts(self, where: str, sizes: Mapping[Label, int]) -> Iterator[Finding]:
        said = [str(each) for each in sizes]
        if absent := [each for each in self.names if each not in said]:
            near = "".join(did_you_mean(each, said) for each in absent)
            yield Finding(
                "note", f"{where}.names", f"Nobody is labelled {', '.join(map(in_quotes, absent))}.{near}",
                "Check the spelling: capitals and blanks count.",
            )  # fmt: skip
        if hidden := [each for each in sizes if _is_hidden(each)]:
            yield Finding(
                "warning", f"{where}.column",
                f"{len(hidden)} labels hold a character that no screen shows, such as {hidden[0]!r:.60}: "
                f"their customers are in {self.rest}.",
                "Clean the labels where they are made.",
            )  # fmt: skip
        if few := [each for each, size in sizes.items() if size < FEWEST]:
            listed = ", ".join(in_quotes(str(each)) for each in few[:3]) + (
                "" if len(few) <= 3 else " and others"
            )
            yield Finding(
                "note", f"{where}.column",
                f"Labels of fewer than {FEWEST} customers, not shown in figures: {len(few)} ({listed}).",
                "Join them with others where the labels are made, or give several the same use.",
            )  # fmt: skip


def _sizes(engine: Engine, table: str, feature: str) -> dict[Label, int]:
    """The labels there are, in their own order, with their customers; one more than the most at most."""
    name = quoted(feature)
    rows = engine.rows(
        f"select {name} as label, count(*) from {quoted(table)} where {name} is not null group by {name} "
        f"order by label limit {MOST + 1:d}", "label_sizes",
    )  # fmt: skip
    return {label: int(size) for label, size in rows}


def _require_labels(where: str, feature: str, labels: int) -> None:
    if not labels:
        raise NotReady(
            where, f"nobody has a label in {feature}",
            "Check the join of the table that it comes from, or name another column.",
        )  # fmt: skip
    if labels > MOST:
        raise NotReady(
            where, f"{feature} has more than {MOST} different labels, which is no set of groups",
            "Name a column of groups, or write conditions with the method rules.",
        )  # fmt: skip


def _is(feature: str, label: Label) -> Condition:
    if isinstance(label, str):
        return CompareText(feature, "=", label)
    return Compare(feature, "=", Decimal(label))


def _called(ground: Ground, feature: str, label: Label) -> str:
    """A text by itself; a number after what it is a number of."""
    if isinstance(label, str):
        return label if label.strip() else LEFT_BLANK
    known = ground.feature(feature)
    return f"{known.label if known and known.label else feature} {label}"


def _is_hidden(label: Label) -> bool:
    return isinstance(label, str) and bool(control(label))


def _is_whole(text: str) -> bool:
    return text.removeprefix("-").isdecimal() and text.isascii()
