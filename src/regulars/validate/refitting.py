"""Refitting: how many customers would be in another segment by fitting anew, and how many by chance alone."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

import numpy as np

from regulars.engine import Engine, Step, quoted
from regulars.errors import NotReady
from regulars.measure.segment_level import Spread
from regulars.segment.assign import assignment_steps
from regulars.segment.carry import carried
from regulars.segment.definition import Definition
from regulars.segment.methods import Ground, Method

DRAWS = 20
"""Bootstrap draws that are each fitted on; each is held against the next."""
FEWEST_DRAWS = 10
AGED_DAYS = 7
"""Days after the fit before which nothing is said of what time did to it."""
FEWEST_JUDGED = 30
"""Customers of a segment below which its own share is not told."""
SAMPLE, DRAW, DRAWN = "refit_customers", "refit_draw", "refit_drawn"
_PLACE = "refit_place"
Overlap = Mapping[tuple[str, str], int]


@dataclass(frozen=True)
class Refit:
    """What fitting anew on a day's customers would do to them; shares are 0 to 1.

    ``customers``: how many there are, ``sample`` of whom were drawn from; ``draws``: fits on bootstrap draws,
    ``failed``: draws that no definition could be fitted on. ``today``: share who would be in another segment
    if the definition were fitted anew on that day, ``since`` days after it was fitted (below 0: before).
    ``floor``: share whom two fits on different draws of these customers put in different segments: chance
    alone; ``most`` in the pair that differs most. ``segments``: the same as ``floor`` of each segment's own.
    """

    customers: int
    sample: int
    draws: int
    failed: int
    today: float
    since: int | None
    floor: Spread
    most: float
    segments: Mapping[str, Spread]

    @property
    def is_still(self) -> bool:
        """Whether no draw moved anybody: nothing is fitted that customers could move."""
        return self.most == 0

    @property
    def is_beyond_chance(self) -> bool:
        """Whether a refit today would move more than any two fits that differ by chance alone: of twenty such
        figures each is the largest as often, so that this errs in one of twenty cases."""
        return self.today > self.most

    @property
    def has_aged(self) -> bool:
        """Whether that may be the time since the fit: it is beyond chance, and a week or more went by."""
        return self.is_beyond_chance and self.since is not None and self.since >= AGED_DAYS


def refit(engine: Engine, method: Method, definition: Definition, ground: Ground) -> Refit:
    """The recipe of a definition fitted anew on the customers of ``ground``, whose table has every feature
    that the method may take.

    Fitted on 20 bootstrap draws of a bounded sample (drawn by hash, then by names that the ground's seed
    begins), each with as many segments as the definition has; each puts all customers of the sample in its
    segments. Two draws are compared, and not each with what was fitted on all: another day's customers are
    another draw, and the definition was fitted on one as well. The segments of two fits are one where most
    of their customers are, as in a refit that is kept (:func:`regulars.segment.carry.carried`); customers of
    a segment without a partner count as elsewhere. What chance moves shrinks with the root of how many are
    fitted on: where there are more than the sample, fewer would be elsewhere than is told.

    Raises what fitting raises: NotReady where these customers cannot carry it at all.
    """
    customers = engine.count(ground.table.name)
    _take(engine, ground, method.refit_customers)
    bounded = replace(ground, table=engine.table(SAMPLE))
    kept = _Fit(_put(engine, bounded, definition, "refit_kept"), definition)
    if customers > engine.count(SAMPLE) and _was_fitted_on(definition, ground, customers):
        # A fit on the same customers is the same document; one on a sample of them would tell of chance.
        today = kept
    else:
        anew = method.refit(bounded, engine, len(definition.segments))
        today = _Fit(_put(engine, bounded, anew, "refit_today"), anew)
    fits = list(_fits(engine, method, bounded, len(definition.segments)))
    if len(fits) < FEWEST_DRAWS:
        raise NotReady(
            f"segmentations.{ground.name}",
            f"of {DRAWS} draws of these customers only {len(fits)} could be fitted on",
            f"Use more customers; {FEWEST_DRAWS} are needed to tell what chance moves.",
        )  # fmt: skip
    is_named = bool(method.learns_from)
    pairs = [
        _Pair.of(engine, one, other, _partners(engine, kept, one, is_named=is_named), is_named=is_named)
        for one, other in pairwise(fits)
    ]
    names = {each.id: each.id for each in definition.segments}
    moved = _Pair.of(engine, kept, today, names, is_named=is_named)
    for table in (SAMPLE, DRAW, DRAWN, kept.table, today.table, *(each.table for each in fits)):
        engine.drop(table)
    segments = {each.id: _spread(each.id, pairs) for each in definition.segments}
    return Refit(
        customers, moved.customers, len(fits), DRAWS - len(fits), round(moved.share, 4),
        _since(definition, ground), Spread.of([each.share for each in pairs]),
        round(max(each.share for each in pairs), 4),
        {segment: spread for segment, spread in segments.items() if spread is not None},
    )  # fmt: skip


@dataclass(frozen=True)
class _Fit:
    """A definition, and the table of the sample's customers in its segments."""

    table: str
    definition: Definition


