"""One definition, three forms: SQL, scorer and words put every customer in the same segment.

The words are read by a small reader of this file that shares no code with the rules.
"""

from __future__ import annotations

import json
import math
import random
import re
from dataclasses import replace
from datetime import date
from decimal import Context, Decimal
from itertools import pairwise, product
from operator import mul

import pytest
import sqlglot
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlglot import exp

from regulars.documents import pretty
from regulars.engine import Engine, Step
from regulars.segment.definition import Definition
from regulars.segment.methods import Ground
from regulars.segment.methods.firmographic import Firmographic
from regulars.segment.methods.gmm import Gmm
from regulars.segment.methods.hierarchical import Hierarchical
from regulars.segment.methods.kmeans import KMeans
from regulars.segment.methods.labels import Labels
from regulars.segment.methods.lifecycle import Lifecycle
from regulars.segment.methods.model import Model
from regulars.segment.methods.rfm import Rfm
from regulars.segment.methods.rules import Rules
from regulars.segment.rules import Rule
from regulars.segment.rules.conditions import (
    AllOf,
    AnyOf,
    Between,
    Compare,
    CompareFeatures,
    CompareText,
    IsUnknown,
    Not,
    OneOf,
    OneOfTexts,
    Ranked,
    truth,
)
from regulars.segment.rules.conditions import compiled as condition_sql
from regulars.segment.rules.grid import Band, Grid
from regulars.segment.rules.linear import Linear, Weights
from regulars.segment.rules.micro import Micro
from regulars.segment.rules.mixture import Cloud, Mixture
from regulars.segment.rules.nearest import Nearest
from regulars.segment.rules.prepared import Missing, Prepared
from regulars.segment.rules.total import Total
from regulars.segment.rules.tree import Leaf, Split, Tree
from regulars.segment.rules.waterfall import Waterfall
from regulars.testing import FEATURES, TYPES, customers, strangers
from regulars.types import Segment

AS_OF = date(2024, 6, 30)
NAMES = ("recency_days", "spend", "gap_days")
KINDS = {"recency_days": "bigint", "spend": "decimal(18, 2)", "gap_days": "double"}
REGIONS = ("North", "north", "North ", "O'Brien is (unknown) and", "\\'", "")


@pytest.fixture(scope="module")
def engine():
    with Engine(threads=1) as made:
        yield made


# --- a reader of words ----------------------------------------------------------------------------


def follow(segments, legend, customer) -> str:
    """The segment of a customer, by doing what the words say."""
    if any(line.startswith("micro-cluster 1: ") for line in legend):
        return _follow_micro(segments, legend, customer)
    if any(line.startswith("component 1, number 1: ") for line in legend):
        return _follow_mixture(segments, legend, customer)
    if " counts as " in legend[0]:
        is_linear = legend[-1].startswith("probability is e to the power of the score")
        return (_follow_linear if is_linear else _follow_nearest)(segments, legend, customer)
    if legend[0].startswith("a tree: one question after another"):
        return _follow_tree(segments, customer)
    if legend[0].startswith("rules are tried in order, and the first that holds takes the customer"):
        return _follow_waterfall(segments, customer)
    return _follow_grid(segments, legend, customer)


def _follow_grid(segments, legend, customer) -> str:
    scores = {}
    for line in legend:
        letter, score, feature, bounds = re.fullmatch(r"(\S+) (\d+): (?:any )?(\w+)(.*)", line).groups()
        value = customer[feature]
        if value is None:
            if bounds.endswith(", or unknown"):
                scores[letter] = int(score)
            continue
        limits = re.findall(r"(>|<=) (-?[\d.E+-]+)", bounds)
        if all(value > Decimal(x) if sign == ">" else value <= Decimal(x) for sign, x in limits):
            assert letter not in scores, f"two lines of the legend fit {value}"
            scores[letter] = int(score)
    fitting = []
    for segment in segments:
        for said in segment.rule.split("; or "):
            # A sum of scores counts as one more score: "2 × R + F is 5 to 7".
            for formula in re.findall(r"^(.* [+×] .*) is ", said):
                scores["sum"] = sum(
                    int(weight or 1) * scores[letter]
                    for weight, letter in re.findall(r"(?:(\d+) × )?(\w+)", formula)
                )
            said_of = re.sub(r"^.* [+×] .* is ", "sum is ", said)
            ranges = re.findall(r"(\S+) is (\d+)(?: to (\d+))?", said_of)
            assert ranges or said == "any scores"
            if all(int(low) <= scores[letter] <= int(high or low) for letter, low, high in ranges):
                fitting.append(segment.id)
    assert len(set(fitting)) == 1, f"the words put {customer} in {fitting}"
    return fitting[0]


