"""A fitted segmentation as data: one small JSON document that compiles to SQL, scores and reads in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any

from sqlglot import exp

from regulars.documents import digest_of
from regulars.engine import Step, literal
from regulars.errors import RunDamaged
from regulars.segment.rules import Customer, Rule, Scored, column, layer_name
from regulars.segment.rules.grid import Grid
from regulars.segment.rules.linear import Linear
from regulars.segment.rules.micro import Micro
from regulars.segment.rules.mixture import Mixture
from regulars.segment.rules.nearest import Nearest
from regulars.segment.rules.tree import Tree
from regulars.segment.rules.waterfall import Waterfall
from regulars.types import Finding, Segment

SCHEMA = "segment-definition/1"
_RULES: dict[str, Callable[[dict[str, Any]], Rule]] = {
    "grid": Grid.from_json,
    "linear": Linear.from_json,
    "micro": Micro.from_json,
    "mixture": Mixture.from_json,
    "nearest": Nearest.from_json,
    "tree": Tree.from_json,
    "waterfall": Waterfall.from_json,
}


@dataclass(frozen=True)
class Definition:
    """Everything needed to put any customer in a segment, with every fitted constant as a literal.

    ``recipe`` is what the user asked for (the method's settings); ``rule`` is what fitting found.
    ``ground`` is what the features stand on: the business zone and currency. ``notes`` are the doubts
    that arose in fitting and ``choice`` the evidence for what was chosen (such as k).
    """

    name: str
    method: str
    recipe: dict[str, Any]
    ground: dict[str, str]
    rule: Rule
    segments: tuple[Segment, ...]
    fitted: dict[str, Any]
    notes: tuple[Finding, ...] = ()
    choice: dict[str, Any] = field(default_factory=dict)
    version: int = 1

    def __post_init__(self) -> None:
        if [s.id for s in self.segments] != list(self.rule.segment_ids):
            raise ValueError(f"{self.name}: segments and rule name different ids")

    @property
    def digest(self) -> str:
        """sha256 (hex) of the document without its version number: what names this definition."""
        document = self.as_json()
        del document["version"]
        return digest_of(document)

    def segment(self, segment_id: str) -> Segment:
        return next(s for s in self.segments if s.id == segment_id)

    def steps(self, source: str, as_of: date) -> list[Step]:
        """The definition as SQL steps over a table of features; the last makes ``assignments``.

        ``assignments`` has one row a customer: customer_id, segment_id, segment_name, probability,
        definition (the digest), as_of, and the rule's scores.
        """
        layers = self.rule.layers(source)
        made = [Step(layer_name(position), select) for position, select in enumerate(layers)]
        return [*made, Step("assignments", self._named(made[-1], as_of))]

    def _named(self, scored: Step, as_of: date) -> exp.Select:
        names = exp.Case()
        for segment in self.segments:
            is_it = exp.EQ(this=column("segment_id"), expression=literal(segment.id))
            names = names.when(is_it, literal(segment.name))
        certain = exp.alias_(exp.cast(literal(1), "double"), "probability")
        is_soft = "probability" in scored.select.named_selects
        probability = column("probability") if is_soft else certain
        return exp.select(
            column("customer_id"),
            column("segment_id"),
            exp.alias_(names, "segment_name"),
            probability,
            # Redshift makes no column of a text without a type.
            exp.alias_(exp.cast(literal(self.digest), "varchar"), "definition"),
            exp.alias_(literal(as_of), "as_of"),
            *map(column, self.rule.score_names),
        ).from_(scored.name)

    def score(self, customer: Customer) -> Scored:
        """The segment of one customer, from its features by name; microseconds, no engine."""
        return self.rule.score(customer)

    def as_json(self) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            "name": self.name,
            "method": self.method,
            "version": self.version,
            "recipe": self.recipe,
            "ground": self.ground,
            "rule": self.rule.as_json(),
            "legend": list(self.rule.legend()),
            "segments": [asdict(segment) for segment in self.segments],
            "fitted": self.fitted,
            "notes": [note.as_json() for note in self.notes],
            "choice": self.choice,
        }

    def signed(self) -> dict[str, Any]:
        """The document with its digest, as it lies in files."""
        return {**self.as_json(), "digest": self.digest}

    @staticmethod
    def from_json(saved: dict[str, Any]) -> Definition:
        """The definition of a saved document. Raises RunDamaged where it is not one."""
        try:
            if saved["schema"] != SCHEMA:
                raise ValueError(f"schema {saved['schema']!r}")
            return Definition(
                name=saved["name"],
                method=saved["method"],
                recipe=saved["recipe"],
                ground=saved["ground"],
                rule=_RULES[saved["rule"]["kind"]](saved["rule"]),
                segments=tuple(Segment(**each) for each in saved["segments"]),
                fitted=saved["fitted"],
                notes=tuple(Finding(**each) for each in saved["notes"]),
                choice=saved["choice"],
                version=saved["version"],
            )
        except (KeyError, TypeError, ValueError) as bad:
            raise RunDamaged(
                "a segment definition", f"not a {SCHEMA} document: {bad}",
                "Restore the file, or fit anew with --refit.",
            ) from bad  # fmt: skip

    def renamed(self, ids: dict[str, str]) -> Definition:
        """The same segments under other ids (and the rule with them)."""
        segments = tuple(replace(s, id=ids.get(s.id, s.id)) for s in self.segments)
        return replace(self, rule=self.rule.renamed(ids), segments=segments)
