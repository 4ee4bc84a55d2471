"""Small cells: what ten customers or fewer stand behind is not shown, nor left to be worked out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from regulars.measure.small_cells import SMALLEST_SHOWN, covered
from regulars.types import Fact

HIDDEN = "not shown: ten customers or fewer, or what with the totals gives such a group away"
"""One note for both: which is which would narrow down what is hidden."""

Group = dict[str, Fact]


def suppressed(groups: Mapping[str, Group], overall: Group) -> tuple[dict[str, Group], Group]:
    """The groups' facts, and those of all customers, with small cells blanked and noted.

    Every metric is a row of cells, each with the n behind it, and the total stands beside it. Cells of ten
    customers or fewer are blanked; so are all cells of a group that is as small. Then the next smallest
    cells follow until at least two are blank, with eleven customers or more together. A cell that covers
    loses its averages too: an average, its n and the total give the hidden cell back as surely as a sum.
    """
    sizes = {group: facts["customers"].n or 0 for group, facts in groups.items()}
    small = {group for group, size in sizes.items() if size < SMALLEST_SHOWN}
    first = covered(sizes, small)
    hidden = {metric: _hidden(metric, groups, small, first) for metric in overall}
    safe = {
        group: {metric: _blank(fact) if group in hidden[metric] else fact for metric, fact in facts.items()}
        for group, facts in groups.items()
    }
    return safe, {metric: _blank(fact) if _is_small(fact) else fact for metric, fact in overall.items()}


def _hidden(
    metric: str, groups: Mapping[str, Group], small: Collection[str], prefer: Collection[str]
) -> set[str]:
    """The groups in which a metric is blank."""
    counts = {group: facts[metric].n or 0 for group, facts in groups.items()}
    hidden = {group for group in counts if group in small or _is_small(groups[group][metric])}
    return hidden | covered(counts, hidden, prefer)


def _is_small(fact: Fact) -> bool:
    return fact.n is not None and 0 < fact.n < SMALLEST_SHOWN


def _blank(fact: Fact) -> Fact:
    return replace(fact, value=None, n=None, low=None, high=None, note=HIDDEN)
