"""Every row is accounted for: rows in = rows kept + rows set aside, for any settings and any mess."""

from __future__ import annotations

import csv
import io
import os
import tempfile
from collections import Counter
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import Phase, given
from hypothesis import settings as tried
from hypothesis import strategies as st
from tests.prepare.orders import AS_OF, TODAY, Line, cleaned, laid_out, line, settings, through_the_reader

from regulars.engine import Engine
from regulars.errors import DatesRefused, NotReady, SourceUnreadable
from regulars.prepare.clean import clean

EXAMPLES = 400 if os.environ.get("REGULARS_SOAK") else 40
PHASES = [Phase.explicit, Phase.generate]
"""A file is small as it is; shrinking one takes minutes, at a dozen tables a try."""


@pytest.fixture(scope="module")
def engine():
    with Engine(threads=1) as made:
        yield made


# --- rows as the reader hands them on: an oracle names the reason of each ----------------------------

LINES = st.builds(
    Line,
    customer_id=st.sampled_from(["ann", "ben", "cat", "TEST", None]),
    ordered_at=st.sampled_from(["2024-06-01 09:00", "2024-06-30 20:00", "2024-07-01"]).map(
        datetime.fromisoformat
    ),
    order_id=st.sampled_from(["1", "2", "C3", "TEST-1", None]),
    quantity=st.sampled_from([Decimal(1), Decimal(2), Decimal(0), Decimal(-1)]),
    amount=st.sampled_from([Decimal(5), Decimal(0), Decimal(-5), Decimal("0.01")]),
    product_id=st.sampled_from(["mug", "POST", "test", None]),
    consent_state=st.sampled_from(["in"] * 8 + ["out", "unknown"]),
    is_repeat=st.booleans(),
    fault=st.sampled_from([None] * 6 + ["ragged_row", "unreadable_number"]),
)
TREATMENT = st.sampled_from(["keep", "set_aside"])
CLEANING = st.fixed_dictionaries(
    {
        "returns": st.sampled_from(["net", "set_aside"]),
        "cancellation_prefix": st.sampled_from([None, "C"]),
        "zero_value": TREATMENT,
        "negative_price": TREATMENT,
        "duplicates": st.sampled_from(["auto", "keep", "set_aside"]),
        "non_products": TREATMENT,
        "net_spend_not_positive": TREATMENT,
        "future_share_limit": st.just(1.0),
    }
)


def judged(each: Line, lines: list[Line], cleaning: dict) -> str | None:
    """The first reason that applies to a row by itself, rule by rule."""
    states = {other.consent_state for other in lines if other.customer_id == each.customer_id}
    is_known = each.customer_id is not None
    rules = [
        ("opted_out", is_known and "out" in states),
        ("consent_unknown", is_known and "unknown" in states),
        (each.fault, each.fault is not None),
        ("after_as_of", each.ordered_at.date() > AS_OF),
        ("missing_customer", not is_known),
        (
            "test_row",
            "TEST" in (each.customer_id, (each.product_id or "").upper()) or each.order_id == "TEST-1",
        ),
        ("exact_duplicate", each.is_repeat and cleaning["duplicates"] != "keep"),
        ("not_a_product", each.product_id == "POST" and cleaning["non_products"] == "set_aside"),
        ("zero_value", each.amount == 0 and cleaning["zero_value"] == "set_aside"),
        ("return", is_return(each, cleaning) and cleaning["returns"] == "set_aside"),
    ]
    return next((reason for reason, applies in rules if applies), None)


def is_return(each: Line, cleaning: dict) -> bool:
    is_cancelled = cleaning["cancellation_prefix"] == "C" and (each.order_id or "").startswith("C")
    return each.quantity < 0 or each.amount < 0 or is_cancelled


def accounted(lines: list[Line], cleaning: dict) -> Counter[str | None]:
    """Rows by reason, None for those kept, once it is known which customers ever bought."""
    used = [(each, judged(each, lines, cleaning)) for each in lines]
    net: dict[str, Decimal] = {}
    for each, reason in used:
        if reason is None:
            worth = -abs(each.amount) if is_return(each, cleaning) else each.amount
            net[each.customer_id] = net.get(each.customer_id, Decimal(0)) + worth
    buyers = {each.customer_id for each, reason in used if reason is None and not is_return(each, cleaning)}

    def settled(each: Line, reason: str | None) -> str | None:
        if reason is not None:
            return reason
        if each.customer_id not in buyers:
            return "customer_without_sale"
        is_left_out = cleaning["net_spend_not_positive"] == "set_aside" and net[each.customer_id] <= 0
        return "net_spend_not_positive" if is_left_out else None

    return Counter(settled(each, reason) for each, reason in used)


