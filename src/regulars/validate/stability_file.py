"""Stability as plain values, for ``compare --json`` and the dashboard: shares are 0 to 1; null where nothing
was measured, or ten customers or fewer stand behind a figure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from regulars.measure import gap, segment_level, separation
from regulars.measure import stability as whole
from regulars.measure.segment_level import Spread
from regulars.measure.separation import Estimate
from regulars.validate.refitting import Refit
from regulars.validate.stability import Groups, SegmentStability, Stability, Versions, reading
from regulars.validation_settings import StabilityLimits


def as_json(found: Stability, limits: StabilityLimits, seed: int) -> dict[str, Any]:
    """The whole of it, with the names by which every draw can be made again."""
    taken = found.groups.candidate if found.groups else None
    return {
        "verdict": found.verdict,
        "customers": found.customers,
        "sample": found.groups.sample if found.groups else None,
        "segments": list(_segments(found)),
        "mean_jaccard": taken.mean_jaccard if taken else None,
        "prediction_strength": taken.prediction_strength if taken else None,
        "gap_beyond_chance": taken.beyond_chance if taken else None,
        "silhouette": _estimate(Estimate(taken.silhouette, taken.low, taken.high)) if taken else None,
        "calinski_harabasz": taken.calinski_harabasz if taken else None,
        "davies_bouldin": taken.davies_bouldin if taken else None,
        "refit": _refit(found.refit) if found.refit else None,
        "versions": _versions(found.versions) if found.versions else None,
        "draws": list(_draws(found, seed)),
        "limits": limits.model_dump(mode="json"),
    }


def _segments(found: Stability) -> Iterator[dict[str, Any]]:
    grouped = {each.segment.id: each for each in found.groups.segments} if found.groups else {}
    shown = [each for each in grouped.values() if each.is_shown]
    by_within = _ranks({each.segment.id: each.within.mean for each in shown})
    by_across = _ranks({each.segment.id: each.fewer for each in shown if each.fewer is not None})
    for segment in found.segments:
        each, refit = grouped.get(segment.id), found.refit.segments.get(segment.id) if found.refit else None
        figures = _grouped(each) if each and each.is_shown else dict.fromkeys(FIGURES)
        yield {
            "segment_id": segment.id,
            "segment_name": segment.name,
            **figures,
            "rank_within": by_within.get(segment.id),
            "rank_across": by_across.get(segment.id),
            "refit_share": _spread(refit) if refit else None,
        }


FIGURES = (
    "jaccard", "reading", "stability_within", "stability_across", "together_in_one_more", "silhouette",
    "neighbour_segment_id", "nearer_to_neighbour_share", "leaves_for_segment_id", "leaves_share",
)  # fmt: skip


def _grouped(each: SegmentStability) -> dict[str, Any]:
    values = (
        each.jaccard, reading(each.jaccard), _spread(each.within), each.fewer, each.more,
        _estimate(each.silhouette) if each.silhouette else None,
        each.neighbour.id if each.neighbour else None, each.nearer,
        each.joined.id if each.joined else None, each.leave,
    )  # fmt: skip
    return dict(zip(FIGURES, values, strict=True))


def _ranks(values: Mapping[str, float]) -> dict[str, int]:
    """1 for the highest; equal ones in the order of the definition."""
    return {each: at for at, each in enumerate(sorted(values, key=lambda each: -values[each]), 1)}


def _spread(each: Spread) -> dict[str, float]:
    return {"mean": each.mean, "low": each.low, "high": each.high}


def _estimate(each: Estimate) -> dict[str, float | None]:
    return {"mean": each.mean, "low": each.low, "high": each.high}


def _refit(found: Refit) -> dict[str, Any]:
    return {
        "customers": found.customers,
        "sample": found.sample,
        "draws": found.draws,
        "failed": found.failed,
        "today_share": found.today,
        "days_since_fit": found.since,
        "floor_share": _spread(found.floor),
        "most_share": found.most,
    }


def _versions(found: Versions) -> dict[str, Any]:
    share = round(found.moved / found.both, 3) if found.is_told else None
    return {"before": found.before, "after": found.after, "moved_share": share}


def _draws(found: Stability, seed: int) -> Iterator[dict[str, Any]]:
    """Each measure's draws: the seeds of Python's ``random.Random``, how many, and of how many customers."""
    if found.groups:
        yield from _draws_of_groups(found.groups, seed)
    if found.refit:
        yield _named(
            "refit", seed, ("refit:{draw}",), found.refit.draws + found.refit.failed, found.refit.sample
        )


def _draws_of_groups(found: Groups, seed: int) -> Iterator[dict[str, Any]]:
    def most(customers: int) -> int:
        return min(customers, found.sample)

    halves = most(whole.HALVES) // 2
    yield _named("jaccard", seed, ("jaccard", "jaccard:{draw}"), whole.BOOTSTRAPS, most(whole.DRAWN))
    yield _named(
        "stability_within", seed, ("within", "within:{draw}:a", "within:{draw}:b"), segment_level.PAIRS,
        most(segment_level.DRAWN),
    )  # fmt: skip
    yield _named("prediction_strength", seed, ("strength", "strength:{draw}"), whole.SPLITS, halves)
    yield _named("gap", seed, ("gap", "gap:{draw}"), gap.REFERENCES, most(gap.CUSTOMERS))
    batches = max(1, min(separation.BATCHES, found.sample // separation.SMALLEST_BATCH))
    size = min(separation.BATCH_SIZE, found.sample // batches)
    yield _named("silhouette", seed, ("silhouette",), batches, size)


def _named(measure: str, seed: int, names: Sequence[str], draws: int, customers: int) -> dict[str, Any]:
    seeds = [f"{seed}:{name}" for name in names]
    return {"measure": measure, "seeds": seeds, "draws": draws, "customers": customers}
