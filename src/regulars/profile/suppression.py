"""Small cells: what ten customers or fewer stand behind is not shown, nor left to be worked out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from regulars.types import Fact

SMALLEST_SHOWN = 11
SMALL = "not shown: 10 customers or fewer"
COVER = "not shown: with the total it would give away a segment of 10 customers or fewer"

Group = dict[str, Fact]


def suppressed(groups: Mapping[str, Group], sizes: Mapping[str, int], additive: Collection[str]) -> dict[str, Group]:
    """The groups' facts with small cells blanked and their reason noted.

    A group of ten or fewer loses every figure. Where what is hidden could be had back from the totals
    (one hidden group, or hidden groups of ten customers or fewer together), the next smallest groups lose
    their additive figures (counts, sums, shares) too. A figure that rests on ten customers or fewer of a
    larger group is blanked alone.
    """
    small = {group for group, size in sizes.items() if size < SMALLEST_SHOWN}
    cover = _cover(sizes, small)
    return {group: _blanked(facts, group in small, group in cover, additive) for group, facts in groups.items()}


def _cover(sizes: Mapping[str, int], small: Collection[str]) -> set[str]:
    """The smallest other groups that must hide their totals, so that two or more are unknown together."""
    hidden = [group for group in small if sizes[group] > 0]
    if not hidden:
        return set()
    cover: set[str] = set()
    others = sorted((size, group) for group, size in sizes.items() if group not in small)
    for _, group in others:
        together = sum(sizes[each] for each in (*hidden, *cover))
        if len(hidden) + len(cover) >= 2 and together >= SMALLEST_SHOWN:
            break
        cover.add(group)
    return cover


def _blanked(facts: Group, is_small: bool, is_cover: bool, additive: Collection[str]) -> Group:
    return {name: _blank(fact, _reason(name, fact, is_small, is_cover, additive)) for name, fact in facts.items()}


def _reason(name: str, fact: Fact, is_small: bool, is_cover: bool, additive: Collection[str]) -> str | None:
    if is_small or (fact.n is not None and fact.n < SMALLEST_SHOWN):
        return SMALL
    if is_cover and name.split(".")[0] in additive:
        return COVER
    return None


def _blank(fact: Fact, reason: str | None) -> Fact:
    return fact if reason is None else replace(fact, value=None, n=None, low=None, high=None, note=reason)
