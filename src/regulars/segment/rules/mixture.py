"""A mixture rule: each segment is a cloud of customers, and each customer is somewhat in every cloud.

All that decides is counted in whole numbers: prepared features, whitened by whole numbers, rounded, squared.
So every engine finds the same segment, and a tie goes to the first. Probabilities follow from the same
numbers and are rounded to six decimals.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlglot import exp

from regulars.engine import literal
from regulars.segment.rules import Customer, Scored, column, prepared
from regulars.segment.rules.prepared import UNITS, OnPrepared, Preparation, place, places, reach

FINE = 10_000
"""Whitening counts in ten-thousandths."""
NAT = 2 * UNITS**2
"""Log-densities count in these parts of one (natural logarithm): half a squared thousandth is one part."""
NEGLIGIBLE = 30
"""A cloud less likely by e to this power has no part: 1e-13. (PostgreSQL refuses what underflows.)"""
PARTS = 10**6
"""Probabilities are told in millionths."""
LARGEST = 2**53
"""Whole numbers up to here are exact in doubles."""
DECIDES = (
    "a component's likelihood is its constant less half the sum of the squares of its numbers, each rounded "
    "half up to three decimals; the largest decides, of equal ones the first"
)
PROBABLE = (
    "probability is e to the power of a component's likelihood, as a share of the sum over all components"
)


@dataclass(frozen=True)
class Cloud:
    """One component: its centre (whole units), the rows that whiten what lies around it, and its constant.

    Row j has a weight for each feature up to j, or only one: that of feature j. ``constant`` is
    ln(share × density at the centre), in ``NAT`` parts, but for what is the same in every component.
    """

    constant: int
    centre: tuple[int, ...]
    whitening: tuple[tuple[int, ...], ...]

    def numbers(self) -> Iterator[tuple[list[tuple[int, int]], int]]:
        """For each whitened number: (feature, weight) where there is weight, and what is taken off."""
        for j, row in enumerate(self.whitening):
            first = j + 1 - len(row)
            terms = [(first + i, weight) for i, weight in enumerate(row) if weight]
            yield terms, sum(weight * self.centre[i] for i, weight in terms)

    def likelihood(self, at: list[int]) -> int:
        """Ln(share × density) at a place, in ``NAT`` parts."""
        return self.constant - sum(
            math.floor((sum(w * at[i] for i, w in terms) - off) / FINE + 0.5) ** 2
            for terms, off in self.numbers()
        )


@dataclass(frozen=True)
class Mixture(OnPrepared):
    """Prepared features, and the cloud of each segment, in the order of the segments."""

    prepared: tuple[Preparation, ...]
    clouds: dict[str, Cloud]

    kind = "mixture"

    def __post_init__(self) -> None:
        wanted = len(self.prepared)
        for cloud in self.clouds.values():
            rows = [len(row) for row in cloud.whitening]
            if len(cloud.centre) != wanted or not (
                rows == [1] * wanted or rows == list(range(1, wanted + 1))
            ):
                raise ValueError("each cloud needs one centre and one row for each prepared feature")
        if not self.clouds or self._largest >= LARGEST:
            raise ValueError("a mixture needs clouds, and none so narrow that it cannot be counted exactly")

    @property
    def _largest(self) -> int:
        """More than any number that a likelihood is made of."""
        reaches = [reach(each) for each in self.prepared]
        sizes = []
        for cloud in self.clouds.values():
            spans = [
                sum(abs(weight) * reaches[i] for i, weight in terms) + abs(off)
                for terms, off in cloud.numbers()
            ]
            sizes += [*spans, abs(cloud.constant) + sum((span // FINE + 1) ** 2 for span in spans)]
        return max(sizes)

    @property
    def segment_ids(self) -> tuple[str, ...]:
        return tuple(self.clouds)

    @property
    def score_names(self) -> tuple[str, ...]:
        """``p_s1`` and so on: how probable each segment is."""
        return tuple(f"p_{each}" for each in self.clouds)

    def layers(self, source: str) -> list[exp.Select]:
        """Prepared features; whitened numbers; likelihoods; the largest; probabilities."""
        ks, ids = range(len(self.clouds)), list(self.clouds)
        doubles = [_named(f"cast(p{i} as double)", f"p{i}") for i in range(len(self.prepared))]
        numbers = [
            _named(_rounded(terms, off), f"w{k}_{j}")
            for k, cloud in enumerate(self.clouds.values())
            for j, (terms, off) in enumerate(cloud.numbers())
        ]
        likelihoods = [_named(_likelihood(k, cloud), f"l{k}") for k, cloud in enumerate(self.clouds.values())]
        decided = [
            *(column(f"l{k}") for k in ks),
            exp.alias_(_first_largest(len(ks), [column(f"l{k}") for k in ks]), "most"),
            exp.alias_(_first_largest(len(ks), [literal(each) for each in ids]), "segment_id"),
        ]
        parts = [column("segment_id"), *(_named(_part(k), f"e{k}") for k in ks)]
        total = " + ".join(f"e{k}" for k in ks)
        told = [
            column("segment_id"),
            _named(_share("1", total), "probability"),
            *(_named(_share(f"e{k}", total), name) for k, name in enumerate(self.score_names)),
        ]
        selects = [doubles, numbers, likelihoods, decided, parts, told]
        return [
            places(self.prepared, source),
            *(
                exp.select(column("customer_id"), *columns).from_(f"scoring_{at}")
                for at, columns in enumerate(selects, 1)
            ),
        ]

    def score(self, customer: Customer) -> Scored:
        at = place(self.prepared, customer)
        likelihoods = {name: cloud.likelihood(at) for name, cloud in self.clouds.items()}
        found = max(likelihoods, key=likelihoods.__getitem__)
        most = likelihoods[found]
        parts = [
            0.0 if each - most < -NEGLIGIBLE * NAT else math.exp(float(each - most) / float(NAT))
            for each in likelihoods.values()
        ]
        # One after the other, as the SQL adds them.
        total = 0.0
        for part in parts:
            total += part
        shares = [math.floor(part / total * PARTS + 0.5) / PARTS for part in parts]
        probability = math.floor(1.0 / total * PARTS + 0.5) / PARTS
        return Scored(found, dict(zip(self.score_names, shares, strict=True)), probability)

    def legend(self) -> tuple[str, ...]:
        names = [each.feature for each in self.prepared]
        lines = [
            f"component {number}, number {j}: "
            + " ".join(f"{weight / FINE:+.4f} × {names[i]}" for i, weight in terms)
            + f" {-off / FINE / UNITS:+.7f}"
            for number, cloud in enumerate(self.clouds.values(), 1)
            for j, (terms, off) in enumerate(cloud.numbers(), 1)
        ]
        return (*(each.words() for each in self.prepared), DECIDES, PROBABLE, *lines)

    def words(self, segment_id: str) -> str:
        cloud = self.clouds[segment_id]
        centre = ", ".join(
            f"{each.feature} {at / UNITS:+.3f}" for each, at in zip(self.prepared, cloud.centre, strict=True)
        )
        number = list(self.clouds).index(segment_id) + 1
        return (
            f"component {number} of {len(self.clouds)} is the likeliest; it has constant "
            f"{cloud.constant / NAT:+.7f} and its centre at {centre}"
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "prepared": [each.as_json() for each in self.prepared],
            "clouds": {
                name: {
                    "constant": cloud.constant,
                    "centre": " ".join(map(str, cloud.centre)),
                    "whitening": [" ".join(map(str, row)) for row in cloud.whitening],
                }
                for name, cloud in self.clouds.items()
            },
        }

    @staticmethod
    def from_json(saved: dict[str, Any]) -> Mixture:
        made = tuple(map(prepared.from_json, saved["prepared"]))
        clouds = {
            name: Cloud(
                int(cloud["constant"]), _whole(cloud["centre"]), tuple(map(_whole, cloud["whitening"]))
            )
            for name, cloud in saved["clouds"].items()
        }
        return Mixture(made, clouds)

    def renamed(self, ids: Mapping[str, str]) -> Mixture:
        return replace(self, clouds={ids.get(name, name): each for name, each in self.clouds.items()})


def _whole(line: str) -> tuple[int, ...]:
    return tuple(map(int, line.split()))


def _rounded(terms: list[tuple[int, int]], off: int) -> str:
    total = " + ".join(f"p{i} * ({weight})" for i, weight in terms) or "0"
    return f"floor(({total} - ({off})) / {_double(FINE)} + {_double(0.5)})"


def _likelihood(k: int, cloud: Cloud) -> str:
    squares = " + ".join(f"w{k}_{j} * w{k}_{j}" for j in range(len(cloud.whitening)))
    return f"({cloud.constant}) - ({squares})"


def _first_largest(count: int, values: Sequence[exp.Expression]) -> exp.Expression:
    """The value that belongs to the largest likelihood; of equal ones, to the first."""
    if count == 1:
        return values[0]
    case = exp.Case()
    for k in range(count - 1):
        later = [exp.GTE(this=column(f"l{k}"), expression=column(f"l{j}")) for j in range(k + 1, count)]
        case = case.when(exp.and_(*later), values[k])
    return case.else_(values[-1])


def _part(k: int) -> str:
    less = f"l{k} - most"
    zero, power = _double(0.0), f"exp(({less}) / {_double(NAT)})"
    return f"case when {less} < ({-NEGLIGIBLE * NAT}) then {zero} else {power} end"


def _share(part: str, total: str) -> str:
    share = f"cast({part} as double) / ({total})"
    return f"floor({share} * {_double(PARTS)} + {_double(0.5)}) / {_double(PARTS)}"


def _double(value: float) -> str:
    """A literal that every engine reads as a double and never as a decimal."""
    return f"cast({float(value)!r} as double)"


def _named(sql: str, name: str) -> exp.Expr:
    return exp.alias_(exp.maybe_parse(sql, dialect="duckdb"), name)