_COUNTS = re.compile(
    r"(\w+) counts as \((ln\(1 \+ x\)|x) − (\S+)\) ÷ (\S+), rounded half up to three decimals, "
    r"where x is \w+ held between (\S+) and (\S+), or (\S+) if unknown"
)


_IS_UNKNOWN = re.compile(r"(\w+ is unknown) counts as (\S+), anything else as (\S+)")


def _place(lines, customer) -> dict[str, Decimal]:
    """What each feature of the customer counts as, in thousandths."""
    place = {}
    for line in lines:
        if asked := _IS_UNKNOWN.fullmatch(line):
            what, yes, no = asked.groups()
            place[what] = Decimal(yes if customer[what.split()[0]] is None else no)
            continue
        feature, form, *numbers = _COUNTS.fullmatch(line).groups()
        centre, scale, low, high, missing = map(float, numbers)
        x = missing if customer[feature] is None else sorted((low, float(customer[feature]), high))[1]
        x = math.log(1 + x) if form.startswith("ln") else x
        place[feature] = Decimal(math.floor((x - centre) / scale * 1000 + 0.5)) / 1000
    return place


_ENDS = re.compile(r"(\w+(?: is unknown)?) ([+-][\d.]+)")


def _follow_nearest(segments, legend, customer) -> str:
    place = _place(legend[:-1], customer)
    assert legend[-1].startswith("nearest means the smallest sum of squared differences")
    assert legend[-1].endswith("of equally near segments, the first")

    def squares(segment: Segment) -> Decimal:
        return sum((place[feature] - Decimal(at)) ** 2 for feature, at in _ENDS.findall(segment.rule))

    return min(segments, key=squares).id


def _follow_micro(segments, legend, customer) -> str:
    numbered = [line for line in legend if line.startswith("micro-cluster ")]
    *counted, nearest = [line for line in legend if line not in numbered]
    place = list(_place(counted, customer).values())
    assert nearest.startswith("nearest means the smallest sum of squared differences from a micro-cluster")
    assert "in the order of the lines above; of equally near micro-clusters, the first" in nearest
    far = []
    for number, line in enumerate(numbered, 1):
        ends = line.removeprefix(f"micro-cluster {number}: ").split(", ")
        far.append(sum((a - Decimal(b)) ** 2 for a, b in zip(place, ends, strict=True)))
    found = 1 + far.index(min(far))
    for segment in segments:
        first, last, every = re.fullmatch(
            r"nearest to (?:one of )?micro-clusters? (\d+)(?: to (\d+))? of (\d+)", segment.rule
        ).groups()
        assert int(every) == len(numbered)
        if int(first) <= found <= int(last or first):
            return segment.id
    raise AssertionError(f"no segment holds micro-cluster {found}")


def _follow_linear(segments, legend, customer) -> str:
    place = _place(legend[:-2], customer)
    assert legend[-2].endswith("the highest score wins, of equally high ones the first")

    def score(segment: Segment) -> Decimal:
        first, weights = re.fullmatch(r"highest score: ([+-][\d.]+)((?:, .*)?)", segment.rule).groups()
        return Decimal(first) + sum(place[what] * Decimal(weight) for what, weight in _ENDS.findall(weights))

    return max((each for each in segments if not each.rule.startswith("nobody: ")), key=score).id


def _follow_tree(segments, customer) -> str:
    fitting = [
        each.id
        for each in segments
        if each.rule == "everybody" or (not each.rule.startswith("nobody: ") and _holds(each.rule, customer))
    ]
    assert len(fitting) == 1, f"the words put {customer} in {fitting}"
    return fitting[0]


