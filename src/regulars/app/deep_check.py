"""Claims about behaviour held to the orders of the run that the facts are of, read again as of its day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.table import Table

from regulars import settings as chosen_settings
from regulars.app import saved, terminal
from regulars.app.again import require_same_settings, require_same_sources
from regulars.app.compared import day_of, segmentation_of
from regulars.app.study import CleanOrders, cleaned_orders
from regulars.app.work import Asked
from regulars.app.workspace import Workspace
from regulars.check.checker import Text
from regulars.check.deep.answers import Answer, Background, answered, as_json
from regulars.check.deep.claims import Claim, NotAsked
from regulars.check.deep.queries import Orders
from regulars.check.deep.reading import Asking, asking, claims_in
from regulars.check.deep.rulings import Outcome
from regulars.check.deep.sentences import figures, headline, words
from regulars.check.locale import english
from regulars.check.policy.words import words as plain_words
from regulars.check.table import Facts
from regulars.check.verdicts import LABELS, Finding, Label, Verdict
from regulars.engine import literal
from regulars.errors import NotReady, UsageError
from regulars.segment.definition import Definition
from regulars.settings import Settings
from regulars.types import Study

WHAT = "check-claims --against-data"
_LABELS: Mapping[Outcome, Label] = {
    "holds": "supported", "holds_in_part": "needs_review", "does_not_hold": "contradicted",
    "cannot_be_told": "not_checkable",
}  # fmt: skip


@dataclass(frozen=True)
class Deep:
    """What the orders say to the claims about behaviour of one text."""

    answers: tuple[Answer, ...]
    not_asked: tuple[NotAsked, ...]
    names: Mapping[str, str]

    @property
    def untrue(self) -> str:
        """What is found of the first claim that does not hold; empty where there is none."""
        wrong = (each for each in self.answers if each.outcome == "does_not_hold")
        return next((headline(each, self.names) for each in wrong), "")

    def left(self, verdict: Verdict) -> tuple[Finding, ...]:
        """What the facts say of the text and the orders do not know better."""
        return tuple(each for each in verdict.findings if not self._outweighs(each, verdict.text))

    def label(self, verdict: Verdict) -> Label:
        """What facts and orders come to: the worst of what the facts are left with and of these answers."""
        known = {each.label for each in self.left(verdict)}
        for each in self.answers:
            is_half_read = each.outcome == "holds" and each.claim.not_read
            known.add("needs_review" if is_half_read else _LABELS[each.outcome])
        return next((each for each in LABELS if each in known), "not_checkable")

    def _outweighs(self, found: Finding, text: str) -> bool:
        """Whether the orders decided the claim of a finding, every word of its sentence read.

        Then it is no matter that the facts hold nothing about it; and where the claim is decided whole, a
        contradiction or a doubt gives way that is of a manner and of no figure.
        """
        said = [each for each in self.answers if not each.claim.not_read]
        if found.label == "unsupported_attribute":
            return any(
                each.claim.sentence[0] <= found.start < each.claim.sentence[1]
                and each.outcome != "cannot_be_told"
                for each in said
            )
        return (
            found.label in {"contradicted", "needs_review"}
            and not _counts(text[found.start : found.end])
            and any(
                found.start < each.claim.end
                and each.claim.start < found.end
                and each.outcome in {"holds", "does_not_hold"}
                for each in said
            )
        )

    def show(self, name: str) -> None:
        """On stderr: a paragraph a claim of the text of that name, and on a terminal its table."""
        for answer in self.answers:
            terminal.err.print(f"{name}: {words(answer, self.names)}", markup=False)
            if terminal.err.is_terminal and answer.ruling is not None:
                terminal.err.print(table(answer, self.names, terminal.err.width))
        if not self.answers and not self.not_asked:
            terminal.err.print(f"{name}: it claims no behaviour that orders could tell of.", markup=False)
        for left in self.not_asked:
            terminal.err.print(f'{name}: "{left.text}" is not asked: {left.why}.', markup=False)

    def as_json(self) -> dict[str, Any]:
        told = [words(each, self.names) for each in self.answers]
        return {
            "claims": [as_json(each, said) for each, said in zip(self.answers, told, strict=True)],
            "not_asked": [
                {"start": each.start, "end": each.end, "text": each.text, "why": each.why}
                for each in self.not_asked
            ],
        }


def _counts(text: str) -> bool:
    """Whether a figure stands in a text, in numerals or in words."""
    language = english()
    said = {*language.numbers, *language.times, *language.parts}
    return any(each.number is not None or each.text in said for each in plain_words(text))


@dataclass(frozen=True)
class AgainstData:
    """What the orders are read with: the clock's day, which bounds them, and frames in place of files."""

    today: date
    orders: object | None = None
    tables: Mapping[str, object] = field(default_factory=dict)


