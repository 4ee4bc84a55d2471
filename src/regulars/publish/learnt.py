"""What a model learnt and how far it can be relied on: its cards on the page, and a line for a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from regulars.figures import written
from regulars.publish.charts.heat import SHADES
from regulars.publish.charts.reliability import Group, reliability
from regulars.publish.marks import Mark
from regulars.segment.rules.condition_words import figure, in_quotes
from regulars.segment.rules.conditions import Compare, CompareText
from regulars.segment.rules.linear import Linear
from regulars.segment.rules.prepared import UNITS, Prepared
from regulars.segment.rules.tree import Node, Split, Tree
from regulars.types import Feature, Segmentation

SPEAKS = 0.1
"""From this weight for a standard deviation on, a feature is told to speak for a segment or against it."""
TOLD = 3
"""Features told on each side: what a reader keeps in mind."""


@dataclass(frozen=True)
class Cell:
    """Customers of one segment who were put in one; ``text`` is a dash where they are not shown."""

    text: str
    shade: int
    """1 to 8 by the share of the segment's customers; 0 where it is not shown, −1 where nobody is there."""
    is_right: bool


@dataclass(frozen=True)
class Row:
    """One segment: its customers held out, where they were put, and how many of either were right."""

    name: str
    mark: Mark
    customers: str
    cells: list[Cell]
    recall: str
    precision: str


@dataclass(frozen=True)
class Branch:
    """One line of the tree in words, with the lines under it; an end has a segment and its probability."""

    words: str
    branches: list[Branch]
    segment: str = ""
    mark: Mark | None = None
    share: str = ""


@dataclass(frozen=True)
class Pull:
    """What speaks for a segment in a logistic model, and what against it."""

    name: str
    mark: Mark
    speaks_for: str
    speaks_against: str


@dataclass(frozen=True)
class Learnt:
    of: str
    title: str
    sub: str
    given: list[tuple[str, Mark]]
    """The segments that somebody was put in: the columns."""
    rows: list[Row]
    never: str
    """The segments that nobody was put in."""
    calibration: Markup
    calibration_rows: list[tuple[str, str, str, str]]
    brier: str
    tree: list[Branch]
    pulls: list[Pull]


def told(definition: Mapping[str, Any]) -> str:
    """``Right for 42.6% (39.6% to 45.5%) of 1,076 customers held out; always saying Champions: 19.7%.``

    Empty for what is no model.
    """
    made = (definition.get("choice") or {}).get("model")
    if not made:
        return ""
    names = {each["id"]: each["name"] for each in definition["segments"]}
    between = f"{_percent(made['low'])} to {_percent(made['high'])}"
    return (
        f"Right for {_percent(made['accuracy'])} ({between}) of {written(made['customers'], 'count')} "
        f"customers held out; always saying {names[made['guess']]}: {_percent(made['guess_share'])}."
    )


def learnt(
    segmentation: Segmentation, marks: Mapping[str, Mark], features: Sequence[Feature]
) -> Learnt | None:
    """The cards of a model; None for any other method."""
    definition = segmentation.definition
    made = (definition.get("choice") or {}).get("model")
    if not made:
        return None
    names = {each["id"]: each["name"] for each in definition["segments"]}
    ids = list(names)
    is_given = [any(row[place] != 0 for row in made["confusion"]) for place in range(len(ids))]
    rule, labels = definition["rule"], {each.name: each.label for each in features}
    root = Tree.from_json(rule).root if rule["kind"] == "tree" else None
    groups = [Group(each["told"], each["right"], each["low"], each["high"]) for each in made["calibration"]]
    return Learnt(
        of=str(made["of"]),
        title=_title(made, names),
        sub=(
            f"{written(made['customers'], 'count')} customers that the model did not learn from, by their "
            f"own segment in {made['of']} (rows) and the one it put them in (columns). Right for "
            f"{_percent(made['low'])} to {_percent(made['high'])} of such customers (95 % interval)."
        ),
        given=[(names[each], marks[each]) for each, has in zip(ids, is_given, strict=True) if has],
        rows=[
            _row(names[each], marks[each], found, counts, place, is_given)
            for place, (each, found, counts) in enumerate(
                zip(ids, made["segments"], made["confusion"], strict=True)
            )
        ],
        never=", ".join(names[each] for each, has in zip(ids, is_given, strict=True) if not has),
        calibration=reliability(groups, _calibration_label(groups)),
        calibration_rows=[
            (
                _percent(each["told"]),
                _percent(each["right"]),
                f"{_percent(each['low'])} to {_percent(each['high'])}",
                written(each["customers"], "count"),
            )
            for each in made["calibration"]
        ],
        brier=written(made["brier"], "ratio"),
        tree=_branches(root, names, marks, labels) if root else [],
        pulls=[] if root else _pulls(Linear.from_json(rule), names, marks, labels),
    )


