"""Drift in words: what moved, by how much, and what each measure means in customers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from regulars.figures import written
from regulars.measure.small_cells import SMALLEST_SHOWN
from regulars.types import Feature
from regulars.validate.bands import Band, Bands
from regulars.validate.drift import CentroidDrift, Drift, FeatureDrift, ShareDrift
from regulars.validate.movement import Movement
from regulars.validate.shift import Shift

LARGEST = 5
_FEW = "ten customers or fewer"


def headline(found: Drift) -> str:
    """What it comes to, in one sentence."""
    exceeded = found.levels.count("exceeded")
    if exceeded:
        return (
            f"{exceeded} {'change is' if exceeded == 1 else 'changes are'} past the limits of the settings."
        )
    if found.has_moved:
        return "Something has moved, within the limits of the settings."
    if "slight" in found.levels:
        return "What has changed is real but slight: nothing to act on."
    return "Nothing has moved: chance explains every difference between the two days."


def words(found: Drift, currency: str) -> list[str]:
    """Everything that is worth a look, a sentence or two each; sizes and movement in any case."""
    names = {each.segment.id: each.segment.name for each in found.shares}
    shares = sorted(found.shares, key=lambda each: -abs(each.change))
    return [
        told_sizes(found.sizes),
        *(told_share(each) for each in shares if _is_told(found, each)),
        *(told_feature(each, currency) for each in found.features if each.level in ("moved", "exceeded")),
        *(told_centroid(each, currency) for each in found.centroids if _is_told(found, each)),
        *told_movement(found.movement, names),
    ]


def _is_told(found: Drift, each: ShareDrift | CentroidDrift) -> bool:
    return each.level in ("moved", "exceeded") and each.segment.id not in found.hidden


def told_sizes(moved: Shift) -> str:
    """How far the mix of segments moved, in customers."""
    return (
        f"Sizes of the segments: {_percent(moved.exchanged)} of customers would have to be in another "
        f"segment for the earlier mix to be the later one ({_psi(moved)})."
    )


def _psi(moved: Shift) -> str:
    return f"PSI {moved.psi:.3f}; chance alone stays below {moved.noise:.3f} in 95 of 100 cases"


def told_share(each: ShareDrift) -> str:
    """How one segment's share changed."""
    return (
        f"{each.segment.name} {'grew' if each.change > 0 else 'shrank'} from {_percent(each.share_then)} to "
        f"{_percent(each.share_now)} of customers ({_signed(each.change)} points, {_signed(each.low)} to "
        f"{_signed(each.high)})."
    )


def told_feature(each: FeatureDrift, currency: str) -> str:
    """How one feature's distribution moved: in customers, its mean, the band that changed most, and what is
    unknown or new."""
    label, share = each.bands.feature.label or each.bands.feature.name, _percent(each.shift.exchanged)
    exchanged = (
        f"{share} of customers would have to have another value for the earlier distribution to be the"
    )
    told = [f"{label}: {exchanged} later one ({_psi(each.shift)})", *_told_mean(each, currency)]
    if band := _most(each.bands):
        n, m = sum(each.bands.then), sum(each.bands.now)
        name = repr(band.label) if band.kind == "category" else band.label
        told.append(f"most of it at {name}, {_percent(band.then / n)} then and {_percent(band.now / m)} now")
    if each.unknown[1] > 0:
        told.append(f"it is unknown for {_signed(each.unknown[0])} points more customers")
    if each.bands.new:
        told.append(_told_new(each.bands))
    return "; ".join(told) + "."


def _told_mean(each: FeatureDrift, currency: str) -> Iterator[str]:
    mean = each.mean
    if mean and mean.is_shown:
        then, now = (told_value(at, mean.feature, currency) for at in (mean.then.mean, mean.now.mean))
        apart = "" if mean.sd is None else f", {_signed(mean.sd, 2)} standard deviations"
        yield f"its mean stayed at {now}" if then == now else f"its mean went from {then} to {now}{apart}"


def _told_new(told: Bands) -> str:
    m, named = sum(told.now), list(told.named.items())[:LARGEST]
    shown = [f"{category!r:.40} ({_percent(customers / m)})" for category, customers in named]
    if others := len(told.new) - len(named):
        shown.append(f"{others:,} {'others' if shown else f'of {_FEW}'}")
    return f"new since: {', '.join(shown)}"


def _most(told: Bands) -> Band | None:
    """The band whose share changed most, among those that are shown."""
    n, m = sum(told.then), sum(told.now)
    shown = [
        each
        for at, each in enumerate(told.bands)
        if at not in told.hidden and each.kind in ("values", "category")
    ]
    return max(shown, key=lambda each: abs(each.now / m - each.then / n), default=None)


def told_centroid(each: CentroidDrift, currency: str) -> str:
    """How far a segment's mean moved, and in what most; only of one that is judged."""
    sd, share, most = each.centroid.sd, each.centroid.share, each.centroid.most
    assert sd is not None
    assert most is not None
    then, now = (told_value(at, most.feature, currency) for at in (most.then.mean, most.now.mean))
    stood = "" if share is None else f", {_percent(share)} of where it stood"
    return (
        f"The mean of {each.segment.name} moved by {sd:.2f} standard deviations of all customers{stood}; "
        f"most in {most.feature.label or most.feature.name}, from {then} to {now}."
    )


def told_movement(moved: Movement, names: Mapping[str, str]) -> Iterator[str]:
    """How many are in another segment, and between which most went."""
    came = f"{_count(moved, moved.came)} came, {_count(moved, moved.left)} left"
    if moved.interval is None:
        yield f"Nobody is known on both days; {came}."
        return
    if not moved.is_told:
        yield f"Of the customers known on both days {_FEW} moved, or {_FEW} stayed; {came}."
        return
    known, who, after = "the customers", "", " are in another segment"
    if moved.counts_are_told:
        known, who, after = f"{moved.both:,} customers", f"{moved.moved:,} are in another segment: ", ""
    low, high = moved.interval
    yield (
        f"Of {known} known on both days {who}{_percent(moved.moved / moved.both)} ({_percent(low)} to "
        f"{_percent(high)}){after}; {came}. The definition is the same for both days, so each of those who "
        "moved has other figures than before, often by time alone: without an order recency grows."
    )
    if moved.flows:
        flows = (
            f"{names[each.from_segment_id]} to {names[each.to_segment_id]} ({each.customers:,})"
            for each in moved.flows
        )
        yield f"Most went from {', '.join(flows)}."


def _count(moved: Movement, customers: int) -> str:
    if 0 < customers < SMALLEST_SHOWN:
        return _FEW
    return f"{customers:,}" if moved.counts_are_told or not customers else "some"


def _percent(share: float) -> str:
    return written(100 * share, "percent")


def _signed(value: float, places: int = 1) -> str:
    return f"{value:+.{places}f}".replace("-", "−")


def told_value(mean: float, feature: Feature, currency: str) -> str:
    """A mean with its unit; those of counts have decimals."""
    if feature.unit == "share":
        return _percent(mean)
    unit = {"currency": currency, "days": "days", "points": "points"}.get(feature.unit, "ratio")
    return written(mean, unit)
