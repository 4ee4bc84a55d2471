"""Holding a claim to the facts: a computation for whoever is spoken of, and the values that make it true."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from regulars.check.clause import Clause
from regulars.check.computed import Computed
from regulars.check.table import Column
from regulars.check.tolerance import Interval
from regulars.check.verdicts import Finding, Label
from regulars.figures import written

Groups = tuple[str, ...]


@dataclass(frozen=True)
class Claim:
    """What a clause says of its subject: ``of`` computes a number, which must lie in ``holds``.

    ``error_type`` is what it is called where it does not; ``denied`` turns it round.
    """

    of: Callable[[Groups], Computed]
    holds: Interval
    what: str
    error_type: str
    column: Column
    at: tuple[int, int]
    """The tokens it stands in."""
    denied: bool = False

    def is_true_of(self, groups: Groups) -> bool | None:
        value = self.of(groups).value
        return None if value is None else (value in self.holds) is not self.denied


def judged(claim: Claim, clause: Clause) -> list[Finding]:
    """The verdict on a claim about the clause's subject: one or several segments, a number of them, all."""
    subject = clause.subject
    if subject is None or (not subject.groups and subject.kind not in _QUANTIFIED):
        return [told(claim, clause, "needs_review", "it is not said of whom")]
    if subject.kind in _QUANTIFIED or clause.mark("except") or _is_only(clause):
        return [_of_segments(claim, clause)]
    if len(subject.groups) > 1 and not _is_joint(claim, clause):
        return [_one(claim, clause, (group,)) for group in subject.groups]
    return [_one(claim, clause, subject.groups)]


_QUANTIFIED = frozenset({"every", "none", "any", "count"})


def _is_joint(claim: Claim, clause: Clause) -> bool:
    adds_up = claim.column.agg in {"share", "sum"}
    return clause.is_joint or (adds_up and clause.mark("each") is None and claim.error_type == "wrong_number")


def _one(claim: Claim, clause: Clause, groups: Groups) -> Finding:
    made = claim.of(groups)
    if made.value is None:
        why = "the facts hold no value for it"
        return told(claim, clause, "unsupported_attribute", why, made, "missing_value")
    if claim.is_true_of(groups):
        return told(claim, clause, "supported", claim.what, made)
    return told(claim, clause, "contradicted", claim.what, made, claim.error_type)


def _is_only(clause: Clause) -> bool:
    """Only those who are named: "only A and B", "the only segment", but not "only 18 %"."""
    mark, subject = clause.mark("only"), clause.subject
    if mark is None or subject is None or subject.kind not in {"segments", "count"}:
        return False
    after = clause.scene.tokens[mark.end].low if mark.end < len(clause.scene.tokens) else ""
    return (
        mark.end == subject.start
        or bool(subject.count)
        or (after in _ONLY_ONES and mark.end not in clause.scene.figures)
    )


_ONLY_ONES = frozenset({"segment", "group", "one", "ones", "two", "cohort", "segments", "groups"})


def _of_segments(claim: Claim, clause: Clause) -> Finding:
    """The verdict on how many segments a claim is true of: all, none, a number, or just those named."""
    facts, subject = clause.scene.facts, clause.subject
    assert subject is not None
    true = {name: claim.is_true_of((name,)) for name in facts.segments}
    cells = {key: value for name in facts.segments for key, value in claim.of((name,)).cells.items()}
    holding = [name for name, is_true in true.items() if is_true]
    unknown = [name for name, is_true in true.items() if is_true is None]
    made = Computed(float(len(holding)), cells, "count")
    what = f"{claim.what}: true of {', '.join(facts.segments[name].name for name in holding) or 'no segment'}"
    exempt = _exempt(clause)
    if exempt and any(each.kind in {"none", "any"} for each in clause.mentions):
        is_true = holding == exempt
    elif exempt:
        is_true = holding == [name for name in facts.segments if name not in exempt]
    elif subject.kind == "segments":
        is_true, unknown = set(holding) == set(subject.groups), []
    elif subject.kind == "count":
        is_true, unknown = len(holding) == subject.count or _is_of_first(claim, clause, subject.count), []
    elif subject.kind == "none" or (subject.kind == "any" and clause.mark("none_of", "not")):
        is_true = not holding
    else:
        is_true = len(holding) + len(unknown) == len(true)
    if not is_true:
        kind = "wrong_aggregate" if subject.kind == "count" else "over_generalisation"
        return told(claim, clause, "contradicted", what, made, kind)
    if unknown:
        why = f"{what}; the facts hold no value for {', '.join(unknown)}"
        return told(claim, clause, "unsupported_attribute", why, made, "missing_value")
    return told(claim, clause, "supported", what, made)


def _is_of_first(claim: Claim, clause: Clause, count: int) -> bool:
    """Whether it is true of the largest segments together: "two segments bring 61% of revenue"."""
    if claim.column.agg not in {"sum", "share"} or claim.error_type != "wrong_number":
        return False
    names = clause.scene.facts.segments
    largest = sorted(names, key=lambda name: -(claim.of((name,)).value or 0.0))[:count]
    return claim.is_true_of(tuple(largest)) is True


def _exempt(clause: Clause) -> list[str]:
    """The segments that "every segment except A" leaves out."""
    mark = clause.mark("except")
    after = [each for each in clause.mentions if mark and each.kind == "segments" and each.start >= mark.end]
    return list(after[0].groups) if after else []


def told(
    claim: Claim,
    clause: Clause,
    label: Label,
    why: str,
    made: Computed | None = None,
    error_type: str | None = None,
) -> Finding:
    """The finding on a claim."""
    return finding(clause, label, why, claim.at, column=claim.column, made=made, error_type=error_type)


def finding(
    clause: Clause,
    label: Label,
    why: str,
    at: tuple[int, int],
    *,
    column: Column | None = None,
    made: Computed | None = None,
    error_type: str | None = None,
) -> Finding:
    """A finding on what stands in some tokens of a clause."""
    first, last = clause.scene.tokens[at[0]].start, clause.scene.tokens[at[1] - 1].end
    value = made.value if made else None
    correction = None
    if label == "contradicted" and made is not None and value is not None:
        correction = written(round(value, 2), made.unit or "ratio")
    return Finding(
        label, first, last, why, error_type, dict(made.cells) if made else {},
        None if value is None else round(value, 6), correction, column.id if column else None,
    )  # fmt: skip
