"""Who moved: the sizes of the segments run by run, and where the customers of the run before are now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

from regulars.figures import day, written
from regulars.publish import page
from regulars.publish.charts.alluvial import Band, Part, alluvial
from regulars.publish.charts.spark import spark
from regulars.publish.marks import Mark, marks
from regulars.types import Study
from regulars.validate.memberships import Sizes
from regulars.validate.migration import ALL, ELSEWHERE, Migration

PLAIN = "gone"
"""The class of a segment that the page has no mark for: it is gone, or nobody's."""
NOT_SHOWN = "–"
CAME, LEFT = "Came since", "No longer here"


@dataclass(frozen=True)
class Past:
    """What a segmentation's runs up to a study tell: sizes oldest first, and what moved since the last run
    before it."""

    name: str
    sizes: tuple[Sizes, ...]
    migration: Migration


@dataclass(frozen=True)
class Pasts:
    """The past of each segmentation that has one, or why it cannot be told; and, a sentence each, what runs
    were left out of it."""

    each: tuple[Past, ...] = ()
    fault: str = ""
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class Course:
    """One segment over time: its drawing, and its share at the last run and at the first that told it."""

    name: str
    classes: str
    drawing: Markup
    now: str
    once: str


@dataclass(frozen=True)
class Card:
    """The two cards of one segmentation, with the tables behind them. ``note`` is of the definition."""

    title: str
    sizes_title: str
    since: str
    courses: list[Course]
    runs: list[tuple[str, list[str]]]
    names: list[str]
    moved_title: str
    moved_sub: str
    flows: Markup
    rows: list[tuple[str, list[str]]]
    columns: list[str]
    note: str
    hides: bool


@dataclass(frozen=True)
class Moved:
    """The section: a pair of cards a segmentation, or what is wrong with the runs."""

    cards: list[Card]
    fault: str
    left_out: tuple[str, ...] = ()
    says: str = "The runs before this one, each looking from its own day."
    runs: tuple[str, str] = ("", "")


def moved_page(study: Study, past: Past, title: str) -> str:
    """Who moved between two runs as a page of its own: the later run's study, and its past of these two."""
    place = [each.name for each in study.segmentations].index(past.name)
    card = _card(title, past, marks(study.segmentations)[place])
    before, after = (sizes.run for sizes in past.sizes)
    told = Moved(
        [card], "", says="Two runs, each looking from its own day.", runs=(before.run_id, after.run_id)
    )
    template = page.environment().get_template("moved_page.html")
    name = study.segmentations[place].profile.dataset
    days = f"{day(before.as_of)} to {day(after.as_of)}"
    return template.render(
        name=name, title=f"{name}: who moved, {days}", days=days, moved=told, **page.frame()
    )


def moved(
    study: Study, pasts: Pasts, given: Sequence[Mapping[str, Mark]], titles: Sequence[str]
) -> Moved | None:
    """The section of a study with runs before it; None for the first of its kind."""
    of = {each.name: each for each in pasts.each}
    cards = [
        _card(title, of[segmentation.name], own)
        for segmentation, own, title in zip(study.segmentations, given, titles, strict=True)
        if segmentation.name in of
    ]
    return Moved(cards, pasts.fault, pasts.left_out) if cards or pasts.fault or pasts.left_out else None


def _card(title: str, past: Past, given: Mapping[str, Mark]) -> Card:
    segments = {each.id: each.name for sizes in past.sizes for each in sizes.run.segments}
    shares = {each: [_share(sizes, each) for sizes in past.sizes] for each in segments}
    before, after = past.sizes[-2].run, past.sizes[-1].run
    since = day(past.sizes[0].run.as_of)
    return Card(
        title,
        _sizes_title(segments, shares, since),
        since,
        list(_courses(past, segments, shares, given)),
        [
            (day(sizes.run.as_of), [*(_percent(of[at]) for of in shares.values()), _cell(sizes.customers)])
            for at, sizes in enumerate(past.sizes)
        ],
        list(segments.values()),
        moved_title(past.migration),
        f"Left: {day(before.as_of)}. Right: {day(after.as_of)}.",
        _flows(past, given),
        list(matrix(past)),
        [each.name for each in after.segments],
        _note(past),
        bool(past.migration.hidden),
    )


def _share(sizes: Sizes, segment: str) -> float | None:
    """Percent of the customers; unknown where it is not shown, or the definition of the time had no such
    segment."""
    share = sizes.share(segment) if segment in sizes.by_segment else None
    return None if share is None else 100 * share


def _percent(share: float | None) -> str:
    return NOT_SHOWN if share is None else written(share, "percent")