def deep(
    path: Path, facts: Facts, texts: Sequence[Text], how: AgainstData, stage: Any = lambda _: None
) -> list[Deep]:
    """What the orders say to each text. ``path`` is the facts file, in the folder of its run.

    Raises UsageError for a facts file outside of a run, RunDamaged for a run that was altered, NotReady where
    sources or settings are not those of the run any more, or there are no orders.
    """
    study, settings = _study_of(path)
    name = path.stem
    known = _background(study, name, facts)
    with _orders(path, study, settings, how, stage) as orders:
        asked = asking(facts, orders.categories(), orders.start, orders.as_of)
        stage("Holding claims about behaviour to the orders")
        return [_answered(each, asked, orders, known) for each in texts]


def _answered(text: Text, asked: Asking, orders: Orders, known: Background) -> Deep:
    found = list(claims_in(text, asked))
    answers = tuple(answered(each, orders, known) for each in found if isinstance(each, Claim))
    return Deep(answers, tuple(each for each in found if isinstance(each, NotAsked)), known.segments)


def _study_of(path: Path) -> tuple[Study, Settings]:
    folder = path.resolve().parent.parent
    if path.resolve().parent.name != "facts" or not (folder / "manifest.json").is_file():
        raise UsageError(
            f"{WHAT}, facts file {str(path)!r}", "it does not lie in a run, so its orders are not known",
            "Name the file where it was written: runs/RUN/facts/NAME.json of a workspace.",
        )  # fmt: skip
    workspace = Workspace(folder.parent.parent)
    return saved.load(folder), chosen_settings.load(workspace.settings)


def _background(study: Study, name: str, facts: Facts) -> Background:
    found = segmentation_of(study, name)
    measured = {each.name for each in study.features}
    lacking = {each: why for each, why in study.left_out.items() if each not in measured}
    definition = Definition.from_json(found.definition)
    segments = {each.id: each.name for each in facts.segments.values()}
    return Background(segments, lacking, definition.rule.features, facts.currency)


@contextmanager
def _orders(path: Path, study: Study, settings: Settings, how: AgainstData, stage: Any) -> Iterator[Orders]:
    """The orders of the run with its assignments, as they were on its day: later rows are set aside."""
    if not settings.sources.shops:
        raise NotReady(
            WHAT, "there are no orders, and a table of customers has neither categories nor days",
            "Name sources.orders, or check the claims against the facts alone.",
        )  # fmt: skip
    require_same_settings(settings, study, WHAT)
    stage("Reading the orders again")
    workspace = Workspace(study.path.parent.parent)
    asked = Asked(how.today, day_of(study), frame=how.orders, frames=how.tables, stage=stage)
    with cleaned_orders(settings, workspace, asked) as found:
        require_same_sources(found.tables, study, WHAT)
        yield _with_segments(found, study.path / "assignments" / f"{path.stem}.parquet", settings)


def _with_segments(found: CleanOrders, assignments: Path, settings: Settings) -> Orders:
    file = literal(str(assignments)).sql("duckdb")
    found.engine.create("asked_customers", f"select customer_id, segment_id from read_parquet({file})")
    features = settings.features
    return Orders(
        found.engine, found.cleaned.start, found.as_of, features.own_brands, features.loyalty_categories
    )


_HEADS = ("customers", "they", "others", "apart", "95% interval", "")
_SHORT: Mapping[Outcome, str] = {
    "holds": "holds", "holds_in_part": "in part", "does_not_hold": "does not", "cannot_be_told": "untold",
}  # fmt: skip
_NARROWEST = 8


def table(answer: Answer, names: Mapping[str, str], width: int) -> Table:
    """The cells of an answer, a row each, in so many columns of a terminal: names give way to figures."""
    labels = {"whole": "Overall", "mix": "Same mix"}
    rows = []
    for cell in answer.ruling.cells if answer.ruling else ():
        name = names.get(cell.name, cell.name) if cell.cut == "segment" else cell.name
        customers = "–" if cell.customers is None else f"{cell.customers:,}"
        row = (customers, *figures(answer, cell), _SHORT[cell.state])
        rows.append((labels.get(cell.cut) or escape(name), row))
    taken = sum(max(map(len, column)) + 2 for column in zip(_HEADS, *(row for _, row in rows), strict=True))
    made = terminal.table("", *_HEADS)
    made.columns[0].max_width = max(width - taken - 2, _NARROWEST)
    for label, row in rows:
        made.add_row(label, *row)
    return made