def _follow_mixture(segments, legend, customer) -> str:
    numbered = [line for line in legend if line.startswith("component ")]
    *counted, decides, _ = [line for line in legend if line not in numbered]
    place = _place(counted, customer)
    assert decides.startswith("a component's likelihood is its constant less half the sum of the squares")
    assert decides.endswith("the largest decides, of equal ones the first")

    def likelihood(segment: Segment) -> Decimal:
        which, constant = re.match(
            r"component (\d+) of \d+ is the likeliest; it has constant ([+-][\d.]+)", segment.rule
        ).groups()
        squares = Decimal(0)
        for line in numbered:
            if line.startswith(f"component {which}, "):
                terms = re.findall(r"([+-][\d.]+) × (\w+)", line)
                off = Decimal(re.search(r" ([+-][\d.]+)$", line)[1])
                number = sum((Decimal(weight) * place[feature] for weight, feature in terms), off)
                squares += (Decimal(math.floor(number * 1000 + Decimal("0.5"))) / 1000) ** 2
        return Decimal(constant) - squares / 2

    return max(segments, key=likelihood).id


def _follow_waterfall(segments, customer) -> str:
    *ruled, rest = segments
    for number, segment in enumerate(ruled, 1):
        head, condition = segment.rule.split(": ", 1)
        assert head == f"rule {number}" + (", of those whom no rule before it took" if number > 1 else "")
        if _holds(condition, customer):
            return segment.id
    assert rest.rule.startswith("all others: ")
    return rest.id


def _parts(said: str, word: str) -> list[str]:
    """The pieces between the word, where it stands in no parentheses."""
    pieces, depth, start = [], 0, 0
    is_text = False
    for at, letter in enumerate(said):
        is_text ^= letter == "'"
        if is_text:
            continue
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if depth == 0 and said.startswith(word, at):
            pieces.append(said[start:at])
            start = at + len(word)
    return [*pieces, said[start:]]


def _holds(said: str, customer) -> bool | None:
    for word, strongest in ((" or ", True), (" and ", False)):
        if len(pieces := _parts(said, word)) > 1:
            held = [_holds(piece, customer) for piece in pieces]
            return strongest if strongest in held else None if None in held else not strongest
    if said.startswith("not ("):
        held = _holds(said[5:-1], customer)
        return None if held is None else not held
    if said.startswith("("):
        return _holds(said[1:-1], customer)
    return _leaf_holds(re.sub(r" \((top|bottom) [\d.]+ %\)$", "", said), customer)


def _leaf_holds(said: str, customer) -> bool | None:
    feature, what = said.split(" is ", 1)
    value = customer[feature]
    if what in ("known", "unknown"):
        return (value is None) == (what == "unknown")
    if value is None:
        return None
    if texts := [text.replace("''", "'") for text in re.findall(r"'((?:[^']|'')*)'", what)]:
        return (value not in texts) if what.startswith("not ") else (value in texts)
    if pair := re.fullmatch(r"(more than|at least|less than|at most|not|) ?(?:([\d,.]+) × )?([a-z_]+)", what):
        return _pair_holds(*pair.groups(), value, customer)
    numbers = [Decimal(n.replace(",", "").replace("−", "-")) for n in re.findall(r"−?\d[\d,]*\.?\d*", what)]
    first, last = numbers[0], numbers[-1]
    if isinstance(value, float):
        numbers, first, last = [float(n) for n in numbers], float(first), float(last)
    if what.startswith("from "):
        return first <= value <= last
    if what.startswith("one of "):
        return value in numbers
    return _compares(re.sub(r" ?−?[\d,.]+$", "", what), value, first)


def _pair_holds(test: str, factor: str | None, other: str, value, customer) -> bool | None:
    if customer[other] is None:
        return None
    if factor or float in (type(value), type(customer[other])):
        return _compares(test, float(value), float((factor or "1").replace(",", "")) * float(customer[other]))
    return _compares(test, value, customer[other])


def _compares(test: str, value, last) -> bool:
    return {
        "more than": value > last, "at least": value >= last, "less than": value < last,
        "at most": value <= last, "not": value != last, "": value == last,
    }[test]  # fmt: skip


# --- rules of any shape ---------------------------------------------------------------------------


