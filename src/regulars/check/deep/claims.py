"""Claims about behaviour, as they are read: of whom, what, where and when."""

from __future__ import annotations

from dataclasses import dataclass

from regulars.check.deep.scope import Span


@dataclass(frozen=True)
class Claim:
    """What a text claims that a segment does, in characters ``start`` to ``end``.

    ``behaviour`` is one of :data:`regulars.check.deep.measures.BEHAVIOURS`; ``sign`` is 1 where it is said of
    the segment more than of others, -1 where less; ``is_denied`` where that is said not to be so ("not
    deal-driven"). ``against`` are the segments it is compared with, all other customers where there are none.
    ``categories`` and ``spans`` limit where and when it is asked; ``wanted`` is the category that they are
    said to buy. ``not_read``: words of its sentence of which it is not known what they say.
    """

    start: int
    end: int
    text: str
    segment: str
    behaviour: str
    sign: int = 1
    is_denied: bool = False
    is_only: bool = False
    is_past: bool = False
    against: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    spans: tuple[Span, ...] | None = None
    wanted: str = ""
    not_read: tuple[str, ...] = ()
    sentence: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class NotAsked:
    """Words about behaviour of which nothing is asked, and why."""

    start: int
    end: int
    text: str
    why: str
