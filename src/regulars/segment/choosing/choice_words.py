"""Why that many segments, in words: each sentence names its measure and its figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from regulars.segment.choosing.candidates import CHANCE, CLOSE, STABLE, STRONG, USABLE, Candidate

OVERLAP = 0.5
"""A silhouette below this shows a weak structure (Kaufman & Rousseeuw 1990, table 4)."""
NAMES = {
    "silhouette": "silhouette",
    "calinski_harabasz": "Calinski-Harabasz",
    "davies_bouldin": "Davies-Bouldin",
    "bic": "BIC",
    "elbow": "the elbow of inertia",
    "gap": "the gap statistic",
}


def separation(candidate: Candidate) -> str:
    low, high = candidate.low, candidate.high
    interval = "" if low is None or high is None else f" ({low:.2f} to {high:.2f})"
    return f"silhouette {candidate.silhouette:.2f}{interval}"


def come_back(candidate: Candidate) -> str:
    """How well the segments come back, as a figure."""
    return f"Jaccard {candidate.mean_jaccard or 0.0:.2f}, weakest segment {min(candidate.jaccard):.2f}"


def too_small_everywhere(least_bad: Candidate) -> str:
    return (
        f"{least_bad.k} segments: every candidate has a segment that is too small; here the smallest is "
        f"largest ({least_bad.smallest_share:.1%} of customers)."
    )


def most_natural(taken: Candidate, natural: Sequence[Candidate]) -> str:
    others = [str(each.k) for each in natural if each.k != taken.k]
    beside = f" ({listed(others)} {'is' if len(others) == 1 else 'are'} natural too, but coarser)"
    if any(each.k > taken.k for each in natural):
        beside = f" (as {'is' if len(others) == 1 else 'are'} {listed(others)})"
    return (
        f"{taken.k} segments are natural groups{beside if others else ''}; {separation(taken)}; "
        f"{_smallest(taken)}."
    )


def highest(taken: Candidate, pool: Sequence[Candidate], candidates: Sequence[Candidate]) -> str:
    """It is the best of those compared."""
    of = f"{candidates[0].k} to {candidates[-1].k}" if len(candidates) > 1 else "the only candidate"
    if _is_reproducible(pool, candidates):
        if len(pool) == 1:
            return f"Only {taken.k} segments are reproducible: {separation(taken)}; {_smallest(taken)}."
        of = _reproducible(pool)
    return f"{taken.k} segments have the highest {separation(taken)} of {of}; {_smallest(taken)}."


def as_good(
    taken: Candidate, best: Candidate, pool: Sequence[Candidate], candidates: Sequence[Candidate]
) -> str:
    """It is as good as the best, and handier."""
    of = f" of {_reproducible(pool)}" if _is_reproducible(pool, candidates) else ""
    easier = f"fewer than {best.k} segments are easier to act on"
    if taken.k in USABLE:
        easier = f"{USABLE[0]} to {USABLE[-1]} segments are usually easier to act on"
    return (
        f"{taken.k} segments: {separation(taken)} is within {CLOSE} of the highest, {best.silhouette:.2f} at "
        f"{best.k}{of}, and {easier}; {_smallest(taken)}."
    )


def _is_reproducible(pool: Sequence[Candidate], candidates: Sequence[Candidate]) -> bool:
    return len(pool) < len(candidates) and pool[0].verdict == "reproducible"


def _reproducible(pool: Sequence[Candidate]) -> str:
    return f"the reproducible ones ({listed([str(each.k) for each in pool])})"


def asked(taken: Candidate, advised: Candidate, why: str) -> str:
    if taken.k == advised.k:
        return f"{taken.k} segments as asked, which the measures also speak for. {why}"
    cost = taken.silhouette - advised.silhouette
    standing = ""
    if taken.verdict and advised.verdict and taken.verdict != advised.verdict:
        standing = f"; they are {taken.verdict}, those {advised.verdict}"
    return (
        f"{taken.k} segments as asked: {separation(taken)}, {cost:+.2f} against {advised.k} segments, which "
        f"the measures speak for{standing}; {_smallest(taken)}."
    )


def standing(taken: Candidate) -> str:
    """The verdict, and what it rests on."""
    strength = taken.prediction_strength or 0.0
    if taken.verdict == "natural":
        return (
            f"They are natural: made anew from other draws of these customers they come back "
            f"({come_back(taken)}), one half of the customers foretells the other (prediction strength "
            f"{strength:.2f}), and they are tighter than chance would make them."
        )
    if taken.verdict == "reproducible":
        lacks = (
            f"prediction strength is {strength:.2f}, below {STRONG}"
            if not taken.is_foretold
            else f"they are no tighter than chance would make them (the gap is not {CHANCE:.0f} standard "
            "errors above that of one segment)"
        )
        return (
            f"They are reproducible rather than natural: made anew from other draws of these customers they "
            f"come back ({come_back(taken)}), but {lacks}."
        )
    if taken.verdict == "constructive":
        return (
            f"They are constructive: a cut through customers who differ by degrees, which other draws of "
            f"them would move ({come_back(taken)}; {STABLE} would be stable)."
        )
    return ""


def overlap(taken: Candidate) -> str:
    if taken.silhouette >= OVERLAP:
        return ""
    return f"A silhouette below {OVERLAP} means that neighbouring segments overlap."


def voices(speaks_for: Mapping[str, int], candidates: Sequence[Candidate]) -> str:
    """What each measure speaks for, fewest segments first; nothing where there was one candidate."""
    if len(candidates) < 2:
        return ""
    by_k: dict[int, list[str]] = {}
    for measure, name in NAMES.items():
        if measure in speaks_for:
            by_k.setdefault(speaks_for[measure], []).append(name)
    told = [f"{listed(names)} for {_number(k, candidates)}" for k, names in sorted(by_k.items())]
    speak = "speak" if len(by_k[min(by_k)]) > 1 else "speaks"
    told[0] = told[0].replace(" for ", f" {speak} for ", 1)
    whole = "; ".join(told)
    return f"{whole[0].upper()}{whole[1:]}.{_risen(speaks_for, candidates)}{_held(speaks_for)}"


def _risen(speaks_for: Mapping[str, int], candidates: Sequence[Candidate]) -> str:
    """The gap's rule stops at its first pause; where the gap is clearly larger further on, that is said."""
    stopped = speaks_for.get("gap")
    gaps = {each.k: each for each in candidates if each.gap is not None}
    if stopped is None or not gaps:
        return ""
    most = max(gaps.values(), key=lambda each: (each.gap.value if each.gap else 0.0, -each.k))
    if most.k > stopped and (most.is_beyond_chance if stopped == 1 else _exceeds(most, gaps[stopped])):
        return f" (The gap pauses at {stopped}, but is largest at {most.k}.)"
    return ""


def _exceeds(one: Candidate, other: Candidate) -> bool:
    if one.gap is None or other.gap is None:
        return False
    return one.gap.value - other.gap.value > CHANCE * max(one.gap.error, other.gap.error)


def _number(k: int, candidates: Sequence[Candidate]) -> str:
    if k == 1:
        return "1, no split at all"
    return f"{k}, the most tried" if k == candidates[-1].k else str(k)


def _held(speaks_for: Mapping[str, int]) -> str:
    most = speaks_for.get("prediction_strength")
    if most is None:
        return ""
    if most == 1:
        return f" Prediction strength holds ({STRONG} or more) for none."
    return f" Prediction strength holds ({STRONG} or more) up to {most}."


def listed(names: Sequence[str]) -> str:
    """a; a and b; a, b and c."""
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def _smallest(candidate: Candidate) -> str:
    return f"the smallest holds {candidate.smallest_share:.1%} of customers"