def cents(low: int, high: int):
    return st.integers(low * 100, high * 100).map(lambda each: Decimal(each) / 100)


@st.composite
def grids(draw) -> Grid:
    bands = tuple(
        Band(f"{letter}_score", letter.upper(), feature, tuple(sorted(cuts)), draw(st.booleans()), "")
        for letter, feature, cuts in zip(
            "rmg", NAMES, [draw(st.lists(cents(-3, 9), min_size=1, max_size=3)) for _ in NAMES], strict=True
        )
    )
    cells = list(product(*(range(1, band.top + 1) for band in bands)))
    chance = draw(st.randoms(use_true_random=False))
    ids = [f"g{number}" for number in range(draw(st.integers(1, 5)))]
    held: dict[str, list[tuple[int, ...]]] = {}
    for cell in cells:
        held.setdefault(chance.choice(ids), []).append(cell)
    return Grid(bands, {name: tuple(listed) for name, listed in held.items()})


@st.composite
def totals(draw) -> Grid:
    """Grids whose segments are ranges of a weighted sum of their scores."""
    bands = draw(grids()).bands
    weights = draw(st.tuples(*[st.integers(0, 5)] * 3).filter(any))
    cells = list(product(*(range(1, band.top + 1) for band in bands)))
    sums = [sum(map(mul, weights, cell)) for cell in cells]
    ends = sorted({min(sums), *draw(st.lists(st.integers(min(sums), max(sums)), max_size=3))})
    ranges = {f"g{low}": (low, high - 1) for low, high in pairwise([*ends, max(sums) + 1])}
    held: dict[str, list[tuple[int, ...]]] = {}
    for cell, at in zip(cells, sums, strict=True):
        held.setdefault(next(name for name, (_, high) in ranges.items() if at <= high), []).append(cell)
    used = {name: ranges[name] for name in held}
    return Grid(bands, {name: tuple(listed) for name, listed in held.items()}, Total(weights, used))


@st.composite
def preparations(draw, feature: str) -> Prepared:
    low, middle, high = sorted(draw(st.tuples(*[cents(0, 40)] * 3)))
    number = st.floats(-50, 50).map(lambda each: float(f"{each:.9g}"))
    scale = draw(st.floats(0.01, 100).map(lambda each: float(f"{each:.9g}")))
    return Prepared(feature, float(middle), float(low), float(high), draw(st.booleans()), draw(number), scale)


@st.composite
def nearests(draw) -> Nearest:
    at = st.integers(-4000, 4000)
    centres = draw(st.lists(st.tuples(at, at, at), min_size=1, max_size=6))
    return Nearest(
        tuple(draw(preparations(name)) for name in NAMES),
        {f"s{n + 1}": each for n, each in enumerate(centres)},
    )


@st.composite
def micros(draw) -> Micro:
    at = st.integers(-4000, 4000)
    held = draw(st.lists(st.lists(st.tuples(at, at, at), min_size=1, max_size=5), min_size=1, max_size=4))
    return Micro(
        tuple(draw(preparations(name)) for name in NAMES),
        {f"s{n + 1}": tuple(each) for n, each in enumerate(held)},
    )


@st.composite
def mixtures(draw) -> Mixture:
    at, weight = st.integers(-4000, 4000), st.integers(-10_000, 10_000)
    lengths = draw(st.sampled_from([(1, 1, 1), (1, 2, 3)]))
    clouds = st.builds(
        Cloud,
        st.integers(-(10**7), 10**7),
        st.tuples(at, at, at),
        st.tuples(*(st.tuples(*[weight] * length) for length in lengths)),
    )
    return Mixture(
        tuple(draw(preparations(name)) for name in NAMES),
        {f"s{n + 1}": each for n, each in enumerate(draw(st.lists(clouds, min_size=1, max_size=5)))},
    )


SIGNS = ("=", "<>", "<", "<=", ">", ">=")
EXACT = {"recency_days": True, "spend": True, "gap_days": False}


