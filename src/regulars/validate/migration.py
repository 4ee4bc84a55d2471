"""From which segment to which: the customers of two runs, and which cells of that table may be shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from regulars.engine import Engine, literal, room
from regulars.measure.small_cells import SMALLEST_SHOWN, covered
from regulars.validate.memberships import hidden_sizes

ELSEWHERE = None
"""Where those come from who were not among the customers before, and those go who no longer are."""
ALL = ""
"""Stands for the sum of a row or of a column; no segment has an empty id."""
Cell = tuple[str | None, str | None]
Line = tuple[Cell, ...]
"""Cells that add up to what is known, or to their row's or column's sum where that stands last."""


@dataclass(frozen=True)
class Migration:
    """The customers of each pair of segments, with sums, and the cells that are not shown."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    counts: Mapping[Cell, int]
    hidden: frozenset[Cell]
    stayed: int | None
    """Customers of both runs whose segment is the same; None with ``moved`` where one of them is small."""
    moved: int | None

    def shown(self, cell: Cell) -> int | None:
        """The customers of a cell, or None where it is not shown."""
        return None if cell in self.hidden else self.counts[cell]

    def share(self, cell: Cell) -> float | None:
        """The share of those in the row who are in this cell, 0 to 1; None where it would tell too much."""
        here, of = self.shown(cell), self.shown((cell[0], ALL))
        return None if here is None or not of else round(here / of, 6)

    @property
    def moved_share(self) -> float | None:
        """Those who are in another segment, of the customers of both runs."""
        if self.moved is None or self.stayed is None or not self.moved + self.stayed:
            return None
        return round(self.moved / (self.moved + self.stayed), 6)


def make_moves(engine: Engine, before: Path | str, after: Path | str) -> None:
    """The tables ``moves`` (a row a customer of either) and ``flows`` (a row a pair of segments), of two
    files of assignments, or of tables by name."""
    for name, of in (("memberships_before", before), ("memberships_after", after)):
        read = f"read_parquet({literal(str(of)).sql('duckdb')})" if isinstance(of, Path) else of
        engine.view(name, f"select customer_id, segment_id from {read}")
    steps = room("regulars.validate")
    for target in ("moves", "flows"):
        engine.drop(target)
        engine.make(target, steps)


def migration(engine: Engine, before: Sequence[str], after: Sequence[str]) -> Migration:
    """The matrix of the flows that are there, between the segments of either run.

    Cells of ten customers or fewer are hidden, and with them what they could be worked out from: each row and
    column holds none or two hidden cells of eleven customers together, and no hidden cell is the only number
    that fits all that is shown (as Gusfield 1988, SIAM J. Comput. 17, finds them). Sizes of segments are as
    in the runs' facts; who stayed and moved in all is not told where that alone would give a cell away.
    """
    found = {(was, now): int(n) for was, now, n in engine.rows("select * from flows")}
    counts = {(was, now): found.get((was, now), 0) for was, now in _cells(before, after)}
    for was in (*before, ELSEWHERE):
        counts[was, ALL] = sum(n for (row, now), n in found.items() if row == was)
    for now in (*after, ELSEWHERE):
        counts[ALL, now] = sum(n for (_, column), n in found.items() if column == now)
    stayed, moved = _stayed_and_moved(found)
    is_told = all(n == 0 or n >= SMALLEST_SHOWN for n in (stayed, moved))
    hidden, is_safe = _hidden(counts, before, after, with_diagonal=is_told)
    if is_told and not is_safe:
        is_told = False
        hidden, _ = _hidden(counts, before, after, with_diagonal=False)
    return Migration(
        tuple(before), tuple(after), counts, frozenset(hidden),
        stayed if is_told else None, moved if is_told else None,
    )  # fmt: skip


def _hidden(
    counts: Mapping[Cell, int], before: Sequence[str], after: Sequence[str], *, with_diagonal: bool
) -> tuple[set[Cell], bool]:
    """The cells not to be shown, and whether that keeps each of them from being worked out."""
    small: set[Cell] = {(each, ALL) for each in hidden_sizes({each: counts[each, ALL] for each in before})}
    small |= {(ALL, each) for each in hidden_sizes({each: counts[ALL, each] for each in after})}
    small |= {cell for cell, n in counts.items() if 0 < n < SMALLEST_SHOWN}
    # Sizes that are shown in the facts are known whatever is hidden here.
    known = {cell for cell in counts if ALL in cell and cell not in small}
    every = _lines(before, after, with_diagonal=with_diagonal)
    lines = [tuple(cell for cell in line if cell not in known) for line in every]
    hidden = hidden_cells(counts, lines, small)
    return hidden, not determined([cell for cell in hidden if counts[cell]], lines)


