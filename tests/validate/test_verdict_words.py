"""What is said of all verdicts together: sums that a reader can add up, and lists that end."""

from __future__ import annotations

from regulars.types import Segment
from regulars.validate.grouping import Ground
from regulars.validate.reasons import Reason, too_small
from regulars.validate.verdict import few, verdicts
from regulars.validate.verdict_words import headline, words


def ruled(reasons: dict[str, Reason], capacity: int | None = None):
    """Verdicts on segments in a row, each as large as the others."""
    segments = tuple(Segment(name, name.upper(), "") for name in reasons)
    apart = {
        (a, b): abs(at - to) / 20 for at, a in enumerate(reasons) for to, b in enumerate(reasons) if a != b
    }
    sizes = dict.fromkeys(reasons, 500)
    ground = Ground(tuple(reasons), sizes, sizes, apart, capacity)
    fine = ("TOO_SMALL", "NOT_IDENTIFIABLE", "NOT_DIFFERENT", "UNSTABLE", "NO_ACTION_DELTA")
    given = {
        name: tuple(own if own.code == code else Reason(code, "does not hold", "Fine.") for code in fine)
        for name, own in reasons.items()
    }
    return verdicts(segments, ground, given, weighed_by="customers")


def fine() -> Reason:
    return Reason("UNSTABLE", "does not hold", "Fine.")


def test_the_headline_adds_up():
    dropped = Reason("NO_ACTION_DELTA", "holds", "Nothing is done with it.", drops=True)
    alike = Reason("NOT_DIFFERENT", "holds", "It behaves like A.", like="a")
    found = ruled({"a": fine(), "b": alike, "c": fine(), "d": dropped})
    assert headline(found) == "Of 4 segments 1 stays as it is, 2 become 1 and 1 is dropped: 2 would be left."
    assert any(said.startswith("B: merge with A. Its customers do not behave") for said in words(found))


def test_with_room_for_one_no_list_goes_on_for_ever():
    found = ruled({name: fine() for name in "abcdefghijk"}, capacity=1)
    assert headline(found) == "Of 11 segments 11 become 1: 1 would be left."
    assert max(said.count(",") for said in words(found)) < 8
    assert few(tuple(Segment(each, each, "") for each in "abcdef")) == "a, b, c and 3 others"


def test_what_is_said_of_a_size_that_is_not_shown_is_the_same_for_all():
    assert len({too_small(n, 139, is_hidden=True).words for n in (1, 8, 90)}) == 1