@st.composite
def comparisons(draw):
    feature, other = draw(st.sampled_from(NAMES)), draw(st.sampled_from(NAMES))
    exact = EXACT[feature]
    factor = Decimal(draw(st.sampled_from(["0.5", "1.1", "2", "1234.5"])))
    region, test = draw(st.sampled_from(REGIONS)), draw(st.sampled_from(["=", "<>"]))
    low, high = sorted((draw(cents(-3, 15)), draw(cents(-3, 15))))
    sign, end = (
        draw(st.sampled_from(["=", "<>", "<", "<=", ">", ">="])),
        draw(st.sampled_from(["top", "bottom"])),
    )
    return draw(
        st.sampled_from(
            [
                Compare(feature, sign, low, exact),
                Between(feature, low, high, exact),
                OneOf(feature, (high, Decimal(5), Decimal(1)), exact),
                CompareFeatures(feature, sign, other, exact=exact and EXACT[other]),
                CompareFeatures(feature, sign, other, factor, exact=False),
                CompareText("region", test, region),
                OneOfTexts("region", (region, "South")),
                IsUnknown(draw(st.sampled_from([feature, "region"]))),
                Ranked(end, Decimal(10), feature, exact, low),
            ]
        )
    )


def conditions():
    def joined(inner):
        several = st.lists(inner, min_size=2, max_size=3).map(tuple)
        return st.one_of(inner.map(Not), several.map(AllOf), several.map(AnyOf))

    return st.recursive(comparisons(), joined, max_leaves=6)


def waterfalls():
    listed = st.lists(conditions(), min_size=1, max_size=4)
    return listed.map(lambda each: Waterfall(tuple((f"w{n}", one) for n, one in enumerate(each)), "rest"))


@st.composite
def questions(draw):
    feature = draw(st.sampled_from([*NAMES, "region"]))
    if draw(st.integers(0, 5)) == 0:
        return IsUnknown(feature)
    if feature == "region":
        return CompareText(feature, "=", draw(st.sampled_from(REGIONS)))
    return Compare(feature, "<=", draw(cents(-3, 15)), EXACT[feature])


def trees():
    shares = st.integers(1, 999).map(lambda each: Decimal(each) / 1000)
    ends = st.builds(Leaf, st.sampled_from(["a", "b", "c"]), shares)
    splits = st.recursive(
        ends, lambda inner: st.builds(Split, questions(), st.booleans(), inner, inner), max_leaves=9
    )
    return splits.map(lambda root: Tree(("a", "b", "c"), root))


@st.composite
def linears(draw) -> Linear:
    prepared = [draw(preparations(name)) for name in NAMES]
    prepared.append(Missing(draw(st.sampled_from(NAMES)), 1500, -600))
    numbers = st.integers(-4000, 4000)
    weights = st.builds(Weights, numbers, st.tuples(*[numbers] * 4))
    ids = ["a", "b", "c", "d"]
    held = draw(st.dictionaries(st.sampled_from(ids), weights, min_size=1))
    return Linear(tuple(ids), tuple(prepared), held)


def defined(rule: Rule) -> Definition:
    segments = tuple(Segment(each, each.upper(), rule.words(each)) for each in rule.segment_ids)
    return Definition("tried", "by_hand", {}, {}, rule, segments, {})


def three_ways(engine: Engine, definition: Definition, source: str, columns) -> None:
    """SQL, scorer and words, side by side, for every customer of the table."""
    engine.make("assignments", {step.name: step for step in definition.steps(source, AS_OF)})
    rows = engine.rows("select customer_id, segment_id, probability from assignments")
    given = {who: segment for who, segment, _ in rows}
    probable = {who: probability for who, _, probability in rows}
    rows = engine.rows(f"select customer_id, {', '.join(columns)} from {source} order by customer_id")
    assert set(given) == {who for who, *_ in rows}
    saved = json.loads(pretty(definition.as_json()))
    words = [Segment(**each) for each in saved["segments"]]
    for who, *values in rows:
        customer = dict(zip(columns, values, strict=True))
        scored = definition.score(customer)
        assert scored.segment_id == given[who], customer
        assert scored.probability == pytest.approx(probable[who], abs=1.5e-6), customer
        assert follow(words, saved["legend"], customer) == given[who], customer


# Each example asks an engine about eighty customers; the assertion names the one, so no shrinking is needed.
seldom = settings(max_examples=40, phases=(Phase.explicit, Phase.generate))


