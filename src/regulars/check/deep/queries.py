"""Queries: what a claim asks of the orders, as sums over customers by segment, category and period."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import astuple, dataclass, field
from datetime import date

from sqlglot import exp

from regulars.check.deep.measures import Measure
from regulars.check.deep.scope import Period, Span, periods, whole_months
from regulars.engine import Bound, Engine, Step, literal, room

MOST_CATEGORIES = 8
"""The categories on which the segment spends most; the others are one."""
OTHER, UNKNOWN = "(other categories)", "(unknown category)"
Place = tuple[int, int]
"""The number of a category and of a period; 0 for all of them."""
WHOLE: Place = (0, 0)


@dataclass(frozen=True)
class Totals:
    """Sums over ``n`` customers of a measure's part and whole, of their squares and their product, and of
    powers of their weights: wholes in millionths of the largest that anybody has there. ``doing``: customers
    with some part of it, ``lacking``: those whose part is not the whole."""

    n: int = 0
    doing: int = 0
    lacking: int = 0
    part: int = 0
    whole: int = 0
    part_squares: int = 0
    whole_squares: int = 0
    products: int = 0
    weights: int = 0
    weight_squares: int = 0
    weight_cubes: int = 0
    weight_fourths: int = 0

    def __add__(self, other: Totals) -> Totals:
        return Totals(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))


@dataclass(frozen=True)
class Products:
    """Sums over customers of what they have in one category times what they have in another."""

    part_parts: int = 0
    part_wholes: int = 0
    whole_wholes: int = 0

    def __add__(self, other: Products) -> Products:
        return Products(
            self.part_parts + other.part_parts,
            self.part_wholes + other.part_wholes,
            self.whole_wholes + other.whole_wholes,
        )


@dataclass(frozen=True)
class Counted:
    """What was counted for one claim: by segment and place, and by segment and pair of categories.

    ``categories`` and ``periods`` give the number of each name.
    """

    categories: dict[str, int]
    periods: dict[str, int]
    totals: dict[tuple[str, Place], Totals]
    pairs: dict[tuple[str, int, int], Products]

    def at(self, segments: Collection[str], place: Place) -> Totals:
        return sum((self.totals.get((each, place), Totals()) for each in segments), Totals())

    def pair(self, segments: Collection[str], one: int, other: int) -> Products:
        return sum((self.pairs.get((each, one, other), Products()) for each in segments), Products())


@dataclass(frozen=True)
class Question:
    """What is counted: a measure on some days, in some categories or in all, and the category wanted.

    ``segment`` is whose spending says which categories stand by themselves.
    """

    measure: Measure
    segment: str
    spans: tuple[Span, ...]
    categories: tuple[str, ...] = ()
    wanted: str = ""


@dataclass(frozen=True)
class Orders:
    """The clean orders of a study in the engine, with ``asked_customers`` (customer_id, segment_id) beside.

    ``own_brands`` and ``loyalty_categories`` are those of its settings.
    """

    engine: Engine
    start: date
    as_of: date
    own_brands: tuple[str, ...] = ()
    loyalty_categories: tuple[str, ...] = ()
    told: dict[Question, Counted] = field(default_factory=dict, compare=False)
    """What was counted before: texts ask the same thing more than once."""

    def categories(self) -> tuple[str, ...]:
        """The categories that are sold, by name."""
        found = self.engine.rows(
            "select category from order_lines where category is not null and not is_return group by category"
        )
        return tuple(sorted(str(name) for (name,) in found))

    def counted(self, question: Question) -> Counted:
        """The sums that answer a question. The same orders give the same sums, whatever their order."""
        if question not in self.told:
            self.told[question] = self._counted(question)
        return self.told[question]

    def _counted(self, question: Question) -> Counted:
        listed = (question.wanted,) if question.wanted else question.categories or self._largest(question)
        parts = periods(question.spans)
        number = {name: at for at, name in enumerate(dict.fromkeys(each.name for each in parts), 1)}
        named = self._named(question, listed)
        self._lay_out(question, listed, parts, number)
        places = [(0, 0), *((at, 0) for at in named.values()), *((0, at) for at in number.values())]
        columns = {"category_number": "bigint", "period_number": "bigint"}
        self.engine.values("asked_places", columns, places)
        self._make_parts(question, len(listed))
        pairs = _paired(self.engine) if named else {}
        return Counted(named, number if len(number) > 1 else {}, _placed(self.engine), pairs)

    def _named(self, question: Question, listed: Sequence[str]) -> dict[str, int]:
        """The categories that are told apart: none where one is asked about, or the data names none."""
        is_told = question.measure.by_category and not question.wanted and len(question.categories) != 1
        if not is_told or not listed:
            return {}
        named = {name: at for at, name in enumerate(listed, 1)}
        if question.categories:
            return named
        if len(self.categories()) > len(listed):
            named[_free(OTHER, named)] = len(listed) + 1
        unknown = self.engine.rows(
            "select count(*) from order_lines where category is null and not is_return"
        )
        return {**named, _free(UNKNOWN, named): len(listed) + 2} if unknown[0][0] else named

    def _largest(self, question: Question) -> tuple[str, ...]:
        """The categories on which the segment spent most on these days; the most lines without amounts."""
        segment = literal(question.segment).sql("duckdb")
        days = " or ".join(
            f"ordered_on between {literal(first).sql('duckdb')} and {literal(last).sql('duckdb')}"
            for first, last in question.spans
        )
        found = self.engine.rows(
            "select category, sum(coalesce(amount, 1)) from order_lines "
            f"join asked_customers using (customer_id) where segment_id = {segment} and not is_return "
            f"and category is not null and ({days}) group by category"
        )
        ranked = sorted(found, key=lambda each: (-each[1], each[0]))
        return tuple(str(name) for name, _ in ranked[:MOST_CATEGORIES])

    def _lay_out(
        self, question: Question, listed: Sequence[str], parts: Sequence[Period], number: dict[str, int]
    ) -> None:
        """The small tables that the steps read: which categories, periods, months and brands."""
        put = self.engine.values
        days = {"first_on": "date", "last_on": "date", "period_number": "bigint"}
        put("asked_periods", days, [(each.first, each.last, number[each.name]) for each in parts])
        months = whole_months(question.spans)
        put("asked_months", days, [(each.first, each.last, _within(each, parts, number)) for each in months])
        columns = {"category": "varchar", "category_number": "bigint", "is_wanted": "bigint"}
        wanted = int(bool(question.wanted))
        put("asked_categories", columns, [(name, at, wanted) for at, name in enumerate(listed, 1)])
        put("own_brands", {"brand": "varchar"}, [(name,) for name in self.own_brands])
        put("loyalty_categories", {"category": "varchar"}, [(name,) for name in self.loyalty_categories])

    def _make_parts(self, question: Question, listed: int) -> None:
        """``asked_parts``: one row a customer and place, with the measure's part and whole."""
        measure = question.measure
        values: dict[str, Bound] = {
            "as_of": self.as_of,
            "other_number": listed + 1,
            "unknown_number": listed + 2,
            "only_listed": bool(question.categories),
            "any_category": not self.loyalty_categories,
        }
        steps = {**room("regulars.check"), "asked_parts": _parts(measure), "asked_kinds": _kinds(measure)}
        self.engine.make("asked_parts", steps, values)
        for target in ("asked_sums", "asked_pairs"):
            self.engine.make(target, steps, values)