def _title(made: Mapping[str, Any], names: Mapping[str, str]) -> str:
    guess = f"always saying {names[made['guess']]} would be for {_percent(made['guess_share'])}"
    if made["low"] <= made["guess_share"]:
        return f"No better than guessing: right for {_percent(made['accuracy'])} of customers, and {guess}"
    return f"The model is right for {_percent(made['accuracy'])} of customers; {guess}"


def _row(
    name: str,
    mark: Mark,
    found: Mapping[str, Any],
    counts: Sequence[int | None],
    own: int,
    is_given: Sequence[bool],
) -> Row:
    whole = found["customers"] or sum(count or 0 for count in counts) or 1
    cells = [
        _cell(count, whole, place == own)
        for place, (count, has) in enumerate(zip(counts, is_given, strict=True))
        if has
    ]
    customers = written(found["customers"], "count")
    return Row(name, mark, customers, cells, _percent(found["recall"]), _percent(found["precision"]))


def _cell(count: int | None, whole: int, is_right: bool) -> Cell:
    if count is None:
        return Cell("–", 0, is_right)
    shade = -1 if count == 0 else 1 + round((SHADES - 1) * min(count / whole, 1.0))
    return Cell(written(count, "count"), shade, is_right)


def _calibration_label(groups: Sequence[Group]) -> str:
    each = "; ".join(f"told {_percent(g.told)}, came true for {_percent(g.right)}" for g in groups)
    return f"Probability told and what came true. {each}."


def _branches(
    node: Node, names: Mapping[str, str], marks: Mapping[str, Mark], labels: Mapping[str, str]
) -> list[Branch]:
    """The two lines of a split: if the question holds, and otherwise."""
    if not isinstance(node, Split):
        return []
    sides = (f"If {_question(node, labels)}", node.yes), ("Otherwise", node.no)
    return [_branch(said, side, names, marks, labels) for said, side in sides]


def _branch(
    said: str, node: Node, names: Mapping[str, str], marks: Mapping[str, Mark], labels: Mapping[str, str]
) -> Branch:
    if isinstance(node, Split):
        return Branch(said, _branches(node, names, marks, labels))
    segment, share = node.segment_id, _percent(float(node.share))
    return Branch(said, [], names[segment], marks[segment], share)


def _question(split: Split, labels: Mapping[str, str]) -> str:
    label = _lower(labels.get(split.when.feature, split.when.feature))
    match split.when:
        case Compare(_, _, value, exact):
            asked = f"{label} is at most {figure(value, exact)}"
        case CompareText(_, _, text):
            asked = f"{label} is {in_quotes(text)}"
        case _:
            return f"{label} is unknown"
    return f"{asked}, or unknown" if split.unknown_is_yes else asked


def _pulls(
    rule: Linear, names: Mapping[str, str], marks: Mapping[str, Mark], labels: Mapping[str, str]
) -> list[Pull]:
    what = [
        f"high {_lower(labels.get(each.feature, each.feature))}"
        if isinstance(each, Prepared)
        else _lower(f"{labels.get(each.feature, each.feature)}{each.what.removeprefix(each.feature)}")
        for each in rule.prepared
    ]
    pulls = []
    for each, weights in rule.weights.items():
        heard = sorted(zip(what, weights.each, strict=True), key=lambda pair: -abs(pair[1]))
        strong = [(said, weight) for said, weight in heard if abs(weight) >= SPEAKS * UNITS]
        up = [_weighed(said, weight) for said, weight in strong if weight > 0][:TOLD]
        down = [_weighed(said, weight) for said, weight in strong if weight < 0][:TOLD]
        pulls.append(Pull(names[each], marks[each], "; ".join(up) or "–", "; ".join(down) or "–"))
    return pulls


def _weighed(said: str, weight: int) -> str:
    return f"{said} ({weight / UNITS:+.2f})".replace("-", "−")


def _lower(label: str) -> str:
    return label[:1].lower() + label[1:]


def _percent(share: float | None) -> str:
    return written(None if share is None else 100 * share, "percent")