@pytest.fixture(scope="module")
def anyone(engine):
    """Customers on and beside the cents, with unknown, negative and huge values."""
    chance = random.Random(1)
    rows = [
        [f"C{number}", chance.choice([None, -1, 0, 1, 2, 3, 5, 8, 13, 2**40])]
        + [chance.choice([None, Decimal(chance.randrange(-400, 4000)) / 100, Decimal(10**9)]) for _ in "ab"]
        + [chance.choice([None, "South", *REGIONS])]
        for number in range(80)
    ]
    engine.values("anyone", {"customer_id": "varchar", **KINDS, "region": "varchar"}, rows)
    return "anyone"


@seldom
@given(rule=st.one_of(grids(), totals()))
def test_sql_scorer_and_words_of_any_grid_agree(engine, anyone, rule):
    three_ways(engine, defined(rule), anyone, NAMES)


@seldom
@given(rule=nearests())
def test_sql_scorer_and_words_of_any_centres_agree(engine, anyone, rule):
    three_ways(engine, defined(rule), anyone, NAMES)


@seldom
@given(rule=micros())
def test_sql_scorer_and_words_of_any_micro_clusters_agree(engine, anyone, rule):
    three_ways(engine, defined(rule), anyone, NAMES)


@seldom
@given(rule=mixtures())
def test_sql_scorer_and_words_of_any_mixture_agree_also_on_probabilities(engine, anyone, rule):
    definition = defined(rule)
    three_ways(engine, definition, anyone, NAMES)
    columns = ", ".join(("customer_id", "probability", *rule.score_names))
    told = {who: rest for who, *rest in engine.rows(f"select {columns} from assignments")}
    for who, *values in engine.rows(f"select customer_id, {', '.join(NAMES)} from {anyone}"):
        scored = definition.score(dict(zip(NAMES, values, strict=True)))
        assert [scored.probability, *scored.scores.values()] == told[who]
        assert scored.probability == max(scored.scores.values())
        assert math.isclose(sum(scored.scores.values()), 1, abs_tol=1e-5)


@seldom
@given(rule=waterfalls())
def test_sql_scorer_and_words_of_any_waterfall_agree(engine, anyone, rule):
    three_ways(engine, defined(rule), anyone, (*NAMES, "region"))


@seldom
@given(rule=trees())
def test_sql_scorer_and_words_of_any_tree_agree(engine, anyone, rule):
    three_ways(engine, defined(rule), anyone, (*NAMES, "region"))


@seldom
@given(rule=linears())
def test_sql_scorer_and_words_of_any_weights_agree(engine, anyone, rule):
    three_ways(engine, defined(rule), anyone, NAMES)


@given(rule=st.one_of(grids(), totals(), nearests(), micros(), mixtures(), waterfalls(), trees(), linears()))
def test_a_definition_is_the_same_after_it_was_written_and_read(rule):
    written = defined(rule)
    read = Definition.from_json(json.loads(pretty(written.as_json())))
    assert read == written
    assert read.digest == written.digest


TIERS = Rules(
    segments=(
        {"name": "VIP", "when": "spend > 500 and orders >= 4 and not never_known > 3"},
        {"name": "Big", "when": "top 10 % by spend or bottom 12.5 % by gap_days"},
        {"name": "Regular", "when": "not (weekend_share between 0.1 and 0.9 or gap_days is null)"},
        {
            "name": "Cove",
            "when": "region in ('O''Brien''s \\ Cove', 'Åland') or region = 'North' and spend < 200",
        },
        {"name": "Slipping", "when": "recency_days > 1.5 * gap_days and region is not unknown"},
        {"name": "Tried", "when": "orders in (1, 2) and recency_days <= 100 and one_price <> 1.5"},
    )
)


TREE = Model(of="rfm", features=("gap_days", "orders", "spend", "region"), allow_outcomes="to retell it")
WEIGHTS = Model(of="rfm", kind="logistic", features=("gap_days", "weekend_share", "categories"))


