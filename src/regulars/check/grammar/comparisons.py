"""Comparisons: more and less, by how much, how many times. "Twice the overall rate", "2.2 points below"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from regulars.check.clause import Clause
from regulars.check.computed import Computed, less, over, total
from regulars.check.grammar.changes import is_denied
from regulars.check.grammar.choosing import NUMERIC, SPANS, chosen, is_part_of_total, is_telling
from regulars.check.grammar.heads import compared_by, head_total
from regulars.check.holding import Claim, Groups, finding, judged, told
from regulars.check.lexicon import Hit
from regulars.check.quantities import Quantity
from regulars.check.scene import best, hits_in
from regulars.check.subjects import Mention
from regulars.check.table import OVERALL, Column
from regulars.check.tolerance import ABOVE_ZERO, BELOW_ZERO, Interval, about, just_over, nearly
from regulars.check.verdicts import Finding, Label

UPWARDS = ("more", "above", "beat", "better", "up")
DOWNWARDS = ("less", "below", "trail", "worse", "down")
_PLACES = ("above", "below")
FAR = 1.5
"""How many times "far more" is at least; its inverse for "far less"."""


def direction(clause: Clause, column: Column | None) -> int:
    """1 where the subject is said to have more, −1 for less, 0 where nothing is said."""
    up, down = clause.mark(*UPWARDS), clause.mark(*DOWNWARDS)
    if clause.mark("more", "less") and up and down:  # "spread over brands less than others"
        up, down = (
            clause.mark(*(each for each in kinds if each not in _PLACES)) for kinds in (UPWARDS, DOWNWARDS)
        )
    mark = up or down
    if up and down:
        mark = min((up, down), key=lambda each: each.start)
    if mark is None:
        return 0
    sign = 1 if any(kind in UPWARDS for kind in mark.kinds) else -1
    if is_upside_down(clause, column) or is_speed(clause, column) or is_wanting(clause, column):
        return -sign
    if (
        column is not None
        and any(kind in {"better", "worse"} for kind in mark.kinds)
        and is_bad(clause, column)
    ):
        return -sign
    return sign


def is_upside_down(clause: Clause, column: Column | None) -> bool:
    """Whether a lower figure is more of it: "log in more often", by days since the last login."""
    return column is not None and column.unit in SPANS and clause.mark("often") is not None


def is_speed(clause: Clause, column: Column | None) -> bool:
    """Whether a span of time is told as how fast it passes: "resolved faster" takes fewer days."""
    return column is not None and column.unit in SPANS and clause.mark("speed") is not None


def is_wanting(clause: Clause, column: Column | None) -> bool:
    """Whether a metric is told by its want: "the same products more than others" is less variety."""
    said = any(clause.scene.tokens[n].low in clause.scene.language.wants for n in clause.at)
    entries = clause.scene.reader.lexicon.entries
    keys = next(
        (each.keys for each in entries if column is not None and each.column.id == column.id), frozenset()
    )
    return said and not keys.isdisjoint({"@variety", "@irregularity"}) and clause.mark("match") is None


def hardly_told(found: Finding) -> Finding:
    """How long ago the last time was does not prove how often it is."""
    if found.label != "supported":
        return found
    return replace(found, label="needs_review", why=f"{found.why}, which is not how often")


def is_bad(clause: Clause, column: Column) -> bool:
    """Whether a high figure of the metric is the worse one, such as complaints."""
    entry = next(each for each in clause.scene.reader.lexicon.entries if each.column.id == column.id)
    return any(f"@{family}" in word for family in clause.scene.language.bad for word in entry.label)


def multiple(clause: Clause, quantity: Quantity) -> list[Finding]:
    """The verdict on how many times somebody else's figure the subject's is."""
    match = chosen(clause, NUMERIC)
    if match is None:
        return []
    facts, column = clause.scene.facts, match.entry.column
    at, others = (quantity.start, quantity.end), compared_groups(clause)
    if not others and (made := of_two_shares(clause, quantity)):
        return made
    if not others and clause.scene.tokens[quantity.end - 1].low in clause.scene.language.multiplied:
        why = "the facts hold no such change of it"
        return [finding(clause, "unsupported_attribute", why, at, column=column, error_type="missing_value")]
    if not others:
        return [finding(clause, "needs_review", "it is not said what it is a multiple of", at, column=column)]

    size = compared_by(clause, column, others)

    def of(groups: Groups) -> Computed:
        return over(head_total(facts, groups, column, size), head_total(facts, others, column, size))

    interval = quantity.interval.scaled(0.01 if quantity.kind == "fraction" else 1.0)
    what = f"{column.label}, as a multiple"
    return judged(Claim(of, interval, what, "wrong_number", column, at, is_denied(clause)), clause)


def is_of_another(clause: Clause, quantity: Quantity) -> bool:
    """Whether a fraction is one of another share: "a tenth of their share of customers"."""
    tokens = clause.scene.tokens[quantity.end : quantity.end + 3]
    said = [token.low for token in tokens]
    said = said[1:] if said[:1] == ["of"] else said
    is_theirs = said[:1] in (["their"], ["its"], ["the"]) and said[1:2] == ["share"]
    before = [token.low for token in clause.scene.tokens[: quantity.start]]
    return quantity.kind == "fraction" and is_theirs and "share" in before


def of_two_shares(clause: Clause, quantity: Quantity) -> list[Finding]:
    """The verdict on one share as a multiple of another of the same segment."""
    said = clause.hits()
    if is_of_another(clause, quantity):
        said = hits_in(clause.scene, range(len(clause.scene.tokens)))
    first = best(clause.scene, [hit for hit in said if hit.end <= quantity.start], ("percent",))
    second = best(clause.scene, [hit for hit in said if hit.start >= quantity.end], ("percent",))
    if not first or not second or {first[0].entry.column.agg, second[0].entry.column.agg} != {"share"}:
        return []
    facts, one, two = clause.scene.facts, first[0].entry.column, second[0].entry.column
    clause.column = two
    clause.explained |= first[0].explained | second[0].explained

    def of(groups: Groups) -> Computed:
        return over(total(facts, groups, one), total(facts, groups, two))

    at, what = (quantity.start, quantity.end), f"{one.label}, over {two.label}"
    interval = quantity.interval.scaled(0.01 if quantity.kind == "fraction" else 1.0)
    return judged(Claim(of, interval, what, "wrong_number", one, at, is_denied(clause)), clause)


def shares_beside(clause: Clause) -> list[Finding]:
    """The verdict on one part of a total beside another: "a larger share of revenue than of customers"."""
    than, subject = clause.mark("than"), clause.subject
    sign = direction(clause, None)
    if than is None or subject is None or not subject.groups or not sign or clause.quantities:
        return []
    said = clause.hits()
    sides = (
        [hit for hit in said if hit.end <= than.start],
        [hit for hit in said if hit.start >= than.end],
    )
    one, two = _part_of_total(clause, sides[0]), _part_of_total(clause, sides[1] or _brought(clause))
    if one is None or two is None or one.id == two.id:
        return []
    facts = clause.scene.facts

    def of(groups: Groups) -> Computed:
        return less(total(facts, groups, one), total(facts, groups, two))

    clause.explained |= set(clause.at)
    holds = ABOVE_ZERO if sign > 0 else BELOW_ZERO
    what = f"{one.label} beside {two.label}"
    return judged(Claim(of, holds, what, "wrong_direction", one, clause.span(), is_denied(clause)), clause)


def _brought(clause: Clause) -> list[Hit]:
    """What "than they have brought so far" speaks of."""
    than = clause.mark("than")
    brings = [each for each in clause.marks if "brings" in each.kinds and than and each.start > than.start]
    return [Hit(("@revenue",), each.start, each.end) for each in brings]


def _part_of_total(clause: Clause, hits: Sequence[Hit]) -> Column | None:
    """The share of a total that some words name; what is to come where they say so."""
    is_ahead = any("@foretold" in hit.keys for hit in hits)
    found = best(clause.scene, hits, ("percent",)) if hits else []
    fitting = [each for each in found if is_ahead is each.entry.is_foretold and (is_ahead or each.score > 0)]
    columns = [each.entry.column for each in fitting]
    return next((each for each in columns if is_part_of_total(clause, each)), None)


def difference(clause: Clause, quantity: Quantity) -> list[Finding]:
    """The verdict on how far two figures are apart: in points, in the metric's unit, or in percent."""
    pair = _pair(clause)
    match = chosen(clause, _of_difference(quantity)) if pair else None
    if match is None or pair is None:
        return []
    facts, column = clause.scene.facts, match.entry.column
    is_relative = quantity.measure == "percent"
    sign = direction(clause, column)
    size = compared_by(clause, column, pair[1])

    def of(said: Groups) -> Computed:
        one, two = (head_total(facts, each, column, size) for each in (said, pair[1]))
        apart = over(less(one, two), two, 100, "percent") if is_relative else less(one, two)
        value = apart.value
        if value is not None:
            value = abs(value) if sign == 0 and quantity.hedge != "within" else value * (sign or 1)
        return Computed(
            value, apart.cells, "points" if column.unit == "percent" and not is_relative else apart.unit
        )

    kind = "wrong_unit" if is_relative and column.unit == "percent" else "wrong_number"
    at = (quantity.start, quantity.end)
    claim = Claim(of, quantity.interval, f"{column.label}, the difference", kind, column, at)
    return judged(claim, replace(clause, subject=Mention("segments", *clause.span(), pair[0]), is_joint=True))