def _free(name: str, taken: Collection[str]) -> str:
    """The name, in brackets more for each category of the data that has it."""
    while name in taken:
        name = f"({name})"
    return name


def _within(month: Period, parts: Sequence[Period], number: dict[str, int]) -> int:
    return next(number[each.name] for each in parts if each.first <= month.first <= each.last)


def _parts(measure: Measure) -> Step:
    """The measure's own columns as part and whole: the one place where they vary."""
    select = exp.select(
        "customer_id",
        "category_number",
        "period_number",
        exp.alias_(exp.column(measure.part), "part"),
        exp.alias_(exp.column(measure.whole), "whole"),
    ).from_(measure.step)
    return Step("asked_parts", select)


def _kinds(measure: Measure) -> Step:
    """Lines with the column whose kinds are told apart."""
    kind = exp.column(measure.kind or "product_id")
    known = exp.not_(exp.Is(this=kind.copy(), expression=exp.null()))
    select = (
        exp.select("customer_id", "category_number", "period_number", exp.alias_(kind, "kind"))
        .from_("asked_lines")
        .where(exp.not_(exp.column("is_return")), known)
    )
    return Step("asked_kinds", select)


def _placed(engine: Engine) -> dict[tuple[str, Place], Totals]:
    found = engine.rows(
        "select segment_id, category_number, period_number, n, doing, lacking, part, whole, part_squares, "
        "whole_squares, products, weights, weight_squares, weight_cubes, weight_fourths from asked_sums"
    )
    return {
        (str(segment), (int(category), int(period))): Totals(*(int(each) for each in sums))
        for segment, category, period, *sums in found
    }


def _paired(engine: Engine) -> dict[tuple[str, int, int], Products]:
    found = engine.rows(
        "select segment_id, category_number, other_number, part_parts, part_wholes, whole_wholes "
        "from asked_pairs"
    )
    return {
        (str(segment), int(one), int(other)): Products(*(int(each) for each in sums))
        for segment, one, other, *sums in found
    }
