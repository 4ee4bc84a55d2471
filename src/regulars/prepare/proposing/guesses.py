"""Which column probably holds what, from its name and its values, and why."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from regulars.engine import Engine
from regulars.prepare.proposing.header_words import MEANINGS, STRONG, strength, words_of
from regulars.prepare.proposing.init_command import Given
from regulars.prepare.reading import cells, dates
from regulars.prepare.reading.sources import STAGED, Source, SourceColumn

LOOKED_AT = 100_000
"""Records whose values are looked at to tell numbers from names; dates are always looked at whole."""

SHOPIFY_ORDER = "name"
_NUMBERED = r"#?[A-Za-z]{0,6}[-_]?\d+[A-Za-z]{0,3}"


@dataclass(frozen=True)
class Guess:
    """What a column is taken to hold, and why."""

    meaning: str
    column: str
    why: str


@dataclass(frozen=True)
class Facts:
    """What the values of one column are like. Shares are of the cells that are not blank, 0 to 1."""

    column: SourceColumn
    filled: int
    blank: int
    distinct: int
    number_share: float
    fraction_share: float
    negative_share: float
    is_date: bool
    decimal_comma: bool
    """Whether more cells are numbers with a decimal comma than with a point."""
    numbered_share: float
    """Share of cells that are a number with a # or a few letters, such as '#1000': order numbers."""

    @property
    def is_often_blank(self) -> bool:
        return self.blank > 0.1 * (self.blank + self.filled)

    @property
    def is_number(self) -> bool:
        return not self.is_date and self.number_share >= 0.95

    @property
    def is_code(self) -> bool:
        """Whether it could be an identifier: no date, and no number with a fraction."""
        return self.filled > 0 and not self.is_date and self.fraction_share == 0

    @property
    def is_words(self) -> bool:
        return self.filled > 0 and not self.is_date and self.number_share < 0.5


@dataclass(frozen=True)
class Look:
    """A file that is being looked at: what the user gave, its source in the engine, and its columns."""

    given: Given
    source: Source
    engine: Engine
    facts: Mapping[str, Facts]


def facts_of(columns: Sequence[SourceColumn], engine: Engine) -> dict[str, Facts]:
    """Facts of each staged column, by its name."""
    return {column.name: _facts(column, engine) for column in columns if column.name}


def _facts(column: SourceColumn, engine: Engine) -> Facts:
    cell = cells.column(column.inner)
    point, comma = (cells.number(cell, column.kind, mark, 4).sql("duckdb") for mark in ".,")
    numbers = f"regexp_full_match(cast({column.inner} as varchar), '{_NUMBERED}')"
    fractions = f"count({column.inner}) filter (where number <> trunc(number))"
    ((filled, blank, distinct, points, commas, fraction, negative, numbered),) = engine.rows(
        f"select count({column.inner}), count(*) - count({column.inner}), count(distinct {column.inner}), "
        f"count(pointed), count(with_comma), {fractions}, "
        f"count(*) filter (where number < 0), count(*) filter (where {numbers}) "
        "from (select *, coalesce(pointed, with_comma) as number from "
        f"(select {column.inner}, {point} as pointed, {comma} as with_comma "
        f"from {STAGED} where record <= {LOOKED_AT}))"
    )
    share = max(points, commas) / max(filled, 1)
    return Facts(
        column,
        filled,
        blank,
        distinct,
        share,
        # A float column of whole numbers that has gaps is still a column of codes.
        fraction / max(filled, 1),
        negative / max(filled, 1),
        _is_date(column, engine),
        column.is_text and commas > points,
        numbered / max(filled, 1),
    )


def _is_date(column: SourceColumn, engine: Engine) -> bool:
    if cells.is_date(column.kind):
        return True
    if cells.is_number(column.kind) and not strength(column.name, "time")[0]:
        return False
    sample = engine.rows(
        f"select distinct cast({column.inner} as varchar) as said from {STAGED} "
        f"where {column.inner} is not null and record <= {LOOKED_AT} order by hash(said), said limit 20"
    )
    fits = dates.shaped_like([said for (said,) in sample])
    # Six or eight bare digits are more often a code than a date: then the name must say so as well.
    is_bare = not any(mark in each for each in fits for mark in "-/. :")
    return bool(fits) and (not is_bare or strength(column.name, "time")[0] > 0)


