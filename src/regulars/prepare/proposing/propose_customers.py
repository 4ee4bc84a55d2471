"""A first regulars.yaml for a table with one row a customer: what each column probably is, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from regulars.engine import Engine
from regulars.errors import DataRefused, SettingsError, SourceUnreadable, did_you_mean
from regulars.prepare.features.names import slug
from regulars.prepare.features.protected_words import protected
from regulars.prepare.proposing.guesses import Facts, Guess, Look, facts_of
from regulars.prepare.proposing.header_words import listed, says, strength
from regulars.prepare.proposing.init_command import Given, for_init
from regulars.prepare.proposing.init_dates import date_of
from regulars.prepare.proposing.proposal import comment, scalar
from regulars.prepare.proposing.propose import lone_table
from regulars.prepare.reading.csv_layout import delimiter_of
from regulars.prepare.reading.dates import DateReading
from regulars.prepare.reading.read import located, opened
from regulars.prepare.reading.retold import About
from regulars.settings import SCHEMA

TOTALS = {
    "recency_days": listed(
        "recency, recency days, days since last, days since purchase, days since order, days inactive, "
        "tage seit, jours depuis, dias desde, giorni da, dagen sinds"
    ),
    "last_order": listed(
        "last order, last purchase, last bought, last visit, last transaction, last sale, letzte bestellung, "
        "letzter kauf, derniere commande, dernier achat, ultimo pedido, ultima compra, ultimo ordine, "
        "laatste bestelling"
    ),
    "first_order": listed(
        "first order, first purchase, first bought, first transaction, customer since, erste bestellung, "
        "erster kauf, premiere commande, premier achat, primer pedido, primera compra, primo ordine, "
        "eerste bestelling"
    ),
    "orders": listed(
        "orders, number of orders, order count, orders count, total orders, purchases, purchase count, "
        "number of purchases, transactions, frequency, bestellungen, anzahl bestellungen, kaeufe, commandes, "
        "nombre commandes, pedidos, compras, ordini, acquisti, bestellingen"
    ),
    "spend": listed(
        "total spend, total spent, spend, spent, monetary, monetary value, revenue, total revenue, "
        "total amount, total sales, lifetime value, ltv, clv, turnover, umsatz, gesamtumsatz, "
        "chiffre affaires, montant total, total gastado, gasto total, importe total, spesa totale, omzet"
    ),
}  # fmt: skip
"""What headers call the totals of a customer; the first that fits takes the column."""
OUTCOMES = listed(
    "revenue, margin, profit, sales, spend, spent, value, ltv, clv, umsatz, gewinn, marge, churn, churned, "
    "average order, aov"
)
"""Headers of what follows from behaviour, and is to be explained by segments instead of making them."""
CODES = listed("id, no, nr, number, code, key, sku, phone, email, url, uuid, guid")
MANY = 50
"""A text with more values than this is no category that segments can be read by."""


@dataclass(frozen=True)
class OfCustomers:
    """What a table with one row a customer looks to be; as ``Proposal`` is of orders."""

    path: Path
    table: str | None
    delimiter: str
    encoding: str
    decimal_mark: str
    columns: tuple[Guess, ...]
    attributes: tuple[tuple[str, Guess, tuple[str, ...]], ...]
    """Name, column with its reason, and further settings as YAML, such as ``role: cause``."""
    dates: DateReading | None
    as_of: date | None
    """The day that the table is of, where no column says so."""
    notes: tuple[str, ...]


def propose_customers(
    path: Path, today: date, *, overrides: Mapping[str, str] | None = None, date_format: str | None = None,
    table: str | None = None, delimiter: str | None = None, encoding: str | None = None,
) -> OfCustomers:  # fmt: skip
    """Look at a table with one row a customer, and say what each column probably holds and why.

    The customer is the column that differs on every row; numbers are taken for causes, texts of a few
    values for attributes. ``overrides`` maps customer, spend, orders, recency_days, last_order, first_order,
    consent and opt_out to columns. Raises DataRefused where no column tells the rows apart, and what reading
    raises, with init's options as remedies.
    """
    given = Given(path, dict(overrides or {}), date_format, table, delimiter, encoding, customer_level=True)
    about = About("customers", "sources.customers")
    try:
        return _proposed(given, today)
    except (SourceUnreadable, SettingsError) as bad:
        raise about.error(for_init(bad)) from bad
    except DataRefused as bad:
        raise about.error(bad) from bad


def _look(given: Given, path: Path, engine: Engine) -> Look:
    encoding = given.encoding or "utf-8"
    delimiter = given.delimiter or delimiter_of(path, encoding)
    source = opened(
        path, engine, table=given.table or lone_table(path, given, engine), delimiter=delimiter,
        encoding=encoding,
    )  # fmt: skip
    columns = tuple(column for column in source.columns if column.name)
    source.stage(columns, mark_repeats=False)
    return Look(given, source, engine, facts_of(columns, engine))


def _proposed(given: Given, today: date) -> OfCustomers:
    path = located(str(given.path), Path())
    encoding = given.encoding or "utf-8"
    with Engine() as engine:
        look = _look(given, path, engine)
        _refuse_unknown(look)
        found = {"customer": _customer(look, given.columns)}
        for meaning in (*TOTALS, "consent", "opt_out"):
            guess = _guess(look, meaning, {each.column for each in found.values()})
            if guess and not (meaning == "last_order" and "recency_days" in found):
                found[meaning] = guess
        day = found.get("last_order") or found.get("first_order")
        read = date_of(look, look.facts[day.column].column, given.date_format, today)[0] if day else None
        attributes, notes = _attributes(look, {each.column for each in found.values()})
        numbers = [look.facts[name] for name in look.facts if look.facts[name].is_number]
        return OfCustomers(
            given.path,
            given.table or lone_table(path, given, engine),
            given.delimiter or delimiter_of(path, encoding),
            encoding,
            "," if any(each.decimal_comma for each in numbers) else ".",
            tuple(found.values()),
            attributes,
            read,
            None if "last_order" in found else today,
            notes,
        )


def _refuse_unknown(look: Look) -> None:
    known = ["customer", *TOTALS, "consent", "opt_out"]
    faults = [f"no meaning {m!r}.{did_you_mean(m, known)}" for m in look.given.columns if m not in known]
    names = list(look.facts)
    faults += [
        f"no column {name!r:.80} for {meaning}.{did_you_mean(name, names)[:120]}"
        for meaning, name in look.given.columns.items()
        if name not in names
    ]
    if faults:
        shown = ", ".join(f"{name!r:.40}" for name in names[:20])
        raise SettingsError(look.source.title, " ".join(faults), f"The columns are {shown}.")


def _customer(look: Look, chosen: Mapping[str, str]) -> Guess:
    """The column that tells the rows apart. Raises DataRefused where there is none."""
    if "customer" in chosen:
        return Guess("customer", chosen["customer"], "you said so")
    unique = [
        name for name, each in look.facts.items()
        if each.is_code and not each.blank and each.distinct == each.filled
    ]  # fmt: skip
    best = sorted(unique, key=lambda name: -strength(name, "customer")[0])
    if not best or not strength(best[0], "customer")[0]:
        called = [name for name in look.facts if strength(name, "customer")[0]]
        raise DataRefused(
            f"{look.source.title}, the column of the customer",
            "no column that is called so differs on every row",
            "Say which it is; rows that list a customer again are accounted for by the study.",
            next_command=look.given.command("--customer", (*called, *best, *look.facts)[0]),
        )
    return Guess("customer", best[0], "the header says so, and it differs on every row")


def _guess(look: Look, meaning: str, taken: set[str]) -> Guess | None:
    if meaning in look.given.columns:
        return Guess(meaning, look.given.columns[meaning], "you said so")
    for name, facts in look.facts.items():
        if name not in taken and _could_be(meaning, name, facts):
            return Guess(meaning, name, "the header says so and the values fit")
    return None


def _could_be(meaning: str, name: str, facts: Facts) -> bool:
    if meaning in ("consent", "opt_out"):
        return strength(name, meaning)[0] > 0 and (facts.is_date or facts.distinct <= 10)
    fits = facts.is_date if meaning in ("last_order", "first_order") else facts.is_number
    return fits and says(name, TOTALS[meaning])


def _attributes(
    look: Look, taken: set[str]
) -> tuple[tuple[tuple[str, Guess, tuple[str, ...]], ...], tuple[str, ...]]:
    """The other columns as attributes, and which are left out and why."""
    made: list[tuple[str, Guess, tuple[str, ...]]] = []
    notes = []
    for name, facts in look.facts.items():
        if name in taken:
            continue
        if why := _no_attribute(facts):
            notes.append(f"{name!r:.60} is left out: {why}")
            continue
        called = slug("" if name[:1].isalpha() else "a_", name, [each for each, *_ in made])
        said, further = _kind(name, facts)
        if reason := protected(name):
            said += f"; protected, for {reason}: no method uses it unless its allow_protected says why"
        made.append((called, Guess(called, name, said), further))
    return tuple(made), tuple(notes)


def _no_attribute(facts: Facts) -> str:
    if not facts.filled:
        return "every cell is blank"
    if facts.is_date:
        return "dates are no attributes"
    if not facts.is_number and facts.distinct > MANY:
        return f"{facts.distinct:,} different texts are no categories"
    if facts.distinct == 1:
        return "it is the same for everybody"
    return ""


def _kind(name: str, facts: Facts) -> tuple[str, tuple[str, ...]]:
    """Why a column is taken for what it is, and the settings that say so."""
    is_code = says(name, CODES) or strength(name, "category")[0] > 0
    if facts.is_number and not is_code:
        if says(name, OUTCOMES):
            return "numbers; the header says that it follows from behaviour", ("unit: ratio", "role: outcome")
        return "numbers; taken for what customers do", ("unit: ratio", "role: cause")
    if facts.is_number:
        return f"{facts.distinct:,} codes", ("unit: category",)
    return f"{facts.distinct:,} different texts", ("unit: category",)


def as_yaml(proposal: OfCustomers, name: str) -> str:
    """The proposal as a regulars.yaml with every guess explained in a comment; ``settings.load`` takes it."""
    lines = [f"schema: {SCHEMA}", f"name: {scalar(name)}", 'currency: "XXX"  # none, until you name it']
    if proposal.as_of:
        lines.append(
            f"as_of: {proposal.as_of.isoformat()}  # the day that the table is of: mend it if it is older"
        )
    lines += [f"# {comment(note)}" for note in proposal.notes]
    lines += ["sources:", "  customers:", f"    path: {scalar(proposal.path.as_posix())}"]
    lines += [f"    {each}" for each in _how_written(proposal)]
    lines.append("    columns:")
    lines += [
        f"      {each.meaning}: {scalar(each.column)}  # {comment(each.why)}" for each in proposal.columns
    ]
    lines += ["    attributes:"] if proposal.attributes else []
    for called, guess, further in proposal.attributes:
        said = ", ".join([f"column: {scalar(guess.column)}", *further])
        lines.append(f"      {called}: {{{said}}}  # {comment(guess.why)}")
    return "\n".join([*lines, *_segmentations(proposal)]) + "\n"


def _how_written(proposal: OfCustomers) -> Sequence[str]:
    said = [f"table: {scalar(proposal.table)}"] if proposal.table else []
    if proposal.dates:
        said.append(f"date_format: {scalar(proposal.dates.format)}  # {comment(proposal.dates.told)}")
    given = {"delimiter": (proposal.delimiter, ","), "decimal_mark": (proposal.decimal_mark, "."),
             "encoding": (proposal.encoding, "utf-8")}  # fmt: skip
    return [
        *said,
        *(f"{each}: {scalar(chosen)}" for each, (chosen, usual) in given.items() if chosen != usual),
    ]


def _segmentations(proposal: OfCustomers) -> Sequence[str]:
    """What this table can carry: rfm needs to know of recency and orders, clusters of causes."""
    there = {each.meaning for each in proposal.columns}
    said = ["segmentations:"]
    if "orders" in there and {"recency_days", "last_order"} & there:
        said.append("  rfm: {method: rfm}")
    causes = [called for called, _, further in proposal.attributes if "role: cause" in further]
    if causes or len(said) == 1:
        said.append("  behaviour: {method: kmeans}")
    return said
