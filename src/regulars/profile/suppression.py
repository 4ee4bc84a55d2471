"""Small cells: what ten customers or fewer stand behind is not shown, nor left to be worked out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from regulars.measure.small_cells import SMALLEST_SHOWN, covered
from regulars.types import Fact

HIDDEN = "not shown: ten customers or fewer, or what with the totals gives such a group away"
"""One note for both: which is which would narrow down what is hidden."""

Group = dict[str, Fact]
Apart = Mapping[tuple[str, str], tuple[int, ...]]
"""By group and metric: how many customers a figure sets apart from the others of the group. A repeat rate of
3 % of a hundred counts three customers, and 97 others."""
OVERALL = "overall"


def suppressed(
    groups: Mapping[str, Group], overall: Group, apart: Apart | None = None
) -> tuple[dict[str, Group], Group]:
    """The groups' facts, and those of all customers, with small cells blanked and noted.

    Every metric is a row of cells, each with the n behind it, and the total stands beside it. Cells of ten
    customers or fewer are blanked; so are all cells of a group that is as small. Then the next smallest
    cells follow until at least two are blank, with eleven customers or more together. A cell that covers
    loses its averages too: an average, its n and the total give the hidden cell back as surely as a sum.
    Who has no such figure, and whom it sets ``apart``, are cells as well, with the same cover: n, an average
    and the size of the group give them back.
    """
    apart = apart or {}
    sizes = {group: facts["customers"].n or 0 for group, facts in groups.items()}
    small = {group for group, size in sizes.items() if size < SMALLEST_SHOWN}
    # Its size stands behind most of a group's figures: what hides it in one metric hides it in all.
    small |= covered(sizes, small)
    cells = {
        (group, metric): (fact.n or 0, size - (fact.n or 0), *apart.get((group, metric), ()))
        for group, size in {**sizes, OVERALL: overall["customers"].n or 0}.items()
        for metric, fact in groups.get(group, overall).items()
    }
    hidden = {metric: _hidden({group: cells[group, metric] for group in groups}, small) for metric in overall}
    safe = {
        group: {metric: _blank(fact) if group in hidden[metric] else fact for metric, fact in facts.items()}
        for group, facts in groups.items()
    }
    return safe, {
        metric: _blank(fact) if _is_small(cells[OVERALL, metric]) else fact
        for metric, fact in overall.items()
    }


def _hidden(cells: Mapping[str, tuple[int, ...]], small: Collection[str]) -> set[str]:
    """The groups in which a metric is blank. Of each: who has it, who has not, and whom it sets apart."""
    hidden = {group for group, counts in cells.items() if group in small or _is_small(counts)}
    wide = max(map(len, cells.values()), default=0)
    tables = [{group: (*counts, *[0] * wide)[at] for group, counts in cells.items()} for at in range(wide)]
    # Whom it sets apart come first: their cover most often covers the rest.
    while more := next(filter(None, (covered(table, hidden) for table in reversed(tables))), None):
        hidden |= more
    return hidden


def _is_small(counts: tuple[int, ...]) -> bool:
    return any(0 < count < SMALLEST_SHOWN for count in counts)


def _blank(fact: Fact) -> Fact:
    return replace(fact, value=None, n=None, low=None, high=None, note=HIDDEN)