@pytest.mark.parametrize(
    "method",
    [
        Rfm(),
        Rfm(scheme="five"),
        Rfm(scheme="sum", bands=10, weights={"r": 2, "m": "0.5"}),
        KMeans(),
        KMeans(k=3),
        Hierarchical(),
        Gmm(max_k=3),
        Gmm(k=3, max_k=2, covariance="full"),
        TIERS,
        Lifecycle(),
        Firmographic(by=["region", "categories"], bands={"categories": [3, 8]}, smallest=12),
        Labels(column="region", names={"South": "The South"}),
        TREE,
        WEIGHTS,
    ],
    ids=[
        "rfm",
        "five",
        "sum",
        "kmeans",
        "three",
        "hierarchical",
        "gmm",
        "full gmm",
        "rules",
        "lifecycle",
        "firmographic",
        "labels",
        "tree",
        "weights",
    ],
)
def test_sql_scorer_and_words_of_a_fitted_method_agree_on_those_it_knows_and_on_strangers(engine, method):
    known = engine.values("known", TYPES, customers(300))
    engine.values("unlike", TYPES, strangers(150))
    ground = Ground("tried", known, FEATURES, AS_OF, 0, "UTC", "GBP")
    labels = {name: Rfm().fit(ground, engine) for name in method.learns_from}
    fitted = method.fit(replace(ground, definitions=labels), engine)
    columns = list(TYPES)[1:]
    three_ways(engine, fitted, "known", columns)
    three_ways(engine, fitted, "unlike", columns)


# --- preparation, to the unit ---------------------------------------------------------------------

NUMBERS = {
    "double": st.one_of(
        st.floats(allow_nan=False, allow_infinity=False),
        st.floats(-50, 50),
        st.sampled_from([0.0, -0.0, 5e-324, 1.7976931348623157e308, -1e300]),
    ).map(lambda each: Decimal(repr(each))),
    "bigint": st.integers(-(2**63), 2**63 - 1),
    "decimal(18, 2)": st.integers(-(10**17), 10**17).map(lambda each: Decimal(each) / 100),
}


@pytest.mark.parametrize("kind", NUMBERS)
@given(prepared=preparations("x"), data=st.data())
def test_a_feature_is_prepared_to_the_same_unit_in_sql_and_in_process(engine, kind, prepared, data):
    values = data.draw(st.lists(st.one_of(st.none(), NUMBERS[kind]), min_size=1, max_size=40))
    engine.values("values_of_x", {"place": "integer", "x": kind}, list(enumerate(values)))
    rows = engine.rows(f"select x, {prepared.sql().sql('duckdb')} from values_of_x order by place")
    assert [prepared.of(x) for x, _ in rows] == [whole for _, whole in rows]


EXACTLY = Context(prec=40)
WIDE = {
    **NUMBERS,
    "decimal(38, 4)": st.integers(-(10**38) + 1, 10**38 - 1).map(lambda n: Decimal(n).scaleb(-4, EXACTLY)),
}


@pytest.mark.parametrize("kind", WIDE)
@given(data=st.data())
def test_a_feature_is_compared_alike_in_sql_and_in_process_to_the_last_digit(engine, kind, data):
    values = data.draw(st.lists(WIDE[kind], min_size=1, max_size=20))
    written = st.integers(-(10**15) + 1, 10**15 - 1).flatmap(
        lambda digits: st.integers(0, 4).map(lambda places: Decimal(digits).scaleb(-places))
    )
    # A cut point is one of the values; what a person writes lies on, beside and between them.
    number = data.draw(st.one_of(written, st.sampled_from(values).map(Decimal)))
    engine.values("values_of_x", {"place": "integer", "x": kind}, list(enumerate([None, *values])))
    tests = [Compare("x", sign, number, kind != "double") for sign in SIGNS]
    columns = ", ".join(condition_sql(each).sql("duckdb") for each in tests)
    for x, *held in engine.rows(f"select x, {columns} from values_of_x order by place"):
        assert [truth(each, {"x": x}) for each in tests] == held, (x, number)