@tried(max_examples=EXAMPLES, phases=PHASES)
@given(lines=st.lists(LINES, min_size=1, max_size=12), cleaning=CLEANING)
def test_each_row_has_exactly_one_reason_or_is_kept(engine, lines, cleaning) -> None:
    expected = accounted(lines, cleaning)
    read = laid_out(engine, lines)
    try:
        result = clean(engine, read, settings(cleaning=cleaning), AS_OF, TODAY)
    except NotReady:
        assert expected[None] == 0
        return
    (source,) = result.ledger.sources
    found = Counter({each.reason: each.rows for each in source.set_aside})
    found[None] = source.rows_kept
    assert found == expected
    assert source.rows_in == len(lines) == source.rows_kept + sum(s.rows for s in source.set_aside)
    assert engine.count("order_lines") == source.rows_kept == result.ledger.totals["lines"]


@tried(max_examples=EXAMPLES // 2, phases=PHASES)
@given(
    lines=st.lists(LINES, min_size=2, max_size=10), cleaning=CLEANING, seed=st.randoms(use_true_random=False)
)
def test_the_account_does_not_depend_on_the_order_of_rows(engine, lines, cleaning, seed) -> None:
    def account(rows: list[Line]):
        read = laid_out(engine, rows)
        try:
            result = clean(engine, read, settings(cleaning=cleaning), AS_OF, TODAY)
        except NotReady:
            return None
        (source,) = result.ledger.sources
        return {s.reason: s.rows for s in source.set_aside}, source.rows_kept, result.ledger.totals

    shuffled = list(lines)
    seed.shuffle(shuffled)
    assert account(lines) == account(shuffled)


# --- the real reader before it: files as they come ------------------------------------------------

CELLS = {
    "who": st.sampled_from(["ann", "ben", " ann ", "", "NULL", "TEST", '"; drop table', "😀"]),
    "when": st.sampled_from(["2024-06-01", "2024-06-30", "2024-02-30", "", "soon", "2024-07-09"]),
    "order": st.sampled_from(["1", "2", "C3", ""]),
    "worth": st.sampled_from(["5", "-5", "0", "1e3", "", "inf", "5,00", "£1,200.50"]),
    "consent": st.sampled_from(["yes", "yes", "yes", "yes", "no", "", "perhaps"]),
}
ROWS = st.tuples(*CELLS.values()).map(list)
RAGGED = st.one_of(ROWS, ROWS, ROWS, ROWS.map(lambda row: row[:3]), ROWS.map(lambda row: [*row, "more"]))


@tried(max_examples=EXAMPLES // 2, phases=PHASES)
@given(rows=st.lists(RAGGED, min_size=1, max_size=15), cleaning=CLEANING)
def test_records_of_a_messy_file_are_all_in_the_ledger(engine, rows, cleaning) -> None:
    chosen = settings({"consent": "consent"}, cleaning, date_format="%Y-%m-%d")
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([list(CELLS), *rows])
    with tempfile.TemporaryDirectory() as folder:
        try:
            read = through_the_reader(engine, Path(folder), text.getvalue(), chosen)
            result = clean(engine, read, chosen, AS_OF, TODAY)
        except (NotReady, SourceUnreadable, DatesRefused):
            return
    (source,) = result.ledger.sources
    assert source.rows_in == len(rows)
    assert source.adds_up


def test_a_study_of_an_earlier_day_accounts_for_the_same_rows(engine) -> None:
    lines = [line("ann", f"2024-0{month}-01", 1, order_id=str(month)) for month in range(1, 7)]
    for day, kept in ((date(2024, 1, 1), 1), (date(2024, 3, 15), 3), (date(2024, 6, 30), 6)):
        (source,) = cleaned(engine, lines, as_of=day).ledger.sources
        assert (source.rows_in, source.rows_kept) == (6, kept)