def _of_difference(quantity: Quantity) -> tuple[str, ...]:
    match quantity.measure:
        case "points":
            return ("percent", "points")
        case "money":
            return ("money",)
        case "duration":
            return SPANS
        case "percent":
            return NUMERIC
        case _:
            return ("count", "ratio", "per_1000", "points")


def _pair(clause: Clause) -> tuple[Groups, Groups] | None:
    """Who is compared with whom: the subject and the other, or two that are named together."""
    subject = clause.subject
    if subject is None or not subject.groups:
        return None
    if subject.kind == "segments" and len(subject.groups) == 2 and clause.mark("gap"):
        return subject.groups[:1], subject.groups[1:]
    others = compared_groups(clause)
    if not others and clause.mark("gap"):
        named = (each.groups for each in clause.scene.mentions if each.groups)
        others = next((groups for groups in named if groups != subject.groups), ())
    return (subject.groups, others) if others else None


def compared_groups(clause: Clause) -> Groups:
    """Whom the subject is compared with; of "the others", each of them."""
    other = clause.other
    if other is None or other.groups or other.kind not in {"others", "rest"}:
        return other.groups if other else ()
    own = clause.subject.groups if clause.subject else ()
    return tuple(name for name in clause.scene.facts.segments if name not in own)


def more_or_less(clause: Clause) -> list[Finding]:
    """The verdict on a comparison without a figure: "a higher margin than", "less mobile than the rest"."""
    other, subject = clause.other, clause.subject
    is_short = clause.mark("as") is not None and is_denied(clause)
    is_compared = bool(direction(clause, None)) or clause.mark("match") is not None or is_short
    if other is None or subject is None or not is_compared or _is_measured(clause):
        return []
    if any(is_telling(clause, hit) for hit in clause.hits()) and not clause.quantities:
        clause.column = None  # "more recent than most, with more orders" goes on to another metric
    match = chosen(clause, NUMERIC)
    if match is None:
        return []
    column = match.entry.column
    sign = direction(clause, column)
    if subject.kind == "none" and other.groups:
        return _nobody_beats(clause, column, sign)
    if not sign and is_short:
        return [
            each
            for rival in _rivals(clause, column)
            for each in judged(_short_of(clause, column, rival), clause)
        ]
    if not sign:
        return _alike(clause, column)
    made = [
        each
        for rival in _rivals(clause, column)
        for each in judged(_against(clause, column, sign, rival), clause)
    ]
    return [hardly_told(each) for each in made] if is_upside_down(clause, column) else made


