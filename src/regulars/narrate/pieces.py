"""Pieces: what a text about a segment consists of: the statements it stands on, and the slots for words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from regulars.narrate.drafts import Kind
from regulars.narrate.slots import Slot
from regulars.narrate.truths import Statement
from regulars.types import SegmentWords

LENGTHS = {"short": 2, "medium": 3, "long": 5}
"""How many statements a text of that length stands on."""
LETTERS = "abcde"
"""What statements are called in a prompt, and what their words are asked for by."""
NAME_LETTERS = 40
CHANNELS = ("e-mail", "app", "phone", "letter", "website", "shop")
_FAMILIES = (
    ("revenue_share", "revenue_per_customer", "predicted_value_share"),
    ("orders_per_customer", "repeat_rate"),
    ("gap_days", "gap_variation"),
    ("aov", "items_per_order", "products_per_order"),
    ("categories", "category_entropy", "top_category_share"),
    ("brands", "brand_entropy", "top_brand_share"),
    ("discount_share", "promotion_share", "offers_redeemed", "redemption_rate", "campaign_order_share"),
    ("weekend_share", "morning_share", "evening_share"),
    ("event_count", "event_days"),
)
"""Metrics that say much the same: one of each comes first, the others where there is room."""


@dataclass(frozen=True)
class Piece:
    """One text to be written: of which kind, about which segment, on which statements, with which slots.

    ``lead`` is the statement that heads it unless the model picks another.
    """

    kind: Kind
    words: SegmentWords
    statements: tuple[Statement, ...]
    slots: tuple[Slot, ...]

    @property
    def prompt(self) -> str:
        """The name of the prompt that asks for its words."""
        return "persona" if self.kind == "persona" else "draft"

    @property
    def letters(self) -> dict[str, Statement]:
        """The statements by the letters that a prompt gives them."""
        return dict(zip(LETTERS, self.statements, strict=False))


def chosen(found: Sequence[Statement], most: int) -> tuple[Statement, ...]:
    """The statements for a text: the first of each family, then the rest, each in their order."""
    seen: set[str] = set()
    first: list[Statement] = []
    rest: list[Statement] = []
    for each in found:
        family = next((members[0] for members in _FAMILIES if each.metric in members), each.metric)
        (rest if family in seen else first).append(each)
        seen.add(family)
    return tuple((first + rest)[:most])


def profile_piece(words: SegmentWords, told: tuple[Statement, ...]) -> Piece:
    """A profile: name, headline, what each statement means, a hypothesis and advice."""
    lead = told[0]
    letters = tuple(LETTERS[: len(told)])
    meanings = [
        Slot(letter, f"meaning.{each.id}", "meaning", "meant", each.said.so, each, letter=letter)
        for letter, each in zip(letters, told, strict=True)
    ]
    slots = (
        Slot("lead", "lead", "lead", "named", letters[0], options=letters),
        _name(words),
        Slot("headline", "headline", "headline", "stated", lead.said.told, lead),
        *meanings,
        Slot("hypothesis", "hypothesis", "hypothesis", "supposed", lead.said.maybe, lead),
        Slot("advice", "advice", "advice", "advised", lead.said.do, lead),
    )
    return Piece("profile", words, told, slots)


def _name(words: SegmentWords) -> Slot:
    return Slot("name", "name", "name", "named", words.name, most_letters=NAME_LETTERS)


def callable_by(told: Sequence[Statement]) -> tuple[str, ...]:
    """The words that a name may be made of, by the statements it stands on."""
    return tuple(dict.fromkeys(word for each in told for word in each.said.call))


UNKNOWN = "Not known from orders."
NEED = f"{UNKNOWN} Ask: what were you trying to get done when you last ordered?"
JOB = f"{UNKNOWN} Ask: what would you have done without us?"
OBJECTION = f"{UNKNOWN} Ask: what nearly kept you from ordering?"
CHANNEL = f"{UNKNOWN} Ask: how would you like to hear from us?"
IMPROVEMENT = f"{UNKNOWN} Ask: what would make ordering easier for you?"
POSITIONING = "To be written when the hypotheses have been tested."


def persona_piece(words: SegmentWords, told: tuple[Statement, ...]) -> Piece:
    """A persona: all but its line is a hypothesis, and each motivation comes with the way to test it."""
    lead = told[0]
    slots = (
        _name(words),
        Slot("line", "line", "line", "stated", lead.said.told, lead),
        *(slot for nth, each in enumerate(told[:2]) for slot in _motive(nth, each)),
        Slot("need", "need", "need", "supposed", NEED),
        Slot("job", "job", "job", "supposed", JOB),
        Slot("objection", "objection", "objection", "supposed", OBJECTION),
        Slot("channel", "channel", "channel", "named", CHANNEL, options=CHANNELS),
        Slot("improvement", "improvement", "improvement", "advised", IMPROVEMENT),
        Slot("positioning", "positioning", "positioning", "positioned", POSITIONING),
    )
    return Piece("persona", words, told, slots)


def _motive(nth: int, on: Statement) -> tuple[Slot, Slot]:
    """What may move them, and how to find out."""
    first, letter = ("second_" if nth else ""), LETTERS[nth]
    return (
        Slot(
            f"{first}motivation", f"motivation.{on.id}", "motivation", "supposed", on.said.maybe, on,
            letter=letter,
        ),
        Slot(f"{first}test", f"test.{on.id}", "test", "advised", on.said.test, on, letter=letter),
    )  # fmt: skip
