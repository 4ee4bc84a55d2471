"""How a fitted value model stands in its trial, in one sentence that can go beside what it expects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

UNTRIED = "The model could not be tried on days that it had not seen."


def doubt(document: Mapping[str, Any]) -> str:
    """What must be said beside the figures of a saved value model; empty where it beat every simple rule.

    Judged on spend, or on purchases where there are no amounts. Without a figure, so that words may hold it.
    """
    tried = document.get("validation")
    if tried is None:
        return UNTRIED
    what, errors = judged(tried)
    lost = [each for each in errors if not each["beats"]]
    if not lost:
        return ""
    if any(each["high"] < 0 for each in lost):
        how = "worse than a simple rule"
    elif len(lost) < len(errors):
        how = "no better than some simple rules"
    else:
        how = "no better than simple rules"
    return f"Tried on days that it had not seen, the value model foretold {what} {how}."


def judged(tried: Mapping[str, Any]) -> tuple[str, Sequence[Mapping[str, Any]]]:
    """What a trial is judged by, spend or else purchases, and the comparisons with simple rules on it."""
    errors = tried["errors"]
    what = "spend" if any(each["what"] == "spend" for each in errors) else "purchases"
    return what, [each for each in errors if each["what"] == what]
