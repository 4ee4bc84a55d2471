"""What a rule is: the part of a definition that puts a customer in a segment, in three equal forms.

A rule compiles to SQL expressions over the features, scores one customer in process, and reads in
words. All three come from the same few numbers, so they agree on every customer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any, Protocol

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect

Number = int | float | Decimal | None
Known = Number | str
Customer = Mapping[str, Known]
"""One customer's features by name: numbers, text for features of text, None for what is unknown."""


def number(value: Known) -> Number:
    """A number as it is. Raises TypeError for text, which no rule about numbers can read."""
    if isinstance(value, str):
        raise TypeError(f"{value!r:.80} is text, where a number is needed")
    return value


@dataclass(frozen=True)
class Scored:
    """Where one customer belongs, the scores that led there (empty for rules without any), and how
    probable it is (0 to 1): certain but for rules that are soft, such as a mixture."""

    segment_id: str
    scores: Mapping[str, int | float]
    probability: float = 1.0


class Rule(Protocol):
    """The seam between a definition and its kinds of rule."""

    @property
    def kind(self) -> str:
        """The word that names this kind in the JSON."""

    @property
    def features(self) -> tuple[str, ...]:
        """Names of the features that it reads."""

    @property
    def text_features(self) -> tuple[str, ...]:
        """Those of the features that are text; the others are numbers."""

    @property
    def segment_ids(self) -> tuple[str, ...]:
        """Every segment that it can give, in the rule's own order."""

    @property
    def score_names(self) -> tuple[str, ...]:
        """Columns that it shows beside the segment, such as ``r_score``."""

    def layers(self, source: str) -> list[exp.Select]:
        """SELECTs, each reading the one before it (the first reads ``source``).

        The last has ``customer_id``, the scores and ``segment_id``, and if the rule is soft
        ``probability`` (DOUBLE, 0 to 1), that of the segment given.
        """

    def score(self, customer: Customer) -> Scored:
        """The segment of one customer. A missing feature counts as NULL does in the SQL."""

    def legend(self) -> tuple[str, ...]:
        """What the words of :meth:`words` stand on: what each score or unit means."""

    def words(self, segment_id: str) -> str:
        """When a customer is in that segment, in words that a person could apply by hand."""

    def as_json(self) -> dict[str, Any]:
        """Every constant, as plain values; ``kind`` is among them."""

    def renamed(self, ids: Mapping[str, str]) -> Rule:
        """The same rule with segment ids replaced; ids that are not in the mapping stay."""


def column(name: str, table: str | None = None) -> exp.Column:
    """A column, quoted when the dialect needs it."""
    return exp.column(name, table=table)


def outer_table(name: str) -> exp.Table:
    """A table whose name comes from outside and may be anything: see :func:`outer_name`."""
    return exp.table_(outer_name(name))


def outer_name(name: str) -> exp.Identifier:
    """A name that comes from outside and may be anything, also a keyword of some engine.

    Plain names stay unquoted: warehouses that fold case would not find a quoted one.
    """
    return exp.to_identifier(name, quoted=name.lower() in _reserved() or None)


@cache
def _reserved() -> frozenset[str]:
    """Words that no engine takes for a name: those of the two with the longest lists."""
    writers = (Dialect.get_or_raise(each).generator_class for each in ("duckdb", "redshift"))
    return frozenset(word.lower() for writer in writers for word in writer.RESERVED_KEYWORDS)


def layer_name(position: int) -> str:
    """The logical name of a rule's layer, where layers are composed into one statement."""
    return f"scoring_{position + 1}"
