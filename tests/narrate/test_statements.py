"""Contrasts: told where they are material and larger than chance, and nowhere else."""

from __future__ import annotations

from datetime import date

import pytest

from regulars.narrate.statements import contrasts
from regulars.types import Fact, Metric, Profile, SegmentFacts


def made(fact: Fact, overall: Fact) -> tuple[Profile, SegmentFacts]:
    """A profile of one metric, ``m``, in a segment and of all customers."""
    index = Fact("s.m.index", round(100 * fact.value / overall.value, 1), "index", "M, index", fact.n)
    segment = SegmentFacts("s", "Some", {"m": fact, "m.index": index})
    everybody = SegmentFacts("overall", "All", {"m": overall})
    day = date(2024, 6, 30)
    metrics = (Metric("m", "M", fact.unit, "mean_by_customers"),)
    return Profile("made", "A shop", "GBP", day, day, day, metrics, everybody, (segment,)), segment


def found(fact: tuple, overall: tuple, unit: str = "ratio") -> list[bool]:
    """Whether the contrast is above or below, for each that is told; facts are value, low, high, n."""
    value, low, high, n = fact
    whole, whole_low, whole_high, whole_n = overall
    profile, segment = made(
        Fact("s.m", value, unit, "M", n, low, high),
        Fact("overall.m", whole, unit, "M", whole_n, whole_low, whole_high),
    )
    return [contrast.is_above for contrast in contrasts(profile, segment)]


ALL = (2.0, 1.98, 2.02, 10_000)
"""Two of something on average, with a standard deviation of one."""


def test_a_clear_difference_is_told_with_its_direction() -> None:
    assert found((3.0, 2.8, 3.2, 100), ALL) == [True]
    assert found((1.0, 0.8, 1.2, 100), ALL) == [False]


@pytest.mark.parametrize(("value", "told"), [(2.29, []), (2.31, [True]), (1.71, []), (1.69, [False])])
def test_less_than_fifteen_percent_off_changes_nothing(value: float, told: list[bool]) -> None:
    assert found((value, value - 0.01, value + 0.01, 5_000), ALL) == told


def test_an_interval_that_holds_the_average_is_no_contrast() -> None:
    assert found((3.0, 1.9, 4.1, 20), ALL) == []


def test_without_an_interval_there_is_no_contrast() -> None:
    assert found((3.0, None, None, 100), ALL) == []
    assert found((3.0, 2.9, 3.1, 100), (2.0, None, None, 10_000)) == []


def test_a_dozen_alike_are_no_proof_where_a_dozen_at_random_may_lie_as_far_off() -> None:
    """At random 11 of them lie within 0.02 × √(10,000 / 11) = 0.60 of the average, 200 within 0.14."""
    assert found((2.5, 2.5, 2.5, 11), ALL) == []
    assert found((2.5, 2.5, 2.5, 200), ALL) == [True]


@pytest.mark.parametrize(("value", "told"), [(3.4, []), (3.6, [True]), (0.1, [])])
def test_percentages_less_than_two_points_apart_are_no_contrast(value: float, told: list[bool]) -> None:
    assert found((value, value - 0.05, value + 0.05, 5_000), (1.5, 1.4, 1.6, 10_000), "percent") == told


def test_figures_that_read_the_same_are_no_contrast() -> None:
    """Both are written 0.02."""
    assert found((0.0190, 0.0189, 0.0191, 5_000), (0.0160, 0.0159, 0.0161, 10_000)) == []


def test_the_strongest_comes_first_and_double_is_as_strong_as_half() -> None:
    day = date(2024, 6, 30)
    facts, overall, metrics = {}, {}, []
    for name, value in (("a", 4.0), ("b", 1.0), ("c", 8.0)):
        facts[name] = Fact(f"s.{name}", value, "ratio", name, 500, value - 0.1, value + 0.1)
        facts[f"{name}.index"] = Fact(f"s.{name}.index", 50 * value, "index", name, 500)
        overall[name] = Fact(f"overall.{name}", 2.0, "ratio", name, 10_000, 1.98, 2.02)
        metrics.append(Metric(name, name, "ratio", "mean_by_customers"))
    segment = SegmentFacts("s", "Some", facts)
    everybody = SegmentFacts("overall", "All", overall)
    profile = Profile("m", "A shop", "GBP", day, day, day, tuple(metrics), everybody, (segment,))
    assert [each.metric for each in contrasts(profile, segment)] == ["c", "a", "b"]
