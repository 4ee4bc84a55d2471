"""Small cells: which other counts must be kept back with those of ten customers or fewer."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping
from typing import TypeVar

SMALLEST_SHOWN = 11
Cell = TypeVar("Cell", bound=Hashable)


def covered(counts: Mapping[Cell, int], hidden: Collection[Cell], prefer: Collection[Cell] = ()) -> set[Cell]:
    """Which other cells must be hidden with those given, so that no hidden one follows from the total.

    The smallest others, preferred ones first, until what is hidden has two filled cells and eleven customers.
    Cells without customers neither need cover nor give it.
    """
    together = [counts[cell] for cell in hidden if counts[cell]]
    cover: set[Cell] = set()
    if not together:
        return cover
    for cell in _smallest_first(counts, prefer):
        if len(together) >= 2 and sum(together) >= SMALLEST_SHOWN:
            break
        if counts[cell] and cell not in hidden:
            cover.add(cell)
            together.append(counts[cell])
    return cover


def _smallest_first(counts: Mapping[Cell, int], prefer: Collection[Cell]) -> Iterable[Cell]:
    return sorted(counts, key=lambda cell: (cell not in prefer, counts[cell], str(cell)))