def _is_measured(clause: Clause) -> bool:
    """Whether a figure of the clause says how far it is more or less: then that is the claim."""
    return any(
        each.measure in {"times", "points"} or (each.kind == "fraction" and clause.mark("as"))
        for each in clause.quantities
    )


def _rivals(clause: Clause, column: Column) -> list[Groups]:
    """Those whom the subject must beat: one after the other, or all together where it says so."""
    is_rest = clause.other is not None and clause.other.kind == "rest"
    if is_rest and column.agg != "sum":
        return [(OVERALL,)]
    groups = compared_groups(clause)
    return [groups] if clause.is_joint or is_rest else [(group,) for group in groups]


def _against(clause: Clause, column: Column, sign: int, rival: Groups) -> Claim:
    facts = clause.scene.facts
    at = clause.span()
    what = f"{column.label} against {' and '.join(facts.group(group).name for group in rival)}"
    ratio = _how_far(clause, sign)
    size = compared_by(clause, column, rival)

    def of(groups: Groups) -> Computed:
        one, two = (head_total(facts, each, column, size) for each in (groups, rival))
        return over(one, two) if ratio else less(one, two)

    holds = ratio or (ABOVE_ZERO if sign > 0 else BELOW_ZERO)
    return Claim(of, holds, what, "wrong_direction", column, at, is_denied(clause))


