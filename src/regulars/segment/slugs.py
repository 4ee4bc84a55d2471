"""Ids of segments that people or their data name: they last as long as the name does."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

LONGEST = 60
"""Characters of a name: as long as one may be in settings."""
_TAKEN = {"overall"}
"""Ids that mean something else in a facts file."""


def slug(name: str) -> str:
    """The id of a segment of that name: ``"Big spenders"`` is ``big_spenders``.

    A name without any letter a to z or digit gets a digest of itself, so that the id lasts as it does.
    """
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    made = re.sub(r"[^a-z0-9]+", "_", ascii_name.lower()).strip("_")
    if not made:
        return f"segment_{_digest(name)}"
    # s1, s2, … are the ids of clusters, which a refit hands on by overlap; these stay with their names.
    return f"segment_{made}" if made in _TAKEN or re.fullmatch(r"s\d+", made) else made


def slugs(names: Sequence[str]) -> list[str]:
    """An id for each of several names that the data gave; those that would share one get a digest too.

    >>> slugs(["Food", "FOOD", "Retail"])
    ['food_e4eb1806', 'food_c296849c', 'retail']
    """
    made = [slug(name) for name in names]
    seen = Counter(made)
    return [
        f"{each}_{_digest(name)}" if seen[each] > 1 else each for each, name in zip(made, names, strict=True)
    ]


def apart(names: Sequence[str]) -> list[str]:
    """Names that the data gave, for people: none too long, and with a number where two would look alike.

    >>> apart(["North", "North ", "South"])
    ['North', 'North (2)', 'South']
    """
    told: list[str] = []
    seen: Counter[str] = Counter()
    for name in names:
        look = " ".join(name.split())
        look = look if len(look) <= LONGEST else f"{look[: LONGEST - 1].rstrip()}…"
        seen[look] += 1
        told.append(look if seen[look] == 1 else f"{look} ({seen[look]})")
    return told


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:8]