def _cells(before: Iterable[str], after: Iterable[str]) -> Iterator[Cell]:
    columns = (*after, ELSEWHERE)
    for was in (*before, ELSEWHERE):
        yield from ((was, now) for now in columns if (was, now) != (ELSEWHERE, ELSEWHERE))


def _stayed_and_moved(found: Mapping[tuple[str | None, str | None], int]) -> tuple[int, int]:
    both = {cell: n for cell, n in found.items() if ELSEWHERE not in cell}
    stayed = sum(n for (was, now), n in both.items() if was == now)
    return stayed, sum(both.values()) - stayed


def _lines(before: Sequence[str], after: Sequence[str], *, with_diagonal: bool) -> Iterator[Line]:
    cells = list(_cells(before, after))
    for was in (*before, ELSEWHERE):
        yield (*(cell for cell in cells if cell[0] == was), (was, ALL))
    for now in (*after, ELSEWHERE):
        yield (*(cell for cell in cells if cell[1] == now), (ALL, now))
    # How many customers each run has is told everywhere.
    yield tuple((was, ALL) for was in before)
    yield tuple((ALL, now) for now in after)
    if with_diagonal:
        both = [cell for cell in cells if ELSEWHERE not in cell]
        yield tuple(cell for cell in both if cell[0] == cell[1])
        yield tuple(cell for cell in both if cell[0] != cell[1])


def hidden_cells(counts: Mapping[Cell, int], lines: Sequence[Line], small: Iterable[Cell]) -> set[Cell]:
    """The cells not to be shown: the small ones, and those of the lines that cover them."""
    hidden = set(small)
    while True:
        before = len(hidden)
        for line in lines:
            hidden |= covered({cell: counts[cell] for cell in line}, hidden.intersection(line))
        if len(hidden) > before:
            continue
        more = _one_more(counts, lines, hidden)
        if more is None:
            return hidden
        hidden.add(more)


def _one_more(counts: Mapping[Cell, int], lines: Sequence[Line], hidden: set[Cell]) -> Cell | None:
    """The smallest shown cell beside one that all shown cells together determine; None where none is left."""
    filled = [cell for cell in counts if cell in hidden and counts[cell]]
    for known in determined(filled, lines):
        beside = {cell for line in lines if known in line for cell in line}
        free = [cell for cell in beside if counts[cell] and cell not in hidden]
        if free:
            return min(free, key=lambda cell: (counts[cell], str(cell)))
    return None


def determined(unknown: Sequence[Cell], lines: Sequence[Line]) -> list[Cell]:
    """Which of the unknown cells have one value only that fits the lines, by exact elimination."""
    at = {cell: column for column, cell in enumerate(unknown)}
    rows = []
    for line in lines:
        row = [Fraction(0)] * len(unknown)
        for cell in line:
            if cell in at:
                row[at[cell]] = Fraction(-1 if ALL in cell and ALL not in line[0] else 1)
        rows.append(row)
    return [unknown[pivot] for pivot, row in _reduced(rows) if sum(each != 0 for each in row) == 1]


def _reduced(rows: list[list[Fraction]]) -> Iterator[tuple[int, list[Fraction]]]:
    """The rows of the reduced echelon form, each with its leading column (Gauss and Jordan)."""
    done: list[tuple[int, list[Fraction]]] = []
    left = [row for row in rows if any(row)]
    while left:
        row = left.pop()
        pivot = next(column for column, each in enumerate(row) if each)
        row = [each / row[pivot] for each in row]
        left = [reduced for other in left if any(reduced := _without(other, row, pivot))]
        done = [(column, _without(other, row, pivot)) for column, other in done]
        done.append((pivot, row))
    yield from done


def _without(row: list[Fraction], by: list[Fraction], pivot: int) -> list[Fraction]:
    factor = row[pivot]
    return [a - factor * b for a, b in zip(row, by, strict=True)] if factor else row