def _short_of(clause: Clause, column: Column, rival: Groups) -> Claim:
    """The claim that the subject has less: "not as often as". Of how long ago the last time was, more."""
    sign = 1 if is_upside_down(clause, column) else -1
    return replace(_against(clause, column, sign, rival), denied=False)


def _how_far(clause: Clause, sign: int) -> Interval | None:
    """The ratios that "far more" and "slightly less" allow; None where nothing is said of how far."""
    if any(clause.scene.tokens[n].low == "far" for n in clause.at):
        return Interval(low=FAR) if sign > 0 else Interval(high=1 / FAR)
    if clause.mark("slightly"):
        return just_over(1.0) if sign > 0 else nearly(1.0)
    return None


def _alike(clause: Clause, column: Column) -> list[Finding]:
    """Close to, level with: within a tenth."""
    facts = clause.scene.facts
    rival = compared_groups(clause)
    if not rival:
        return []

    def of(groups: Groups) -> Computed:
        return over(total(facts, groups, column), total(facts, rival, column))

    what = f"{column.label}, alike"
    return judged(
        Claim(of, about(1.0), what, "wrong_number", column, clause.span(), is_denied(clause)), clause
    )


def _nobody_beats(clause: Clause, column: Column, sign: int) -> list[Finding]:
    """No segment has more than the one that is named: of the others, the claim is true of none."""
    assert clause.other is not None
    facts = clause.scene.facts
    claim = replace(_against(clause, column, sign, clause.other.groups), denied=False)
    rivals = [name for name in facts.segments if name not in clause.other.groups]
    true = [facts.segments[name].name for name in rivals if claim.is_true_of((name,))]
    cells = {key: value for name in rivals for key, value in claim.of((name,)).cells.items()}
    made = Computed(float(len(true)), cells, "count")
    what = f"{claim.what}: true of {', '.join(true) or 'no segment'}"
    if claim.of(clause.other.groups).value is None:
        return [
            told(
                claim,
                clause,
                "unsupported_attribute",
                "the facts hold no value for it",
                made,
                "missing_value",
            )
        ]
    label: Label = "contradicted" if true else "supported"
    return [told(claim, clause, label, what, made, "wrong_rank" if true else None)]
