"""A clause: a part of a sentence that says one thing, with its subject and whom it compares that with."""

from __future__ import annotations

from dataclasses import dataclass, field

from regulars.check.lexicon import Hit
from regulars.check.locale import Found
from regulars.check.quantities import Quantity
from regulars.check.scene import Category, Scene, hits_in
from regulars.check.subjects import Mention
from regulars.check.table import Column


@dataclass
class Clause:
    """A part of a sentence: its tokens, and of what is found in the sentence what lies in it.

    ``subject`` is who it speaks of and ``other`` whom they are compared with; ``column`` the metric of the
    clause before, for parts that name none ("£214, the most of any segment").
    """

    scene: Scene
    at: list[int]
    core: list[int]
    """Of these, the tokens of the part that makes the claim, without parts that joined it."""
    subject: Mention | None = None
    other: Mention | None = None
    column: Column | None = None
    is_joint: bool = False
    is_behind: bool = False
    """Whether the other is who comes right before the subject: "after A, B hold the most"."""
    change: Found | None = None
    """The rise or fall that the clause before told: "by 9.6% at A and by 3.5% at B"."""
    explained: set[int] = field(default_factory=set)

    @property
    def start(self) -> int:
        return self.at[0]

    @property
    def end(self) -> int:
        return self.at[-1] + 1

    def holds(self, start: int, end: int) -> bool:
        wanted = set(self.at)
        return all(n in wanted for n in range(start, end))

    @property
    def quantities(self) -> list[Quantity]:
        return [each for each in self.scene.quantities if self.holds(each.start, each.end)]

    @property
    def mentions(self) -> list[Mention]:
        return [each for each in self.scene.mentions if self.holds(each.start, each.end)]

    @property
    def categories(self) -> list[Category]:
        return [each for each in self.scene.categories if self.holds(each.start, each.end)]

    @property
    def marks(self) -> list[Found]:
        wanted = set(self.at)
        return [each for each in self.scene.marks if each.start in wanted and each.end - 1 in wanted]

    def mark(self, *kinds: str) -> Found | None:
        """The first mark of any of the kinds."""
        return next((each for each in self.marks if any(kind in each.kinds for kind in kinds)), None)

    def hits(self, *, core: bool = False) -> list[Hit]:
        """The words in it that metrics go by, without those that only name whom it is compared with."""
        other = range(self.other.start, self.other.end) if self.other else range(0)
        return hits_in(self.scene, (n for n in (self.core if core else self.at) if n not in other))

    def span(self) -> tuple[int, int]:
        return self.start, self.end


def everything(scene: Scene) -> Clause:
    """The whole sentence as one clause."""
    at = list(range(len(scene.tokens)))
    return Clause(scene, at, at)
