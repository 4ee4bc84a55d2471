"""What the page stands on: the ledger of rows, the definitions, and where everything came from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from markupsafe import Markup

from regulars.figures import money, written
from regulars.publish.charts import bars
from regulars.publish.marks import Mark
from regulars.types import Example, Ledger, Segmentation, SetAside, SourceLedger, Study

REASONS = {
    "ragged_row": "Broken row", "missing_date": "No date", "unreadable_date": "Unreadable date",
    "unreadable_number": "Unreadable number", "after_as_of": "Later than this study",
    "missing_customer": "No customer id", "opted_out": "Opted out", "consent_unknown": "Consent unknown",
    "test_row": "Test row", "exact_duplicate": "Repeated row", "not_a_product": "Not a product",
    "negative_price": "Price below zero", "zero_value": "Worth nothing", "return": "Return",
    "customer_without_sale": "Customer without a purchase", "net_spend_not_positive": "Nothing left, net",
    "outlier": "Unusually large amount",
}  # fmt: skip
"""What people call a reason; its code stands beside it. One not listed here is its code in words."""
TOTALS = {
    "customers": "Customers", "orders": "Orders", "lines": "Order lines", "returns": "Return lines",
    "sales": "Sales", "value": "Net of returns", "customers_without_sale": "Customers with returns only",
    "customers_net_not_positive": "Customers with nothing left, net",
}  # fmt: skip
_AMOUNTS = ("sales", "value")
_TONES = 6


@dataclass(frozen=True)
class Reason:
    """Rows of one reason: name and code, meaning, how many, what share of all, and where examples stand."""

    name: str
    code: str
    meaning: str
    rows: str
    share: str
    examples: str
    tone: str = ""


@dataclass(frozen=True)
class Account:
    """One source, as the ledger card shows it."""

    name: str
    rows_in: str
    rows_kept: str
    kept_share: str
    set_aside: str
    adds_up: bool
    bar: Markup
    place: str
    """What the examples' numbers count: lines of the file, or rows where it has no lines."""
    reasons: list[Reason]
    flagged: list[Reason]


@dataclass(frozen=True)
class Rule:
    name: str
    mark: Mark
    meaning: str
    rule: str


def account(source: SourceLedger) -> Account:
    """A source's rows: in, kept, and set aside for each reason."""
    whole = source.rows_in or 1
    toned = [(s, f"a{1 + i % _TONES}") for i, s in enumerate(source.set_aside)]
    by_line = _has_lines(source)
    parts = ((source.rows_kept, "kept"), *((s.rows, tone) for s, tone in toned))
    return Account(
        source.name,
        written(source.rows_in, "count"),
        written(source.rows_kept, "count"),
        _share(source.rows_kept, whole),
        written(source.rows_in - source.rows_kept, "count"),
        source.adds_up,
        bars.parts([(100.0 * rows / whole, tone) for rows, tone in parts], 18),
        "Line" if by_line else "Row",
        [_reason(s, whole, by_line, tone) for s, tone in toned],
        [_reason(s, whole, by_line) for s in source.flagged],
    )


def totals(ledger: Ledger, currency: str | None) -> list[tuple[str, str]]:
    """What is left after cleaning, in words; a value is written in the study's currency."""
    return [
        (TOTALS.get(name, name.replace("_", " ").capitalize()), _total(name, value, currency))
        for name, value in ledger.totals.items()
        if value is not None
    ]


def rules(segmentation: Segmentation, marks: dict[str, Mark]) -> list[Rule]:
    """Each segment's rule in words, from the definition that places every customer."""
    defined = {s["id"]: s for s in segmentation.definition.get("segments", [])}
    return [_rule(s.name, marks[s.id], defined.get(s.id, {})) for s in segmentation.profile.segments]


def _rule(name: str, mark: Mark, defined: Mapping[str, Any]) -> Rule:
    meaning = str(defined.get("meaning") or "")
    return Rule(
        name,
        mark,
        f"{meaning[:1].upper()}{meaning[1:]}." if meaning else "",
        str(defined.get("rule") or "No rule in words is kept."),
    )


def legend(segmentation: Segmentation) -> list[str]:
    """What the words of the rules mean (score bands, scales), line by line."""
    return [str(line) for line in segmentation.definition.get("legend", [])]


def inputs(study: Study) -> list[tuple[str, str, str]]:
    """Each input's name, size and digest, whatever shape the manifest lists them in."""
    given = study.manifest.get("inputs", [])
    each: Iterable[Any] = given if isinstance(given, list) else _named(given)
    return [(str(i.get("name", "")), _size(i.get("size_bytes")), str(i.get("sha256", ""))) for i in each]


def files(study: Study) -> list[tuple[str, str]]:
    """The run's own files and their digests."""
    given = study.manifest.get("files", {})
    return sorted((str(path), str(digest)) for path, digest in given.items())


def _named(given: Any) -> Iterable[dict[str, Any]]:
    for name, content in given.items():
        yield {"name": name, **content} if isinstance(content, dict) else {"name": name, "sha256": content}


def _has_lines(source: SourceLedger) -> bool:
    """Whether each example has a line; every one has its row."""
    given = [e for s in (*source.set_aside, *source.flagged) for e in s.examples]
    return bool(given) and all(e.line is not None for e in given)


def _reason(given: SetAside, whole: int, by_line: bool, tone: str = "") -> Reason:
    examples = "; ".join(_example(e, by_line) for e in given.examples[:3])
    rows = written(given.rows, "count")
    code, share = given.reason, _share(given.rows, whole)
    in_words = code.replace("_", " ")
    name = REASONS.get(code, in_words[:1].upper() + in_words[1:])
    return Reason(name, code, given.meaning, rows, share, examples, tone)


def _example(example: Example, by_line: bool) -> str:
    place = written(example.line if by_line else example.record, "count")
    return place if example.value is None else f"{place}: “{example.value[:60]}”"


def _share(rows: int, whole: int) -> str:
    share = 100.0 * rows / whole
    return "under 0.1%" if 0 < share < 0.05 else written(share, "percent")


def _total(name: str, value: Any, currency: str | None) -> str:
    if name in _AMOUNTS and currency:
        try:
            return money(Decimal(str(value)), currency)
        except InvalidOperation:
            return str(value)
    return written(value, "count") if isinstance(value, int | float) else str(value)


def _size(size: Any) -> str:
    if not isinstance(size, int):
        return ""
    for unit, bytes_ in (("MB", 1_000_000), ("kB", 1_000)):
        if size >= bytes_:
            return f"{size / bytes_:,.1f} {unit}"
    return f"{size} bytes"
