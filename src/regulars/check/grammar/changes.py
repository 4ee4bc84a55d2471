"""Changes: what rose or fell, and by how much. "Revenue fell 6.8%", "deposits grew in every segment"."""

from __future__ import annotations

from regulars.check.clause import Clause
from regulars.check.computed import Computed, total
from regulars.check.grammar.choosing import chosen, is_telling, said_hits
from regulars.check.grammar.windows import wrong_window
from regulars.check.holding import Claim, Groups, finding, judged
from regulars.check.lexicon import Entry, Hit, Match
from regulars.check.locale import Found
from regulars.check.quantities import Quantity
from regulars.check.scene import best, hits_in
from regulars.check.tolerance import ABOVE_ZERO, BELOW_ZERO, stated
from regulars.check.verdicts import Finding

_CHANGE = Hit(("@change",), 0, 0)


def changed(clause: Clause, quantity: Quantity) -> list[Finding]:
    """The verdict on a figure as a change; an empty list where no change of it is in the table."""
    mark = clause.mark("up", "down")
    match = chosen(clause, ("percent_change",), quantity, [_CHANGE]) or _only_change(clause)
    if mark is None or match is None or _is_of_people(clause, match.entry):
        return []
    column, facts = match.entry.column, clause.scene.facts
    at = (quantity.start, quantity.end)
    is_fall = "down" in mark.kinds and quantity.value > 0
    if quantity.measure == "points":
        why = f"{column.label} is a change in percent, not in percentage points"
        made = (
            total(facts, clause.subject.groups, column) if clause.subject and clause.subject.groups else None
        )
        return [finding(clause, "contradicted", why, at, column=column, made=made, error_type="wrong_unit")]

    def of(groups: Groups) -> Computed:
        return total(facts, groups, column) if len(groups) == 1 else Computed(None)

    holds = quantity.interval.negated() if is_fall else quantity.interval
    claim = Claim(of, holds, column.label, "wrong_direction", column, at, is_denied(clause))
    late = wrong_window(clause, match.entry, claim)
    return [late] if late else judged(claim, clause)


def _is_of_people(clause: Clause, entry: Entry) -> bool:
    """Whether it is customers that rose or fell, which a change of money does not tell."""
    hits = clause.hits(core=True)
    said = any("@headcount" in hit.keys for hit in hits) and not any(is_telling(clause, hit) for hit in hits)
    return said and "@headcount" not in entry.keys


def _only_change(clause: Clause) -> Match | None:
    """The one change that the table holds, where the clause names no metric: "they grew 41%"."""
    entries = [each for each in clause.scene.reader.lexicon.entries if each.column.unit == "percent_change"]
    if len(entries) != 1 or any(is_telling(clause, hit) for hit in clause.hits()):
        return None
    clause.column = entries[0].column
    return Match(entries[0], 0.0, frozenset())


def is_word_of_metric(clause: Clause, mark: Found) -> bool:
    """Whether "lost" or "up" is a word of some label, such as "Customers lost"."""
    stems = {clause.scene.tokens[n].stem for n in range(mark.start, mark.end)}
    return any(clause.scene.reader.lexicon.knows(stem) for stem in stems)


def is_denied(clause: Clause) -> bool:
    """Whether a "not" stands in the clause other than in its subject ("no segment")."""
    subject = clause.subject
    return any(
        "not" in mark.kinds and not (subject and subject.start <= mark.start < subject.end)
        for mark in clause.marks
    )


def trend(clause: Clause) -> list[Finding]:
    """The verdict on a rise or a fall that is told without a figure."""
    mark = clause.mark("up", "down", "flat")
    entry = _changing(clause) if mark is not None and not clause.quantities else None
    if mark is None or entry is None:
        return []
    facts, column = clause.scene.facts, entry.column
    clause.column = column
    hedge = clause.scene.language.hedges.before(clause.scene.tokens, mark.start)
    flat = stated(0.0, 2.0 if hedge else 1.0)  # nearly flat: within a percent
    holds = ABOVE_ZERO if "up" in mark.kinds else BELOW_ZERO if "down" in mark.kinds else flat
    is_nobody = clause.subject is not None and clause.subject.kind in {"none", "any"}
    if any(clause.scene.tokens[n].low in {"else", "elsewhere"} for n in clause.at):
        why = "it was not read who the others are"
        return [finding(clause, "needs_review", why, (mark.start, mark.end), column=column)]

    def of(groups: Groups) -> Computed:
        return total(facts, groups, column) if len(groups) == 1 else Computed(None)

    denied = not is_nobody and is_denied(clause)
    at = (mark.start, mark.end)
    return judged(Claim(of, holds, column.label, "wrong_direction", column, at, denied), clause)


def signed(clause: Clause) -> list[Finding]:
    """The verdict on a figure that is said to be positive or negative."""
    mark = clause.mark("positive", "negative")
    match = chosen(clause, ("points", "percent_change", "percent", "money")) if mark else None
    if mark is None or match is None:
        return []
    facts, column = clause.scene.facts, match.entry.column

    def of(groups: Groups) -> Computed:
        return total(facts, groups, column) if len(groups) == 1 else Computed(None)

    holds = ABOVE_ZERO if "positive" in mark.kinds else BELOW_ZERO
    at = (mark.start, mark.end)
    return judged(Claim(of, holds, column.label, "wrong_direction", column, at, is_denied(clause)), clause)


def _changing(clause: Clause) -> Entry | None:
    """The change that the clause's own words name, or else those of the whole sentence."""
    everywhere = hits_in(clause.scene, range(len(clause.scene.tokens)))
    for hits in (said_hits(clause), everywhere):
        found = best(clause.scene, [*hits, _CHANGE], ("percent_change",))
        if found and found[0].score > 0 and found[0].explained and not _is_of_people(clause, found[0].entry):
            clause.explained |= found[0].explained
            return found[0].entry
    return None