def _sizes_title(segments: Mapping[str, str], shares: Mapping[str, list[float | None]], since: str) -> str:
    """The segment whose share changed most since the first run, of those told in both."""
    ends = {each: (of[0], of[-1]) for each, of in shares.items()}
    known = {each: (a, b) for each, (a, b) in ends.items() if a is not None and b is not None}
    if not known:
        return f"Sizes since {since}"
    each, (first, last) = max(known.items(), key=lambda item: abs(item[1][1] - item[1][0]))
    went = "grew" if last > first else "shrank"
    if _percent(first) == _percent(last):
        return f"No segment is larger or smaller than on {since}"
    return f"{segments[each]} {went} from {_percent(first)} to {_percent(last)} of customers since {since}"


def _courses(
    past: Past,
    segments: Mapping[str, str],
    shares: Mapping[str, list[float | None]],
    given: Mapping[str, Mark],
) -> Iterator[Course]:
    days = [sizes.run.as_of.toordinal() for sizes in past.sizes]
    most = max((share for of in shares.values() for share in of if share is not None), default=1.0)
    digests = [sizes.run.digest for sizes in past.sizes]
    breaks = [at for at, (a, b) in enumerate(pairwise(digests), 1) if a != b]
    for each, name in segments.items():
        of = shares[each]
        classes = given[each].classes if each in given else PLAIN
        known = [(at, share) for at, share in enumerate(of) if share is not None]
        if not known:
            yield Course(name, classes, Markup(""), "", "")
            continue
        at, first = known[0]
        told_on = day(past.sizes[at].run.as_of)
        label = (
            f"{name}: {_percent(first)} on {told_on}, {_percent(of[-1])} on {day(past.sizes[-1].run.as_of)}"
        )
        once = f"was {_percent(first)}" if at == 0 else f"{_percent(first)} on {told_on}"
        yield Course(name, classes, spark(days, of, most, breaks, label), _percent(of[-1]), once)


def moved_title(migration: Migration) -> str:
    """How many are in another segment, where that may be told."""
    share = migration.moved_share
    if share is None:
        return "Where the customers of each segment went"
    return f"{written(100 * share, 'percent')} of the customers of both runs are in another segment"


def _flows(past: Past, given: Mapping[str, Mark]) -> Markup:
    before, after = past.sizes[-2].run, past.sizes[-1].run
    m = past.migration

    def parts(named: list[tuple[str | None, str]], side: int) -> list[Part]:
        sums = [(each, name, m.shown((each, ALL) if side == 0 else (ALL, each))) for each, name in named]
        return [
            Part(each or ALL, name, given[each].classes if each and each in given else PLAIN, n)
            for each, name, n in sums
            if n
        ]

    left = parts([*((s.id, s.name) for s in before.segments), (ELSEWHERE, CAME)], 0)
    right = parts([*((s.id, s.name) for s in after.segments), (ELSEWHERE, LEFT)], 1)
    drawn = {part.id for part in left}, {part.id for part in right}
    bands = [
        Band(was or ALL, now or ALL, n)
        for (was, now) in m.counts
        if ALL not in (was, now)
        and (n := m.shown((was, now)))
        and (was or ALL) in drawn[0]
        and (now or ALL) in drawn[1]
    ]
    order = {part.id: at for at, part in enumerate(right)}
    start = {part.id: at for at, part in enumerate(left)}
    bands.sort(key=lambda band: (start[band.before], order[band.after]))
    heads = (day(before.as_of), day(after.as_of))
    label = f"From the segments of {heads[0]} to those of {heads[1]}; the table has each figure"
    return alluvial(left, right, bands, heads, label)


def matrix(past: Past) -> Iterator[tuple[str, list[str]]]:
    """The table behind the bands: a row a segment of the run before, a column a segment of the last one."""
    before, after, m = past.sizes[-2].run, past.sizes[-1].run, past.migration
    named: list[tuple[str | None, str]] = [(s.id, s.name) for s in before.segments]
    for was, name in (*named, (ELSEWHERE, CAME)):
        cells = [_cell(m.shown((was, s.id))) for s in after.segments]
        left = "" if was is ELSEWHERE else _cell(m.shown((was, ELSEWHERE)))
        yield name, [*cells, left, _cell(m.shown((was, ALL)))]
    sums = [_cell(m.shown((ALL, s.id))) for s in after.segments]
    yield "All", [*sums, _cell(m.shown((ALL, ELSEWHERE))), ""]


def _cell(customers: int | None) -> str:
    return NOT_SHOWN if customers is None else written(customers, "count")


def _note(past: Past) -> str:
    runs = [sizes.run for sizes in past.sizes]
    changed = [b for a, b in pairwise(runs) if a.digest != b.digest]
    if not changed:
        return ""
    told = ", ".join(f"version {run.version} from {day(run.as_of)}" for run in changed)
    return f"The definition changed ({told}; dashed): who is elsewhere since may have moved because of that."
