"""A model: the segments of another segmentation, learnt from other features, for customers who lack its own.

A newcomer has no history to score. But who joined through which door, from where, buying what first, may
look like one segment or another; how far that can be relied on is measured on customers held out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Field, StringConstraints
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # it carries no types

from regulars.engine import Engine, Step, quoted
from regulars.errors import NotReady
from regulars.measure.small_cells import SMALLEST_SHOWN
from regulars.segment.assign import assignment_steps
from regulars.segment.definition import Definition
from regulars.segment.eligible import Reason, eligible
from regulars.segment.fitting.grow import Binned, Codes, Growth, binned, grown, sorted_by
from regulars.segment.fitting.held_out import Measured, measured
from regulars.segment.fitting.multinomial import regression
from regulars.segment.fitting.sample import POOLED_SHARE, Places, Sample, Values, fitted
from regulars.segment.methods import Ground, Method
from regulars.segment.rules.linear import Linear
from regulars.segment.rules.prepared import UNITS, Missing
from regulars.segment.rules.tree import Leaf, Tree
from regulars.types import Feature, Finding, Role, Segment

PARTS = 16**4
"""Customers are held out by the last four digits of their hashed ids, so that the same ones always are."""
OTHERS_STAND = "The other segmentations stand without this one."
_DOUBLES = {"DOUBLE", "FLOAT", "REAL"}


@dataclass(frozen=True)
class _Learning:
    """What is learnt from: customers in the order of a hash of their ids, with their labels."""

    ids: tuple[str, ...]
    """Segments with customers enough to learn from, in their own order."""
    labels: Codes
    columns: dict[str, list[Any]]
    scarce: tuple[str, ...]
    """Segments with too few."""

    @property
    def guess(self) -> str:
        """The commonest segment; of equally common ones the first."""
        return self.ids[int(np.bincount(self.labels).argmax())]


class Model(Method):
    """The segments of another segmentation, by a decision tree or a logistic regression."""

    method: ClassVar[str] = "model"
    default_roles: ClassVar[tuple[Role, ...]] = ("cause", "attribute")
    refit_customers: ClassVar[int] = 10_000

    of: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
    """The segmentation whose segments are learnt."""
    kind: Literal["tree", "logistic"] = "tree"
    """A tree can be read to its end; a regression weighs all features, and grades its probability finely."""
    features: Annotated[tuple[str, ...], Field(min_length=1)] | None = None
    """What to tell segments by. None: every cause and attribute that is not measured on what the
    segmentation itself reads: by its own features, or their kin, a model would only find its cut points
    again."""
    max_depth: int = Field(4, ge=1, le=8)
    """Questions one after another: sixteen ends are as many as people read."""
    min_leaf: int = Field(25, ge=SMALLEST_SHOWN)
    """Customers at an end of the tree. Below two dozen its share is a guess; ten or fewer would be shown."""
    hold_out: float = Field(0.25, ge=0.1, le=0.5)
    """The share of customers that the model is measured on and does not learn from."""
    sample: int = Field(50_000, ge=100)
    """Customers to learn from. More move the weights of a feature by less than their second decimal."""
    allow_outcomes: Reason | None = None
    """The reason for which outcomes may stand in ``features``; it is kept in the definition."""
    allow_protected: Reason | None = None
    """The reason for which protected attributes, or proxies for them, may stand in ``features``."""

    @property
    def learns_from(self) -> tuple[str, ...]:
        return (self.of,)

    def preflight(self, ground: Ground, engine: Engine) -> None:
        self._eligible(ground)

    def fit(self, ground: Ground, engine: Engine) -> Definition:
        """The rule learnt, with what it was right and wrong about on the customers held out.

        Raises SettingsError for a feature that may not be used; NotReady where no feature is left or none
        tells customers apart, and where fewer than two segments have customers enough.
        """
        labelled = ground.definitions[self.of]
        used, notes = self._features(ground, labelled)
        table = f"{ground.name}_labels"
        steps = assignment_steps(labelled, ground.as_of, ground.table.columns, ground.table.name)
        engine.make(table, {step.name: step for step in (*steps[:-1], Step(table, steps[-1].select))})
        learning = self._learning(ground, engine, labelled, used, table)
        rule, doubts = self._rule(ground, engine, labelled, used, learning)
        found = measured(
            engine, ground.table, table, rule, self._is_held_out("t"), learning.guess, ground.name
        )
        engine.drop(table)
        if found.customers < SMALLEST_SHOWN:
            raise self._not_ready(
                ground, f"only {found.customers} customers are left to measure the model on"
            )
        names = {each.id: each.name for each in labelled.segments}
        return self.defined(
            ground,
            rule=rule,
            segments=tuple(
                Segment(each.id, each.name, rule.words(each.id), f"look like {each.name} of {self.of}")
                for each in labelled.segments
            ),
            fitted={
                "customers": engine.count(ground.table.name),
                "learnt_from": len(learning.labels),
            },
            notes=(*notes, *doubts, *self._verdict(ground, found, names)),
            choice={
                "model": {
                    "of": self.of,
                    "version": labelled.version,
                    "kind": self.kind,
                    "features": [each.name for each in used],
                    **found.as_json(rule.segment_ids),
                }
            },
        )

    def _eligible(self, ground: Ground) -> tuple[list[Feature], list[Finding]]:
        return eligible(
            ground,
            self.features,
            roles=self.default_roles,
            allow_outcomes=self.allow_outcomes,
            allow_protected=self.allow_protected,
        )

    def _features(self, ground: Ground, labelled: Definition) -> tuple[list[Feature], list[Finding]]:
        """The features to learn from, and what is to be said about them."""
        used, notes = self._eligible(ground)
        read = labelled.rule.features
        kin = {kin for each in ground.features if each.name in read for kin in each.kin}
        own = [each.name for each in used if each.name in read]
        kindred = {
            each.name: next(on for on in each.kin if on in kin)
            for each in used
            if each.name not in read and kin.intersection(each.kin)
        }
        if self.features is None:
            used = [each for each in used if each.name not in own and each.name not in kindred]
        if own or kindred:
            notes.append(self._echo(ground, own, kindred))
        if not used:
            raise NotReady(
                f"segmentations.{ground.name}",
                f"no cause or attribute is left to learn from but what {self.of} reads itself, or what is "
                "measured on the same things",
                f"Map more columns or a customer table, or name features in segmentations.{ground.name}"
                f".features, also those of {self.of}. {OTHERS_STAND}",
            )
        return used, notes

    def _echo(self, ground: Ground, own: Sequence[str], kindred: Mapping[str, str]) -> Finding:
        """A note of the features that repeat what the labels are made from: left out, or used as was asked.

        ``kindred`` are by name what they share with a feature of the labels.
        """
        told = []
        if own:
            told.append(f"features that {self.of} itself is made from ({', '.join(own)})")
        if kindred:
            on = {kin: [name for name in kindred if kindred[name] == kin] for kin in kindred.values()}
            named = "; ".join(f"{kin}: {', '.join(names)}" for kin, names in on.items())
            told.append(f"features measured on the same things as those of {self.of} ({named})")
        which = " and ".join(told)
        where = f"{ground.name}.features"
        if self.features is None:
            return Finding(
                "note", where,
                f"The model left out {which}: by them it would partly find the same cut points again.",
                "Nothing to do; to use them all the same, name them in features.",
            )  # fmt: skip
        return Finding(
            "note", where,
            f"The model used {which}, so it partly found the same cut points again.",
            "Read its accuracy as how well it retells that segmentation, not as what can be known of "
            "customers without it.",
        )  # fmt: skip

    def _is_held_out(self, table: str) -> str:
        digits = f"{round(self.hold_out * PARTS):04x}"
        return f"right(md5(cast({table}.customer_id as varchar)), 4) < '{digits}'"

    def _learning(
        self, ground: Ground, engine: Engine, labelled: Definition, used: Sequence[Feature], labels: str
    ) -> _Learning:
        columns = [self._read(each) for each in used]
        held_out = self._is_held_out("t")
        customer = "cast(t.customer_id as varchar)"
        rows = engine.rows(
            f"select l.segment_id, {', '.join(columns)} from {quoted(ground.table.name)} as t "
            f"join {quoted(labels)} as l on t.customer_id = l.customer_id "
            f"where not ({held_out}) order by md5({customer}), {customer} limit {self.sample:d}",
            "fit_sample",
        )
        counts = dict.fromkeys(labelled.rule.segment_ids, 0)
        for label, *_ in rows:
            counts[label] += 1
        ids = tuple(each for each, customers in counts.items() if customers >= SMALLEST_SHOWN)
        if len(ids) < 2:
            many = "one segment" if ids else "no segment"
            raise self._not_ready(ground, f"{many} of {self.of} has more than ten customers to learn from")
        at = {each: place for place, each in enumerate(ids)}
        kept = [row for row in rows if row[0] in at]
        values = list(zip(*kept, strict=True))
        return _Learning(
            ids,
            np.array([at[label] for label in values[0]], dtype=np.int64),
            {each.name: list(column) for each, column in zip(used, values[1:], strict=True)},
            tuple(each for each, customers in counts.items() if customers < SMALLEST_SHOWN),
        )

    def _read(self, feature: Feature) -> str:
        """The column as it is, to be cut exactly; for a regression as the double that it is weighed as."""
        name = f"t.{quoted(feature.name)}"
        return name if feature.is_text or self.kind == "tree" else f"cast({name} as double)"

    def _rule(
        self,
        ground: Ground,
        engine: Engine,
        labelled: Definition,
        used: Sequence[Feature],
        learning: _Learning,
    ) -> tuple[Tree | Linear, list[Finding]]:
        every = labelled.rule.segment_ids
        rule, doubts = (
            self._tree(ground, engine, used, learning, every)
            if self.kind == "tree"
            else self._regression(ground, used, learning, every)
        )
        doubts += self._who_is_known(ground, rule, used)
        if learning.scarce:
            names = ", ".join(labelled.segment(each).name for each in learning.scarce)
            doubts.append(
                Finding(
                    "note", f"{ground.name}.of",
                    f"Too few customers of {names} were there to learn from, so the model puts nobody there.",
                    f"Nothing to do, or join them with another segment of {self.of}.",
                )
            )  # fmt: skip
        return rule, doubts

    def _who_is_known(self, ground: Ground, rule: Tree | Linear, used: Sequence[Feature]) -> list[Finding]:
        """A warning where segments are told by who is in a table of customers, and not by what it says.

        Of what customers do, unknown has a meaning of its own: one order leaves no gap.
        """
        attributes = {each.name for each in used if each.role == "attribute"}
        if not (asked := [each for each in rule.asked_if_known if each in attributes]):
            return []
        return [
            Finding(
                "warning", f"{ground.name}.features",
                f"The model goes by whether {' and '.join(asked)} is known at all. That may tell how the "
                "data came about, such as who joined a programme, and not what customers are like.",
                "See that it will be known of newcomers in the same way, or use features known of everybody.",
            )
        ]  # fmt: skip

    def _tree(
        self,
        ground: Ground,
        engine: Engine,
        used: Sequence[Feature],
        learning: _Learning,
        every: Sequence[str],
    ) -> tuple[Tree | Linear, list[Finding]]:
        kinds = engine.kinds(ground.table.name)
        features = [self._binned(each, learning.columns[each.name], kinds[each.name]) for each in used]
        telling = [each for each in features if each.tells]
        if not telling:
            raise self._not_ready(ground, "no feature that it may use tells these customers apart")
        root = grown(telling, learning.labels, learning.ids, Growth(self.max_depth, self.min_leaf))
        if isinstance(root, Leaf):
            raise self._not_ready(
                ground,
                f"no feature that it may use parts the segments of {self.of} by more than chance: a model "
                "could only guess",
            )
        return Tree(tuple(every), root), []

    def _binned(self, feature: Feature, values: list[Any], kind: str) -> Binned:
        if feature.is_text:
            return sorted_by(feature.name, values, self.min_leaf)
        return binned(feature.name, values, kind not in _DOUBLES)

    def _regression(
        self, ground: Ground, used: Sequence[Feature], learning: _Learning, every: Sequence[str]
    ) -> tuple[Tree | Linear, list[Finding]]:
        columns = {
            each.name: np.array(learning.columns[each.name], dtype=np.object_ if each.is_text else np.float64)
            for each in used
        }
        fit = fitted(Sample(len(learning.labels), columns), ground.name)
        if not fit.prepared:
            raise self._not_ready(ground, "no feature that it may use tells these customers apart")
        unknown = _unknown(columns)
        places = np.column_stack([fit.places, *unknown.values()])
        with threadpool_limits(1):
            found = regression(places, learning.labels, learning.ids)
        doubts = list(fit.notes)
        if not found.has_converged:
            doubts.append(
                Finding(
                    "warning", f"{ground.name}.kind",
                    "The search for the best weights of the regression did not come to its end.",
                    "Use fewer features, or kind: tree.",
                )
            )  # fmt: skip
        return Linear(tuple(every), (*fit.prepared, *unknown), found.weights), doubts

    def _verdict(self, ground: Ground, found: Measured, names: dict[str, str]) -> list[Finding]:
        """A warning where the model cannot be told from a guess."""
        if found.beats_guessing:
            return []
        low, high = found.interval
        return [
            Finding(
                "warning", f"{ground.name}.model",
                f"The model is no better than guessing: it was right for {found.accuracy:.1%} ({low:.1%} to "
                f"{high:.1%}) of {found.customers:,} customers held out, and always saying "
                f"{names[found.guess]} for {found.guess_share:.1%}.",
                "Do not place customers by it; give it features that have to do with these segments.",
            )
        ]  # fmt: skip

    def _not_ready(self, ground: Ground, found: str) -> NotReady:
        return NotReady(
            f"segmentations.{ground.name}", found,
            f"Add customers, use other features, or let it learn fewer and larger segments. {OTHERS_STAND}",
        )  # fmt: skip


def _unknown(columns: dict[str, Values]) -> dict[Missing, Places]:
    """Whether a number is known, where that parts the customers: a newcomer has no gap between purchases,
    and what fills it in for them must not speak for them. Numbers unknown for the same customers count once.
    """
    found: dict[bytes, tuple[Missing, Places]] = {}
    for name, values in columns.items():
        if values.dtype == np.object_:
            continue
        is_unknown = np.isnan(values)
        share = float(is_unknown.mean())
        if min(share, 1 - share) < POOLED_SHARE:
            continue
        sd = math.sqrt(share * (1 - share))
        yes, no = round((1 - share) / sd * UNITS), -round(share / sd * UNITS)
        place = np.where(is_unknown, float(yes), float(no))
        found.setdefault(is_unknown.tobytes(), (Missing(name, yes, no), place))
    return dict(found.values())
