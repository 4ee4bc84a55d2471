"""Whether a text says the opposite: "not guaranteed", "we never promise that it is protected"."""

from __future__ import annotations

from collections.abc import Sequence

from regulars.check.policy.words import Word

_DENIALS = "not no never nor neither nothing nobody none without hardly"
_LINKS = (
    "a an the any such that this it we you they is are was were be been being can could may might "
    "will would should do does did have has in way of as or and ever yet longer necessarily "
    "itself fully completely entirely always regarded seen considered described called offer "
    "offers offering give gives giving make makes making provide provides promise promises claim "
    "claims imply implies say says mean means capital explicit"
)
DENYING = frozenset(_DENIALS.split())
_BETWEEN = frozenset(_LINKS.split())
"""What may stand between a denial and what it denies. Any other word ends its reach: "don't miss our
guaranteed rates" and "no fee, guaranteed" deny nothing."""
_BEING = frozenset({"is", "are", "was", "were"})
_REACH = 8


def is_denied(text: Sequence[Word], start: int) -> bool:
    """Whether what begins at a word is denied by the words before it; two denials undo one another."""
    denials = 0
    for at in range(start - 1, max(start - 1 - _REACH, -1), -1):
        said = text[at].text
        if said in DENYING:
            # "Not without", "no longer not": each turns the meaning round.
            denials += 1
        elif said not in _BETWEEN:
            # "No investment is without risk."
            is_of_none = at > 0 and text[at - 1].text == "no" and text[at + 1].text in _BEING
            denials += is_of_none
            break
    return denials % 2 == 1
