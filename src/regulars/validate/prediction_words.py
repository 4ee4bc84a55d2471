"""Predictive power in plain words: losing first, and every doubt beside its figure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from regulars.errors import sentence
from regulars.figures import day, plain, signed, written
from regulars.segment.choosing.choice_words import listed
from regulars.validate.prediction import Cut, Foreseen, Outcome, Prediction
from regulars.validate.prediction_trial import Estimate, Measured, Trial
from regulars.value.auc import Gain

NAMED = {"repeat": "who buys again", "revenue": "revenue", "churn": "who falls silent"}
HANG_ON_FEW = 0.5
"""Where one customer in a hundred has half of the squared differences or more, R² tells of these."""
_TOLD_LIFTS = 3


def headline(found: Prediction) -> str:
    """The verdict in a sentence; losing comes first."""
    tried = found.where(lambda _: True)
    if not tried:
        return "Not measured: too few customers did anything after the cut, or did nothing."
    doubt = "" if found.cut.is_dated else "Not proven, for these segments may know of what came: "
    return doubt + _capital(
        f"foretelling the next {written(found.cut.days, 'days')}, the segment is "
        f"{'; '.join(_stands(found, tried))}."
    )


def _stands(found: Prediction, tried: Sequence[Outcome]) -> Iterator[str]:
    no_mean = found.where(lambda each: not each.over_mean.is_up)
    apart = found.where(lambda each: each.over_rfm.is_up or each.over_rfm.is_down)
    groups = (
        ("no better than the mean", no_mean),
        ("worse than RFM quintiles", found.where(lambda each: each.over_rfm.is_down)),
        ("no better than RFM quintiles", [each for each in tried if each not in apart]),
        ("better than RFM quintiles", found.where(lambda each: each.over_rfm.is_up)),
        ("better than the mean", [each for each in tried if each not in no_mean]),
    )
    for stands, outcomes in groups:
        if outcomes:
            yield f"{stands} at {_these(outcomes, tried, negative=stands.startswith('no'))}"


def _these(outcomes: Sequence[Outcome], tried: Sequence[Outcome], *, negative: bool) -> str:
    if len(outcomes) < len(tried) or len(tried) == 1:
        return listed([NAMED[each] for each in outcomes])
    if negative:
        return "either" if len(tried) == 2 else "any of it"
    return "both" if len(tried) == 2 else "all of it"


def words(found: Prediction) -> list[str]:
    """Everything in sentences: what was tried, each outcome, the segments that stand out, and each doubt."""
    told = [_cut(found.cut), _definition(found.cut)]
    for each in found.outcomes:
        told += _outcome(each, found.cut.days)
    told += _lifts(found)
    told += [f"{sentence(each.what)} {each.remedy}" for each in found.cut.findings]
    return told


def _cut(cut: Cut) -> str:
    return (
        f"{cut.customers:,} customers as they were known on {day(cut.day)}, and what they did in the "
        f"{written(cut.days, 'days')} up to {day(cut.upto)}. Each is foretold from other customers."
    )


def _definition(cut: Cut) -> str:
    fitted = f"The definition was fitted on {day(cut.pinned_on)}"
    if not cut.is_refit:
        return f"{fitted}, and knows of nothing after the cut: it is tried as it is."
    if cut.is_same_rule:
        return f"{fitted}; as of the cut its recipe gives the very same segments."
    told = (
        f"{fitted} and knows of later days. So the same recipe was fitted anew as of the cut, with "
        f"{len(cut.segments)} segments: the recipe is tried, not today's cut points or centres."
    )
    if cut.strangers:
        told += f" None of today's segments is like {listed(cut.strangers)} of then."
    return told


def _outcome(each: Foreseen, days: int) -> Iterator[str]:
    trial, ahead = each.trial, written(days, "days")
    if trial is None:
        yield f"{_capital(NAMED[each.outcome])} is not measured: {each.why_not}."
    elif each.outcome == "revenue":
        yield from _revenue(trial, ahead)
    elif each.outcome == "repeat":
        yield from _repeat(each, trial, ahead)
    else:
        yield from _churn(each, trial, ahead)


def _repeat(each: Foreseen, trial: Trial, ahead: str) -> Iterator[str]:
    auc = trial.measures["auc"]
    yield (
        f"Who buys again in {ahead}: {_came(each)} did. Of two customers, one who did and one who did not, "
        f"the segment ranks the right one first in {_percent(auc.of['segment'])} of cases (AUC), RFM "
        f"quintiles in {_percent(auc.of['rfm'])}, chance in 50%. {_against(auc)}"
    )
    yield from _top_fifth(each, trial, "bought again")


def _churn(each: Foreseen, trial: Trial, ahead: str) -> Iterator[str]:
    auc = trial.measures["auc"]
    yield (
        f"Who falls silent, of those who had bought in the {ahead} before the cut: {_came(each)} did. Of "
        "two, one who did and one who did not, the segment takes the right one for the more silent in "
        f"{_percent(auc.of['segment'])} of cases (AUC), RFM quintiles in {_percent(auc.of['rfm'])}, chance "
        f"in 50%. {_against(auc)}"
    )
    yield from _top_fifth(each, trial, "fell silent")
    yield (
        "A silence so long need be no farewell. Of everybody it would be buying again the other way round, "
        "and is not counted twice."
    )


def _top_fifth(each: Foreseen, trial: Trial, did: str) -> Iterator[str]:
    """Whom the highest fifth holds; where it comes true for most, no fifth can hold much more than any."""
    if 2 * each.came > each.customers:
        return
    top = trial.measures["top_fifth"]
    yield (
        f"The fifth of customers that the segment ranks highest holds {_percent(top.of['segment'])} of those "
        f"who {did}; the fifth by RFM quintiles {_percent(top.of['rfm'])}; by lot it would be 20%."
    )


def _revenue(trial: Trial, ahead: str) -> Iterator[str]:
    capped, raw, top = (trial.measures[name] for name in ("r2_capped", "r2", "top_fifth"))
    yield (
        f"Revenue of {ahead}: the segment explains {_explained(capped.of['segment'])} of how much "
        "customers differ (R², amounts above the 99th percentile taken as that), RFM quintiles "
        f"{_explained(capped.of['rfm'])}. {_against(capped)}"
    )
    yield (
        f"From the fifth of customers that the segment ranks highest came {_percent(top.of['segment'])} of "
        f"revenue; from the fifth by RFM quintiles {_percent(top.of['rfm'])}; by lot it would be 20%."
    )
    if trial.few_share >= HANG_ON_FEW:
        yield (
            f"One customer in a hundred has {written(100 * trial.few_share, 'percent')} of all squared "
            f"differences in revenue: R² of the amounts as they came ({_ratio(raw.of['segment'])}; RFM "
            f"quintiles {_ratio(raw.of['rfm'])}) tells of these few."
        )


def _came(each: Foreseen) -> str:
    """The share for whom it came true; neither they nor the others are a few, or there would be no trial."""
    return f"{written(100 * each.came / each.customers, 'percent')} of {each.customers:,}"


def _against(found: Measured) -> str:
    """The three gains in words."""
    return (
        f"Against the mean the segment is {_verdict(found.over_mean)}; against RFM quintiles "
        f"{_verdict(found.over_rfm)}; added to them it {_adds(found.added)}."
    )


def _verdict(gain: Gain) -> str:
    stands = (
        "better" if gain.is_up else "worse" if gain.is_down else "no better, as far as these customers tell"
    )
    return f"{stands} ({told_gain(gain)})"


def _adds(gain: Gain) -> str:
    if gain.low == gain.high:
        return "adds nothing"
    adds = "adds something" if gain.is_up else "does harm" if gain.is_down else "adds nothing that shows"
    return f"{adds} ({told_gain(gain)})"


def _lifts(found: Prediction) -> list[str]:
    """The segments whose customers bought again most, and least, beyond what chance gives any of them."""
    told = [(each.segment.name, each.repeat) for each in found.lifts if each.repeat and each.is_told]
    most = sorted((e for e in told if e[1].value > 1), key=lambda e: -e[1].value)[:_TOLD_LIFTS]
    least = sorted((e for e in told if e[1].value < 1), key=lambda e: e[1].value)[:_TOLD_LIFTS]
    parts = [
        f"{which} often than all: {', '.join(f'{name} ({_times(lift)})' for name, lift in each)}"
        for which, each in (("more", most), ("less", least))
        if each
    ]
    return [f"Bought again {'; '.join(parts)}."] if parts else []


def _times(lift: Estimate) -> str:
    return f"{lift.value:.2f} times as often, {lift.low:.2f} to {lift.high:.2f}"


def told_gain(gain: Gain) -> str:
    """``+0.012, 0.003 to 0.021`` with true minus signs; four decimals where an end would read 0."""
    ends = [abs(each) for each in (gain.low, gain.high) if each]
    places = 3 if all(round(each, 3) for each in ends) else 4
    figures = (signed(each, places) for each in (gain.gain, gain.low, gain.high))
    return "{}, {} to {}".format(*figures)


def _percent(each: Estimate) -> str:
    value, low, high = (written(100 * at, "percent") for at in (each.value, each.low, each.high))
    return f"{value} ({low} to {high})"


def _explained(each: Estimate) -> str:
    """R² in percent; who is foretold worse than by the mean has none."""
    return _percent(each) if each.value > 0 else f"nothing ({_percent(each)})"


def _ratio(each: Estimate) -> str:
    return f"{plain(each.value)}, {plain(each.low)} to {plain(each.high)}"


def _capital(words_: str) -> str:
    return words_[0].upper() + words_[1:]