@dataclass(frozen=True)
class _Pair:
    """Two fits: the customers of the sample, and by segment of the first how many there are and how many of
    them the other puts elsewhere."""

    customers: int
    sizes: Mapping[str, int]
    moved: Mapping[str, int]

    @property
    def share(self) -> float:
        return sum(self.moved.values()) / self.customers

    @staticmethod
    def of(engine: Engine, one: _Fit, other: _Fit, named: Mapping[str, str], *, is_named: bool) -> _Pair:
        """``named``: the id under which each segment of the first is told."""
        overlap = _overlap(engine, one, other)
        partners = _matched(one.definition, other.definition, overlap, is_named=is_named)
        sizes, moved = (dict.fromkeys(named.values(), 0) for _ in range(2))
        for (was, now), customers in overlap.items():
            sizes[named[was]] += customers
            moved[named[was]] += customers if partners[now] != was else 0
        return _Pair(sum(sizes.values()), sizes, moved)


def _since(definition: Definition, ground: Ground) -> int | None:
    fitted = definition.fitted.get("as_of")
    return None if fitted is None else (ground.as_of - date.fromisoformat(fitted)).days


def _was_fitted_on(definition: Definition, ground: Ground, customers: int) -> bool:
    fitted = definition.fitted
    return (fitted.get("as_of"), fitted.get("customers")) == (ground.as_of.isoformat(), customers)


def _take(engine: Engine, ground: Ground, customers: int) -> None:
    """At most so many customers, those whose hashed ids come first, numbered from 0."""
    customer = "cast(customer_id as varchar)"
    order = f"order by md5({customer}), {customer}"
    engine.create(
        SAMPLE,
        f"select row_number() over ({order}) - 1 as {_PLACE}, * from {quoted(ground.table.name)} {order} "
        f"limit {customers:d}",
    )


def _fits(engine: Engine, method: Method, ground: Ground, segments: int) -> Iterator[_Fit]:
    """The fits on the draws that can carry one, each with the sample in its segments."""
    customers = engine.count(SAMPLE)
    for draw in range(DRAWS):
        chance = random.Random(f"{ground.seed}:refit:{draw}")  # noqa: S311  # a sample, not a secret
        places = np.array(chance.choices(range(customers), k=customers), dtype=np.int64)
        engine.put(DRAW, {_PLACE: places, "copy": np.arange(customers)})
        engine.create(
            DRAWN,
            f"select customers.* exclude ({_PLACE}) replace (concat(cast(customer_id as varchar), ':', copy) "
            f"as customer_id) from {DRAW} join {SAMPLE} as customers using ({_PLACE})",
        )
        try:
            made = method.refit(replace(ground, table=engine.table(DRAWN)), engine, segments)
        except NotReady:
            # Counted by the caller: a draw may lack what tells these customers apart.
            continue
        yield _Fit(_put(engine, ground, made, f"refit_{draw}"), made)


def _put(engine: Engine, ground: Ground, definition: Definition, table: str) -> str:
    *layers, last = assignment_steps(definition, ground.as_of, engine.table(SAMPLE).columns, SAMPLE)
    engine.make(table, {step.name: step for step in (*layers, Step(table, last.select))})
    return table


def _overlap(engine: Engine, one: _Fit, other: _Fit) -> Overlap:
    """The customers in each pair of segments; pairs that are absent have none."""
    rows = engine.rows(
        f"select a.segment_id, b.segment_id, count(*) from {one.table} as a join {other.table} as b "
        "on a.customer_id = b.customer_id group by a.segment_id, b.segment_id", "refit_overlap",
    )  # fmt: skip
    return {(str(was), str(now)): int(customers) for was, now, customers in rows}


def _matched(old: Definition, new: Definition, overlap: Overlap, *, is_named: bool) -> dict[str, str]:
    """Each new segment's id to the old one's that it is, or to an id that none has; ids that are names, or
    another segmentation's, stay."""
    ids = [each.id for each in new.segments]
    if is_named:
        return {each: each for each in ids}
    told = carried(old, new, overlap, {each.id for each in old.segments})
    return dict(zip(ids, (each.id for each in told.segments), strict=True))


def _partners(engine: Engine, kept: _Fit, made: _Fit, *, is_named: bool) -> dict[str, str]:
    return _matched(kept.definition, made.definition, _overlap(engine, kept, made), is_named=is_named)


def _spread(segment_id: str, pairs: Sequence[_Pair]) -> Spread | None:
    """The share of a segment's customers who are elsewhere, over the pairs in which it has enough of them."""
    shares = [
        each.moved[segment_id] / each.sizes[segment_id]
        for each in pairs
        if each.sizes.get(segment_id, 0) >= FEWEST_JUDGED
    ]
    return Spread.of(shares) if 2 * len(shares) >= len(pairs) else None