def _suits(meaning: str, facts: Facts) -> bool:
    if meaning == "time":
        return facts.is_date
    if meaning in ("quantity", "unit_price", "amount"):
        return facts.is_number
    if meaning in ("product_name", "category"):
        return facts.is_words
    if meaning == "promotion":
        return facts.is_code and (facts.blank > 0 or facts.distinct > 1)
    if meaning in ("consent", "opt_out"):
        # A column that nobody has filled still says that there is such a question.
        return facts.is_date or facts.distinct <= 10
    return facts.is_code


def candidates(meaning: str, facts: Mapping[str, Facts], taken: Collection[str]) -> list[tuple[int, Guess]]:
    """The columns that could have the meaning, best first with scores; equal ones in source order."""
    found = []
    for name, each in facts.items():
        said, phrase = strength(name, meaning)
        if meaning == "order" and words_of(name) == ("name",) and each.numbered_share >= 0.95:
            # What Shopify calls the number of an order.
            said, phrase = STRONG, SHOPIFY_ORDER
        if name not in taken and said and _suits(meaning, each):
            found.append((said, Guess(meaning, name, _why(meaning, phrase, each))))
    return sorted(found, key=lambda one: -one[0])


def _why(meaning: str, phrase: str, facts: Facts) -> str:
    named = f"the header says {phrase!r}"
    if meaning == "order" and phrase == SHOPIFY_ORDER:
        named += " and the values are order numbers such as '#1000'"
    if meaning == "time":
        kind = facts.column.kind.lower() if cells.is_date(facts.column.kind) else "dates as text"
        return f"{named} and the values are {kind}"
    if facts.is_number and meaning in ("quantity", "unit_price", "amount"):
        whole = "whole numbers" if facts.fraction_share == 0 else "numbers with decimals"
        below = f", {facts.negative_share:.1%} below zero" if facts.negative_share else ""
        return f"{named} and the values are {whole}{below}"
    if not facts.filled:
        return f"{named}; every cell is blank"
    return f"{named}; {facts.distinct:,} different values in {facts.filled:,} filled cells"


def lone_date(facts: Mapping[str, Facts]) -> Guess | None:
    """The only column of dates, where no header says which is meant or that it is another kind of date."""
    never = {word for phrase in MEANINGS["time"].never for word in phrase.split()}
    found = [name for name, each in facts.items() if each.is_date and not never & set(words_of(name))]
    return Guess("time", found[0], "it is the only column of dates") if len(found) == 1 else None


def same_partition(one: Facts, other: Facts, engine: Engine) -> bool:
    """Whether two columns tell the same records apart, so that it does not matter which is taken."""
    a, b = one.column.inner, other.column.inner
    ((first, second, both),) = engine.rows(
        f"select count(distinct {a}), count(distinct {b}), count(distinct ({a}, {b})) from {STAGED}"
    )
    return bool(first == second == both)


def cancellation_prefix(order: Facts | None, quantity: Facts | None, engine: Engine) -> str | None:
    """The letters before the digits of order ids whose quantities are nearly all negative, if any.

    At least ten lines, nine in ten of them negative, and most orders without the letter.
    """
    if order is None or quantity is None or not order.column.is_text:
        return None
    number = cells.number(cells.column(quantity.column.inner), quantity.column.kind, ".", 3).sql("duckdb")
    found = engine.rows(
        f"select upper(regexp_extract({order.column.inner}, '^([A-Za-z]+)[-_]?[0-9]+$', 1)) as prefix, "
        f"count(*) as lines from {STAGED} group by prefix "
        f"having prefix <> '' and lines >= 10 and avg(cast({number} < 0 as int)) >= 0.9 "
        f"and lines < 0.5 * (select count(*) from {STAGED}) order by lines desc, prefix limit 1"
    )
    return found[0][0] if found else None
