"""Why that many segments: the two cards that show what each measure makes of every number tried."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from regulars.figures import written
from regulars.publish.charts.curve import Point, curve
from regulars.publish.charts.trial import Trial, trial
from regulars.types import Segmentation

Candidate = Mapping[str, Any]


@dataclass(frozen=True)
class Measure:
    """One measure: its key in ``speaks_for``, its name, what is good, and how its figures are written."""

    key: str
    name: str
    good: str
    value: Callable[[Candidate], float | None]
    unit: str = "ratio"
    least: Callable[[Candidate], float | None] | None = None
    threshold: float | None = None

    def written(self, candidate: Candidate) -> str:
        return written(self.value(candidate), self.unit)


def _mean_jaccard(candidate: Candidate) -> float | None:
    each = candidate.get("jaccard")
    return sum(each) / len(each) if each else None


def _least_jaccard(candidate: Candidate) -> float | None:
    return min(candidate.get("jaccard") or (), default=None)


def _gap(candidate: Candidate) -> float | None:
    gap = candidate.get("gap")
    return None if gap is None else gap["value"]


MEASURES = (
    Measure("silhouette", "Silhouette", "higher is better", lambda c: c.get("silhouette")),
    Measure("calinski_harabasz", "Calinski-Harabasz", "higher is better",
            lambda c: c.get("calinski_harabasz"), "count"),
    Measure("davies_bouldin", "Davies-Bouldin", "lower is better", lambda c: c.get("davies_bouldin")),
    Measure("bic", "BIC", "lower is better", lambda c: c.get("bic"), "count"),
    Measure("elbow", "Inertia", "look for the elbow", lambda c: c.get("inertia")),
    Measure("gap", "Gap statistic", "first pause in its rise", _gap),
    Measure("prediction_strength", "Prediction strength", "0.8 or more",
            lambda c: c.get("prediction_strength"), threshold=0.8),
    Measure("jaccard", "Bootstrap Jaccard", "0.75 or more; shaded to the weakest", _mean_jaccard,
            least=_least_jaccard, threshold=0.75),
)  # fmt: skip
TITLES = {
    "natural": "{} natural groups: they come back, and stand apart beyond chance",
    "reproducible": "{} reproducible segments: they come back, but are no natural groups",
    "constructive": "{} constructive segments: other draws of customers would move them",
}


@dataclass(frozen=True)
class Multiple:
    """One of the small multiples: a measure, what it speaks for, and its drawing."""

    name: str
    good: str
    speaks: str
    drawing: Markup


@dataclass(frozen=True)
class Measures:
    """The card of all measures: small multiples, and a table with a row a number of segments."""

    title: str
    multiples: list[Multiple]
    headings: list[str]
    rows: list[tuple[str, list[str]]]


@dataclass(frozen=True)
class Choice:
    """The card that says why there are that many segments."""

    title: str
    drawing: Markup | None
    """None where only one number was tried: there is no curve to see, only its reason."""
    reason: str
    table: list[tuple[str, str, str]]
    measures: Measures | None
    """None where the silhouette alone was measured, or one number alone was tried."""


def choice(segmentation: Segmentation) -> Choice | None:
    """Why that many segments: what the measures make of each number tried, and the reason in words.

    None where nothing was tried, and where a single number was tried without a reason.
    """
    made = segmentation.definition.get("choice") or {}
    tried = [c for c in made.get("candidates", []) if c.get("silhouette") is not None]
    points = [_point(c, made) for c in tried]
    reason = str(made.get("reason") or "")
    title = TITLES.get(made.get("verdict") or "", "Why {} segments").format(
        len(segmentation.profile.segments)
    )
    table = [(p.name, p.text, interval(p.low, p.high)) for p in points]
    if len(points) < 2:
        return Choice(title, None, reason, table, None) if points and reason else None
    listed = "; ".join(f"{p.name} segments: {p.text}" for p in points)
    drawing = curve(points, f"Average silhouette by number of segments. {listed}.")
    return Choice(title, drawing, reason, table, _measures(made, tried))


def _point(candidate: Candidate, made: Mapping[str, Any]) -> Point:
    k, silhouette = candidate["k"], candidate["silhouette"]
    return Point(
        str(k), silhouette, candidate.get("low"), candidate.get("high"), written(silhouette, "ratio"),
        k == made.get("k"), k == made.get("recommended") != made.get("k"),
    )  # fmt: skip


def interval(low: float | None, high: float | None) -> str:
    """``0.24 to 0.26``, or a dash where there is none."""
    return "–" if low is None or high is None else f"{written(low, 'ratio')} to {written(high, 'ratio')}"


def _measures(made: Mapping[str, Any], tried: Sequence[Candidate]) -> Measures | None:
    known = [m for m in MEASURES if sum(m.value(c) is not None for c in tried) > 1]
    if len(known) < 2:
        return None
    speaks = made.get("speaks_for", {})
    headings = [*(m.name for m in known), "Smallest segment", "Verdict"]
    rows = [
        (
            str(c["k"]),
            [
                *(m.written(c) for m in known),
                written(100 * c["smallest_share"], "percent"),
                str(c.get("verdict") or "–").capitalize(),
            ],
        )
        for c in tried
    ]
    return Measures(_title(speaks, made["k"]), [_multiple(m, made, tried) for m in known], headings, rows)


def _title(speaks: Mapping[str, int], taken: int) -> str:
    """For which number most measures speak, and which was taken."""
    votes = Counter(speaks.values())
    if len(speaks) < 2:
        return f"What each measure shows; {taken} segments were taken"
    if max(votes.values()) == 1:
        return f"No two measures speak for the same number; {taken} segments were taken"
    most = min(votes, key=lambda k: (-votes[k], k != taken, k))
    of = f"All {len(speaks)}" if votes[most] == len(speaks) else f"{votes[most]} of {len(speaks)}"
    told = f"{of} measures speak for {'no split at all' if most == 1 else f'{most} segments'}"
    return told if most == taken else f"{told}; {taken} were taken"


def _multiple(measure: Measure, made: Mapping[str, Any], tried: Sequence[Candidate]) -> Multiple:
    best = made.get("speaks_for", {}).get(measure.key)
    trials = [
        Trial(
            str(c["k"]), measure.value(c), measure.written(c), measure.least(c) if measure.least else None,
            c["k"] == made["k"], c["k"] == best,
        )
        for c in tried
    ]  # fmt: skip
    if measure.key == "gap" and made.get("gap_of_one"):
        # No split at all is a number of segments, too: the only one that the gap alone can speak for.
        value = made["gap_of_one"]["value"]
        trials.insert(0, Trial("1", value, written(value, measure.unit), None, False, best == 1))
    told = ", ".join(f"{c['k']} segments {measure.written(c)}" for c in (tried[0], tried[-1]))
    taken = next((measure.written(c) for c in tried if c["k"] == made["k"]), "–")
    label = f"{measure.name} by number of segments: {told}; the {made['k']} taken {taken}."
    drawing = trial(trials, label, measure.threshold)
    return Multiple(measure.name, measure.good, _speaks(measure, best, tried), drawing)


def _speaks(measure: Measure, best: int | None, tried: Sequence[Candidate]) -> str:
    if measure.key == "jaccard":
        held = [str(c["k"]) for c in tried if c.get("verdict") in ("natural", "reproducible")]
        return f"holds for {', '.join(held)}" if held else "holds for none"
    if best is None:
        return "no answer"
    if measure.key == "prediction_strength":
        return "holds for none" if best == 1 else f"holds up to {best}"
    return "for no split" if best == 1 else f"for {best}"
