"""Rules: segments by conditions that people write, tried in order, with a named rest."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_CEILING, Decimal
from typing import Annotated, ClassVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)

from regulars.engine import Engine, quoted
from regulars.errors import NotReady, SettingsError
from regulars.segment.definition import Definition
from regulars.segment.eligible import Reason, named, protected_allowed, require_given
from regulars.segment.kinds import kinds
from regulars.segment.methods import Ground, Method
from regulars.segment.preview import doubts, preview
from regulars.segment.rules.condition_parser import LONGEST, parse
from regulars.segment.rules.condition_tokens import NotACondition
from regulars.segment.rules.conditions import Condition, Leaf, Ranked, changed, read_features
from regulars.segment.rules.waterfall import Waterfall
from regulars.segment.slugs import slug
from regulars.types import Finding, Segment

_LARGEST = "cast('1.7976931348623157e308' as double)"


def _readable(name: str) -> str:
    if not name.isprintable():
        raise ValueError("a name must be of characters that can be seen")
    return name


Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60), AfterValidator(_readable)
]


class Tier(BaseModel):
    """One rule: who meets the condition, and was not taken before, is in the segment of that name."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    when: str = Field(max_length=LONGEST)

    @field_validator("when")
    @classmethod
    def _can_be_read(cls, text: str) -> str:
        parse(text)
        return text


class Rules(Method):
    """Conditions on any features, tried in order: the first that holds takes the customer.

    Outcomes are welcome here: a person says what makes a segment, and no pattern is claimed.
    """

    method: ClassVar[str] = "rules"

    segments: tuple[Tier, ...] = Field(min_length=1, max_length=50)
    """First before last. Beyond 50 nobody keeps track of which rule comes before which."""
    rest: Name = "Everyone else"
    """The segment of those for whom no condition holds."""
    allow_protected: Reason | None = None
    """The reason for which conditions may name protected attributes; it is kept in the definition."""

    @model_validator(mode="after")
    def _ids_are_told_apart(self) -> Rules:
        held: dict[str, str] = {}
        for name in self._names:
            if (made := slug(name)) in held:
                raise ValueError(f"{held[made]!r} and {name!r} are too alike: both would be {made!r}")
            held[made] = name
        return self

    @property
    def _names(self) -> list[str]:
        return [*(tier.name for tier in self.segments), self.rest]

    def preflight(self, ground: Ground, engine: Engine) -> None:
        self._resolved(ground, engine)

    def fit(self, ground: Ground, engine: Engine) -> Definition:
        """The conditions with every "top p %" turned into a value, and what each takes of the customers.

        Raises SettingsError for a feature that this data does not have or that is protected, NotReady where
        there are no customers or a rank is asked of a feature that is known for none.
        """
        customers = engine.count(ground.table.name)
        if not customers:
            raise NotReady(
                f"segmentations.{ground.name}", "there are no customers to put in segments",
                "Check the ledger for what set the rows aside.",
            )  # fmt: skip
        ids = [slug(name) for name in self._names]
        read, protected = self._resolved(ground, engine)
        conditions = [with_cuts(each, ground, engine) for each in read]
        rule = Waterfall(tuple(zip(ids[:-1], conditions, strict=True)), ids[-1])
        names = dict(zip(ids, self._names, strict=True))
        seen = preview(engine, ground.table, rule)
        return self.defined(
            ground,
            rule=rule,
            segments=tuple(Segment(each, names[each], rule.words(each)) for each in ids),
            fitted={"customers": customers},
            notes=(*protected, *doubts(seen, names, f"segmentations.{ground.name}")),
            choice=seen.as_json(),
        )

    def _resolved(self, ground: Ground, engine: Engine) -> tuple[list[Condition], list[Finding]]:
        """The conditions, and what is to be said about the features that they name."""
        read = self._conditions(ground, engine)
        used = named(ground, [name for each in read for name in read_features(each)])
        return read, protected_allowed(ground, used, self.allow_protected, "segments")

    def _conditions(self, ground: Ground, engine: Engine) -> list[Condition]:
        """The conditions read against the features there are.

        Raises SettingsError with every fault, NotReady for features that this data cannot give.
        """
        known = kinds(ground, engine)
        read, faults, lacking = [], [], list[str]()
        for place, tier in enumerate(self.segments):
            asked = read_features(parse(tier.when))
            if absent := [name for name in asked if name in ground.left_out]:
                lacking += absent
                continue
            try:
                read.append(parse(tier.when, known))
            except NotACondition as fault:
                faults.append(f"segments.{place}.when ({tier.name}): {fault}")
        if faults:
            offered = ", ".join(known) or "none"
            raise SettingsError(
                f"segmentations.{ground.name}", "; ".join(faults), f"Features of this data: {offered}."
            )
        require_given(ground, list(dict.fromkeys(lacking)), "segments")
        return read


def with_cuts(condition: Condition, ground: Ground, engine: Engine) -> Condition:
    """The condition with every "top p %" turned into the value that fitting finds for it."""

    def cut(leaf: Leaf) -> Leaf:
        return replace(leaf, cut=_cut(leaf, ground, engine)) if isinstance(leaf, Ranked) else leaf

    return changed(condition, cut)


def _cut(leaf: Ranked, ground: Ground, engine: Engine) -> Decimal:
    """The value of the last customer in: counted from the end, at p % of those known, rounded up.

    Everybody with that same value is in too: equal customers are never parted.
    """
    name, table = quoted(leaf.feature), quoted(ground.table.name)
    # NaN and infinity have no place among the ranks: no number could be the cut.
    known = f"{name} is not null" if leaf.exact else f"{name} between -{_LARGEST} and {_LARGEST}"
    ((customers,),) = engine.rows(f"select count(*) from {table} where {known}", "known_customers")
    if not customers:
        raise NotReady(
            f"segmentations.{ground.name}",
            f"{leaf.feature} is known for no customer, so nobody is in its {leaf.end} {leaf.percent:f} %",
            "Rank by another feature, or leave that condition out.",
        )
    order = "desc" if leaf.end == "top" else "asc"
    ((value,),) = engine.rows(
        f"select {name} from {table} where {known} order by {name} {order} "
        f"limit 1 offset {rank(leaf.percent, customers) - 1:d}",
        "cut_point",
    )
    # Minus zero is zero, and would be written as another.
    return Decimal(str(value)) if value else Decimal(0)


def rank(percent: Decimal, customers: int) -> int:
    """How many of the customers that percentage is, rounded up to whole ones; counted in whole numbers.

    >>> rank(Decimal(10), 25), rank(Decimal("0.1"), 7), rank(Decimal(100), 7)
    (3, 1, 7)
    """
    return int((percent * customers / 100).to_integral_value(ROUND_CEILING))
