"""What init makes of a table with one row a customer: every guess explained, and settings that run."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tests.prepare.orders import TODAY
from tests.prepare.test_customer_level import book

from regulars.app.study import run
from regulars.app.work import Asked
from regulars.app.workspace import Workspace
from regulars.errors import DataRefused, SettingsError, SourceUnreadable
from regulars.prepare.proposing.propose import propose
from regulars.prepare.proposing.propose_customers import as_yaml, propose_customers
from regulars.settings import load

HEADERS = {"id": "Kundennummer", "total": "Total Spend", "times": "Number of orders", "last": "last_purchase",
           "stop": "unsubscribed", "logins": "Logins", "plan": "plan", "tickets": "Store No"}  # fmt: skip


def table(folder: Path) -> Path:
    frame = book().rename(columns=HEADERS).assign(joined="2020-01-01", note=[f"n{n}" for n in range(151)])
    frame.to_csv(folder / "kunden.csv", index=False, sep=";")
    return folder / "kunden.csv"


def test_the_proposal_runs_as_it_stands_and_says_why(tmp_path) -> None:
    proposal = propose_customers(table(tmp_path), TODAY)
    assert {each.meaning: each.column for each in proposal.columns} == {
        "customer": "Kundennummer", "last_order": "last_purchase", "orders": "Number of orders",
        "spend": "Total Spend", "opt_out": "unsubscribed",
    }  # fmt: skip
    made = {called: (guess.column, further) for called, guess, further in proposal.attributes}
    assert made == {
        "logins": ("Logins", ("unit: ratio", "role: cause")),
        "store_no": ("Store No", ("unit: category",)),
        "plan": ("plan", ("unit: category",)),
        "age": ("age", ("unit: ratio", "role: cause")),
    }
    assert [note.partition(":")[0] for note in proposal.notes] == [
        "'joined' is left out", "'note' is left out",
    ]  # fmt: skip
    (tmp_path / "regulars.yaml").write_text(as_yaml(proposal, "Kunden"), encoding="utf-8")
    assert "protected, for it says a person's age" in (tmp_path / "regulars.yaml").read_text("utf-8")
    ran = run(load(tmp_path / "regulars.yaml"), Workspace(tmp_path), Asked(today=TODAY))
    assert ran.study.ledger.totals["customers"] == 150
    assert [each.name for each in ran.study.segmentations] == ["rfm", "behaviour"]
    assert ran.study.manifest["as_of"] == "2024-06-18"


def test_a_table_without_dates_is_of_today_until_somebody_says_otherwise(tmp_path) -> None:
    book().drop(columns=["last", "times"]).to_csv(tmp_path / "c.csv", index=False)
    proposal = propose_customers(tmp_path / "c.csv", date(2024, 7, 1), overrides={"spend": "total"})
    written = as_yaml(proposal, "C")
    assert "as_of: 2024-07-01" in written
    assert "rfm" not in written
    (tmp_path / "regulars.yaml").write_text(written, encoding="utf-8")
    assert load(tmp_path / "regulars.yaml").as_of == date(2024, 7, 1)


def test_a_table_that_lists_nobody_once_is_refused_with_the_command_to_give(tmp_path) -> None:
    (tmp_path / "c.csv").write_text("id,x\na,1\na,2\n")
    with pytest.raises(DataRefused, match="customers file .* differs on every row") as refused:
        propose_customers(tmp_path / "c.csv", TODAY)
    assert "--customer-level --customer id" in str(refused.value.next_command)


def test_what_is_no_table_or_no_meaning_is_refused(tmp_path) -> None:
    with pytest.raises(SourceUnreadable, match="customers file .*no such file"):
        propose_customers(tmp_path / "none.csv", TODAY)
    with pytest.raises(SettingsError, match="no meaning 'spent'. Did you mean 'spend'?"):
        propose_customers(table(tmp_path), TODAY, overrides={"spent": "Total Spend"})


def test_init_without_dates_names_the_option(tmp_path) -> None:
    (tmp_path / "c.csv").write_text("customer_id,logins\n" + "".join(f"c{n},{n % 7}\n" for n in range(30)))
    with pytest.raises(DataRefused, match="one row a customer and no orders is taken with --customer-level"):
        propose(tmp_path / "c.csv", TODAY)
