"""Every number of segments tried, measured alike, whatever method made them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from regulars.measure.dispersion import calinski_harabasz, davies_bouldin, dispersion
from regulars.measure.gap import Gap, gaps
from regulars.measure.likelihood import spherical_bic
from regulars.measure.refit import Clusterer, Labels, Places
from regulars.measure.separation import Batches
from regulars.measure.stability import jaccard, prediction_strength
from regulars.segment.choosing.candidates import Candidate, Trials
from regulars.segment.fitting.sample import counts
from regulars.segment.rules.prepared import UNITS


def trials(
    places: Places,
    found: Mapping[int, Labels],
    cluster: Clusterer,
    customers: int,
    seed: int,
    bics: Mapping[int, float] = MappingProxyType({}),
) -> Trials:
    """What each number of segments gives; hand it to :func:`regulars.segment.choosing.choose.choice`.

    ``places``: the fit sample, customers × features in whole thousandths of a standard deviation.
    ``found``: by number of segments k, each of these customers' segment, 0 to k − 1. ``cluster`` makes the
    same kind of segments anew from other customers (gap, prediction strength and Jaccard need it, on at most
    2,000 customers, 90 times: let it be quick). ``customers``: how many there are in all, of whom the sample
    is a part. ``bics``: a mixture's own (see :func:`regulars.measure.likelihood.bic`); without them, those
    of round clouds of one variance. Call it within ``threadpool_limits(1)``.
    """
    ks = sorted(found)
    batches = Batches.drawn(places, seed)
    tightness = gaps(places, ks, cluster, seed)
    one = tightness.get(1)
    strengths = prediction_strength(places, ks, cluster, seed)
    stable = jaccard(places, found, cluster, seed)
    measured = []
    for k in ks:
        labels, sizes = found[k], counts(found[k], k)
        silhouette = batches.silhouette(labels)
        within = dispersion(places, labels)
        bic = bics.get(k, spherical_bic(within / UNITS**2, sizes, places.shape[1]))
        gap = tightness.get(k)
        share = min(sizes) / len(places)
        measured.append(
            Candidate(
                k=k,
                silhouette=silhouette.mean,
                low=silhouette.low,
                high=silhouette.high,
                inertia=round(within / len(places) / UNITS**2, 4),
                smallest_share=round(share, 4),
                smallest=round(share * customers),
                calinski_harabasz=_short(calinski_harabasz(places, labels), 2),
                davies_bouldin=_short(davies_bouldin(places, labels), 4),
                bic=_short(bic, 1),
                gap=_rounded(gap),
                beyond_chance=_beyond(gap, one),
                prediction_strength=round(strengths[k], 4),
                jaccard=tuple(round(each, 4) for each in stable[k]),
            )
        )
    return Trials(tuple(measured), _rounded(one))


def _short(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def _rounded(gap: Gap | None) -> Gap | None:
    return None if gap is None else Gap(round(gap.value, 4), round(gap.error, 4))


def _beyond(gap: Gap | None, one: Gap | None) -> float | None:
    """By how many standard errors, the larger of the two, a gap exceeds that of one segment."""
    if gap is None or one is None:
        return None
    error = max(gap.error, one.error)
    return round((gap.value - one.value) / error, 2) if error > 0 else None
