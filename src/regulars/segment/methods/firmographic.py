"""Firmographic and demographic groups: customers by what they are, with small groups pooled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_CEILING, Decimal
from typing import Annotated, ClassVar

from pydantic import Field, model_validator
from sqlglot import exp

from regulars.engine import Engine, quoted
from regulars.errors import NotReady, SettingsError
from regulars.segment.categories import OTHER, Attribute, Category
from regulars.segment.definition import Definition
from regulars.segment.eligible import Reason, named, protected_allowed
from regulars.segment.kinds import kinds, whole_numbers
from regulars.segment.methods import Ground, Method
from regulars.segment.pooling import Cells, Group, grouped
from regulars.segment.rules import column
from regulars.segment.rules.condition_tokens import control
from regulars.segment.rules.condition_words import in_quotes
from regulars.segment.rules.waterfall import Waterfall
from regulars.segment.slugs import apart, slugs
from regulars.types import Finding, Segment

Cut = Annotated[Decimal, Field(max_digits=15, decimal_places=4)]
Cuts = Annotated[tuple[Cut, ...], Field(min_length=1, max_length=20)]

LARGE_SHARE, LARGE_COUNT, FEWEST = Decimal("0.05"), 100, 11
"""A group is large enough with 5 % of the customers or with 100 of them, and never with ten or fewer."""
MOST_GROUPS = 50
"""Beyond 50 nobody keeps track of which group is which."""
REST = "All other"


class Firmographic(Method):
    """Customers by what they are (size, industry, role, region), crossed, with small groups pooled.

    A group pools what is too small in it as its "other"; what is too small even so, and categories not
    seen when this was fitted that no such pool takes, are "All other".
    """

    method: ClassVar[str] = "firmographic"

    by: Annotated[tuple[str, ...], Field(min_length=1, max_length=4)]
    """Attributes, the most telling first: customers are parted by it before all others."""
    bands: dict[str, Cuts] = Field(default_factory=dict)
    """For an attribute that is a number, where its bands end; each band includes its end."""
    smallest: Annotated[int, Field(ge=FEWEST)] | None = None
    """Customers that a group must have. None: 5 % of all, or 100 where that is fewer; never ten or fewer."""
    allow_protected: Reason | None = None
    """The reason for which ``by`` may name protected attributes; it is kept in the definition."""

    @model_validator(mode="after")
    def _can_be(self) -> Firmographic:
        if len(set(self.by)) < len(self.by):
            raise ValueError("by names an attribute twice")
        if strange := [each for each in self.bands if each not in self.by]:
            raise ValueError(f"bands are set for {', '.join(strange)}, which by does not name")
        for name, cuts in self.bands.items():
            if list(cuts) != sorted(set(cuts)):
                raise ValueError(f"bands.{name} must rise from end to end")
        return self

    def preflight(self, ground: Ground, engine: Engine) -> None:
        protected_allowed(ground, named(ground, self.by, "by"), self.allow_protected, "by")
        self._attributes(ground, engine)

    def fit(self, ground: Ground, engine: Engine) -> Definition:
        """The groups that are large enough, as conditions on the attributes.

        Raises SettingsError for an attribute that this data does not have, that is protected or no
        attribute, or a number without bands; NotReady where fewer than two groups come of it, or too many.
        """
        where = f"segmentations.{ground.name}"
        used = named(ground, self.by, "by")
        notes = protected_allowed(ground, used, self.allow_protected, "by")
        customers = engine.count(ground.table.name)
        if not customers:
            raise NotReady(
                where, "there are no customers to group", "Check the ledger for what set the rows aside."
            )
        smallest = self.smallest or large_enough(customers)
        attributes = self._attributes(ground, engine)
        texts = {each.feature: _texts(engine, ground, each, smallest) for each in attributes}
        groups, left = grouped(attributes, _cells(engine, ground, attributes, texts), smallest)
        _require_groups(where, groups, left, smallest)
        names = apart([*(group.name for group in groups), self._rest(attributes)])
        ids = slugs(names)
        rule = Waterfall(
            tuple((each, group.condition) for each, group in zip(ids, groups, strict=False)), ids[-1]
        )
        return self.defined(
            ground,
            rule=rule,
            segments=tuple(
                Segment(each, name, rule.words(each)) for each, name in zip(ids, names, strict=True)
            ),
            fitted={"customers": customers, "smallest": smallest},
            notes=(*notes, *_doubts(where, texts, names[-1], left, smallest)),
        )

    def _attributes(self, ground: Ground, engine: Engine) -> list[Attribute]:
        """The attributes in the order of ``by``. Raises SettingsError with every fault."""
        there, whole = kinds(ground, engine), whole_numbers(ground, engine)
        made, faults = [], []
        for name in self.by:
            feature = ground.feature(name)
            kind, cuts = there.get(name), self.bands.get(name, ())
            if feature is None or feature.role == "outcome":
                faults.append(f"{name} is what came of customers, not what they are: see the method rules")
            elif kind is None:
                faults.append(f"{name} is neither a number nor text")
            elif kind == "text" and cuts:
                faults.append(f"{name} is text, which has no bands")
            elif kind != "text" and not cuts:
                found = _range(engine, ground, name)
                faults.append(f"{name} is a number ({found}): say in bands.{name} where its bands end")
            else:
                label = feature.label[:1].lower() + feature.label[1:] or name
                made.append(Attribute(name, label, cuts, kind != "double", name in whole))
        if faults:
            raise SettingsError(
                f"segmentations.{ground.name}.by", "; ".join(faults),
                f"For example bands: {{{self.by[0]}: [10, 50, 250]}}.",
            )  # fmt: skip
        return made

    def _rest(self, attributes: Sequence[Attribute]) -> str:
        return f"Other {attributes[0].label}" if len(attributes) == 1 else REST


class Demographic(Firmographic):
    """The same for people: household, life stage, region. Age, sex and the like need a stated reason."""

    method: ClassVar[str] = "demographic"


def large_enough(customers: int) -> int:
    """The fewest customers of a group by default.

    >>> large_enough(100), large_enough(801), large_enough(1_000_000)
    (11, 41, 100)
    """
    share = int((customers * LARGE_SHARE).to_integral_value(ROUND_CEILING))
    return max(FEWEST, min(LARGE_COUNT, share))


def _texts(engine: Engine, ground: Ground, attribute: Attribute, smallest: int) -> list[str]:
    """The values of a text that enough customers share. Those with what no screen shows are not looked at."""
    if attribute.cuts:
        return []
    name, table = quoted(attribute.feature), quoted(ground.table.name)
    rows = engine.rows(
        f"select {name} as category from {table} where {name} is not null group by {name} "
        f"having count(*) >= {smallest:d} order by category", "categories",
    )  # fmt: skip
    return [value for (value,) in rows if not control(value)]


def _cells(
    engine: Engine, ground: Ground, attributes: Sequence[Attribute], texts: Mapping[str, Sequence[str]]
) -> Cells:
    """How many customers each combination of categories has. Totals leave the engine, never customers."""
    made = [
        exp.alias_(each.position(texts[each.feature]), f"category_{place}")
        for place, each in enumerate(attributes)
    ]
    judged = exp.select(*made).from_(exp.table_(ground.table.name, quoted=True))
    names = [column(f"category_{place}") for place in range(len(attributes))]
    counted = exp.select(*names, exp.Count(this=exp.Star())).from_(judged.subquery("judged")).group_by(*names)
    rows = engine.rows(counted, "category_sizes")
    cells = {}
    for *positions, size in rows:
        read = (_category(at, texts[each.feature]) for at, each in zip(positions, attributes, strict=True))
        cells[tuple(read)] = int(size)
    return cells


def _category(position: int | None, texts: Sequence[str]) -> Category:
    return texts[position] if texts and position is not None and position != OTHER else position


def _range(engine: Engine, ground: Ground, name: str) -> str:
    ((low, high),) = engine.rows(
        f"select min({quoted(name)}), max({quoted(name)}) from {quoted(ground.table.name)}", "range"
    )
    return "it is known for nobody" if low is None else f"it runs from {low:,} to {high:,}"


def _require_groups(where: str, groups: Sequence[Group], left: int, smallest: int) -> None:
    if len(groups) + bool(left) < 2:
        raise NotReady(
            where, "these attributes put all customers in one group" if groups
            else f"no category has {smallest:,} customers",
            f"Name other attributes in {where}.by, or set a lower smallest.",
        )  # fmt: skip
    if len(groups) > MOST_GROUPS:
        raise NotReady(
            where, f"{len(groups)} groups come of it, and nobody keeps track of more than {MOST_GROUPS}",
            f"Leave an attribute out, or raise {where}.smallest from {smallest:,}.",
        )  # fmt: skip


def _doubts(
    where: str, texts: Mapping[str, Sequence[str]], rest: str, left: int, smallest: int
) -> Iterator[Finding]:
    for feature, listed in texts.items():
        for alike in _alike(listed):
            yield Finding(
                "note", f"{where}.{feature}",
                f"{' and '.join(map(in_quotes, alike))} are different categories, though they look alike.",
                "Write them in one way where the data is made.",
            )  # fmt: skip
    if not left:
        yield Finding(
            "note", f"{where}.by",
            f"Nobody is in {rest} now: it takes categories that were not seen in fitting.",
            "Nothing to do: --refit when it has grown.",
        )  # fmt: skip
    elif left < smallest:
        yield Finding(
            "note", f"{where}.by",
            f"{rest} has fewer than {smallest:,} customers: all who are in no group that is large enough.",
            "Set a lower smallest, or leave an attribute out, to have them in groups of their own.",
        )  # fmt: skip


def _alike(texts: Sequence[str]) -> Iterator[list[str]]:
    looks: dict[str, list[str]] = {}
    for text in texts:
        looks.setdefault(" ".join(text.casefold().split()), []).append(text)
    return (alike for alike in looks.values() if len(alike) > 1)
