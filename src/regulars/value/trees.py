"""Boosted trees as plain data: what a fitted ensemble adds up, scored without the library that grew it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
LEAF = -1
WORD = 32
"""Bits in a word of scikit-learn's sets of categories."""


@dataclass(frozen=True)
class Tree:
    """One tree, a place a node, the root first; arrays of one length.

    ``feature``: the column that a node asks about, −1 in a leaf. It goes ``left`` where the value is at most
    ``threshold`` or its code is in ``codes`` (where those are not None), and where it is missing (NaN) as
    ``missing_left`` says; else ``right``. ``value``: what a leaf adds.
    """

    feature: npt.NDArray[np.int64]
    threshold: Array
    codes: tuple[tuple[int, ...] | None, ...]
    missing_left: npt.NDArray[np.bool_]
    left: npt.NDArray[np.int64]
    right: npt.NDArray[np.int64]
    value: Array

    @cached_property
    def asks(self) -> frozenset[int]:
        """The columns that any node asks about."""
        return frozenset(self.feature[self.feature != LEAF].tolist())

    @cached_property
    def _members(self) -> npt.NDArray[np.bool_]:
        """Node × code: whether a node that asks for categories sends that code to the left."""
        most = max((max(each, default=0) for each in self.codes if each), default=0)
        members = np.zeros((len(self.codes), most + 2), dtype=bool)
        for at, each in enumerate(self.codes):
            members[at, list(each or ())] = True
        return members

    def of(self, x: Array) -> Array:
        """What the tree adds for each row of ``x`` (rows × columns)."""
        at = np.zeros(len(x), dtype=np.int64)
        going = np.flatnonzero(self.feature[at] != LEAF)
        by_code = np.array([each is not None for each in self.codes])
        while len(going):
            nodes = at[going]
            seen = x[going, self.feature[nodes]]
            missing = np.isnan(seen)
            is_left = seen <= self.threshold[nodes]
            if by_code.any():
                # The last column of the members is of codes that no node knows.
                code = np.where(missing, 0, seen).clip(0, self._members.shape[1] - 1).astype(np.int64)
                is_left = np.where(by_code[nodes], self._members[nodes, code], is_left)
            is_left = np.where(missing, self.missing_left[nodes], is_left)
            at[going] = np.where(is_left, self.left[nodes], self.right[nodes])
            going = going[self.feature[at[going]] != LEAF]
        return self.value[at]

    def as_json(self) -> list[list[Any]]:
        """A node a list: ``[value]`` for a leaf, else feature, threshold (a list of codes; null where every
        known value goes left), whether a missing value goes left, and the places of both ends."""
        return [
            [value]
            if feature == LEAF
            else [
                feature,
                list(codes) if codes is not None else threshold if math.isfinite(threshold) else None,
                missing, left, right,
            ]
            for feature, threshold, codes, missing, left, right, value in zip(
                self.feature.tolist(), self.threshold.tolist(), self.codes, self.missing_left.tolist(),
                self.left.tolist(), self.right.tolist(), self.value.tolist(), strict=True,
            )
        ]  # fmt: skip

    @staticmethod
    def from_json(saved: Sequence[Sequence[Any]]) -> Tree:
        whole = [[LEAF, 0.0, False, 0, 0, *node] if len(node) == 1 else [*node, 0.0] for node in saved]
        feature, asked, missing, left, right, value = zip(*whole, strict=True)
        return Tree(
            np.array(feature, dtype=np.int64),
            np.array([_threshold(each) for each in asked]),
            tuple(tuple(each) if isinstance(each, list) else None for each in asked),
            np.array(missing, dtype=bool),
            np.array(left, dtype=np.int64),
            np.array(right, dtype=np.int64),
            np.array(value, dtype=np.float64),
        )


def _threshold(asked: Any) -> float:
    if isinstance(asked, list):
        return 0.0
    return math.inf if asked is None else float(asked)


@dataclass(frozen=True)
class Trees:
    """A sum of trees: ``baseline`` and what each adds, in their order; in the units of the link."""

    baseline: float
    trees: tuple[Tree, ...]

    def raw(self, x: Array) -> Array:
        """The sums, a row a place; to the bit what the fitted ensemble gives."""
        total = np.full(len(x), self.baseline)
        for tree in self.trees:
            total += tree.of(x)
        return total

    def as_json(self) -> dict[str, Any]:
        return {"baseline": self.baseline, "trees": [each.as_json() for each in self.trees]}

    @staticmethod
    def from_json(saved: Mapping[str, Any]) -> Trees:
        return Trees(float(saved["baseline"]), tuple(Tree.from_json(each) for each in saved["trees"]))


def trees_of(estimator: Any, most: int | None = None) -> Trees:
    """The first ``most`` trees of a fitted histogram gradient boosting of scikit-learn, with one sum a row.

    Columns of categories must stand first, their codes 0, 1, … all seen in the fit: the library renumbers
    otherwise.
    """
    grown = [each for (each,) in estimator._predictors[:most]]
    return Trees(float(estimator._baseline_prediction[0, 0]), tuple(map(_tree, grown)))


def _tree(grown: Any) -> Tree:
    nodes = grown.nodes
    is_leaf = nodes["is_leaf"].astype(bool)
    by_code = nodes["is_categorical"].astype(bool) & ~is_leaf
    codes = tuple(
        _codes(grown.raw_left_cat_bitsets[place]) if is_category else None
        for is_category, place in zip(by_code.tolist(), nodes["bitset_idx"].tolist(), strict=True)
    )
    return Tree(
        np.where(is_leaf, LEAF, nodes["feature_idx"]).astype(np.int64),
        np.where(by_code | is_leaf, 0.0, nodes["num_threshold"]),
        codes,
        nodes["missing_go_to_left"].astype(bool) & ~is_leaf,
        np.where(is_leaf, 0, nodes["left"]).astype(np.int64),
        np.where(is_leaf, 0, nodes["right"]).astype(np.int64),
        np.where(is_leaf, nodes["value"], 0.0),
    )


def _codes(words: Sequence[int]) -> tuple[int, ...]:
    return tuple(
        WORD * at + bit for at, word in enumerate(words) for bit in range(WORD) if int(word) >> bit & 1
    )