def test_not_a_number_counts_as_the_highest_value_in_every_form(engine):
    engine.create("odd", "select 'C1' as customer_id, cast('nan' as double) as gap_days, 0 as recency_days, "
                         "cast(0 as decimal(18, 2)) as spend")  # fmt: skip
    customer = {"gap_days": math.nan, "recency_days": 0, "spend": Decimal(0)}
    prepared = tuple(Prepared(name, 1.0, 0.0, 9.0, False, 0.0, 1.0) for name in NAMES)
    band = Band("g_score", "G", "gap_days", (Decimal(1), Decimal(2)), False, "days")
    near = Nearest(prepared, {"low": (0, 0, 0), "high": (0, 0, 9000)})
    grid = Grid((band,), {"low": ((1,), (2,)), "high": ((3,),)})
    cases = [Compare("gap_days", sign, Decimal(1), False) for sign in ("=", "<", "<=")]
    fall = Waterfall((("low", AnyOf((*cases, IsUnknown("gap_days")))), ("high", Not(cases[0]))), "rest")
    micro = Micro(prepared, {"low": ((0, 0, 0),), "high": ((0, 0, 4000), (0, 0, 9000))})
    clouds = {
        "low": Cloud(0, (0, 0, 0), ((9,), (9,), (9,))),
        "high": Cloud(0, (0, 0, 9000), ((9,), (9,), (9,))),
    }
    for rule in (near, micro, Mixture(prepared, clouds), grid, fall):
        definition = defined(rule)
        engine.make("assignments", {step.name: step for step in definition.steps("odd", AS_OF)})
        assert engine.rows("select segment_id from assignments") == [("high",)]
        assert definition.score(customer).segment_id == "high"


def test_a_customer_as_near_to_two_centres_goes_to_the_first_in_every_form(engine):
    prepared = tuple(Prepared(name, 0.0, -9.0, 9.0, False, 0.0, 1.0) for name in NAMES)
    definition = defined(Nearest(prepared, {"s1": (0, 0, 5000), "s2": (0, 0, -1000), "s3": (0, 0, 1000)}))
    engine.values("halfway", {"customer_id": "varchar", **KINDS}, [("C1", 0, Decimal(0), Decimal(0))])
    three_ways(engine, definition, "halfway", NAMES)
    assert definition.score({}).segment_id == "s2"


def test_a_step_of_a_definition_can_be_written_for_a_warehouse():
    prepared = tuple(Prepared(name, 0.0, 0.0, 9.0, True, 0.0, 1.0) for name in NAMES)
    definition = defined(Nearest(prepared, {"s1": (0, 0, 0), "s2": (1, 1, 1)}))
    for step in definition.steps("features", AS_OF):
        assert isinstance(step, Step)
        for dialect in ("postgres", "spark", "snowflake", "bigquery"):
            assert "customer_id" in step.select.sql(dialect)


@pytest.mark.parametrize(
    "name", ["order", "select", "user", "My Table", 'a"b', "group", "people; drop", "ünïts"]
)
@pytest.mark.parametrize("kind", ["grid", "nearest", "waterfall"])
def test_a_source_may_have_any_name_also_a_keyword(engine, kind, name):
    prepared = tuple(Prepared(each, 1.0, 0.0, 9.0, False, 0.0, 1.0) for each in NAMES)
    band = Band("g_score", "G", "gap_days", (Decimal(1), Decimal(2)), False, "days")
    near = Nearest(prepared, {"low": (0, 0, 0), "high": (0, 0, 9000)})
    grid = Grid((band,), {"low": ((1,), (2,)), "high": ((3,),)})
    fall = Waterfall((("low", Compare("gap_days", "<=", Decimal(2), exact=False)),), "high")
    rule = {"nearest": near, "grid": grid, "waterfall": fall}[kind]
    row = ("C1", 0, Decimal(0), Decimal(9))
    engine.values(name, {"customer_id": "varchar", **KINDS}, [row])
    engine.make("assignments", {step.name: step for step in defined(rule).steps(name, AS_OF)})
    assert engine.rows("select customer_id, segment_id from assignments") == [("C1", "high")]
    engine.drop(name)
    first, *_ = defined(rule).steps(name, AS_OF)
    for dialect in ("postgres", "spark", "snowflake", "bigquery", "redshift", "trino"):
        assert sqlglot.parse_one(first.select.sql(dialect), dialect=dialect).find(exp.Table).name == name
