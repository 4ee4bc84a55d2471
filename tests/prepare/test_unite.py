"""Several tables of orders as one, and several ids of a customer as one, through the whole way."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.prepare.orders import TODAY

from regulars.app.study import check, run
from regulars.app.work import Asked
from regulars.app.workspace import Workspace
from regulars.engine import Engine
from regulars.errors import RegularsError, SettingsError, SourceUnreadable
from regulars.prepare.clean import clean
from regulars.prepare.reading.side_tables import read_beside
from regulars.prepare.reading.unite import read_orders, settle_identities
from regulars.settings import Settings, parse

SHOP = "order,client,day,paid\n1,ann,2024-06-01,10\nC2,ann,2024-06-02,-10\n3,ben,2024-06-03,5\n"
WEB = "nr;kunde;tag;betrag\n1;A-7;01.06.2024;1,50\n2;B-8;02.06.2024;7,00\n2;B-8;02.06.2024;7,00\n"
TILL = "card,day,paid\nx1,2024-06-01,3\nx1,2024-06-01,4\n"
MAP = (
    "where,id,who\nweb,A-7,ann\nweb,B-8,ben\nweb,Z-1,cleo\n,x1,ann\n,x1,ann\nweb,D,ann\nweb,D,ben\n"
    "moon,E,ann\n"
)


def settings(*shops: dict[str, Any], **sources: Any) -> Settings:
    said = {"orders": list(shops), **sources}
    return parse({"schema": "regulars/1", "sources": said, "cleaning": {"cancellation_prefix": "C"}}, "tests")


def shop(name: str, columns: dict[str, str], **others: Any) -> dict[str, Any]:
    return {"name": name, "path": f"{name}.csv", "date_format": "%Y-%m-%d", "columns": columns, **others}


SHOPS = (
    shop("shop", {"customer": "client", "time": "day", "order": "order", "amount": "paid"}),
    shop(
        "web", {"customer": "kunde", "time": "tag", "order": "nr", "amount": "betrag"},
        date_format="%d.%m.%Y", delimiter=";", decimal_mark=",",
    ),
    shop("till", {"customer": "card", "time": "day", "amount": "paid"}),
)  # fmt: skip
IDENTITIES = {"path": "map.csv", "columns": {"source": "where", "from": "id", "customer": "who"}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in {"shop": SHOP, "web": WEB, "till": TILL, "map": MAP}.items():
        (tmp_path / f"{name}.csv").write_text(text)
    return tmp_path


@pytest.fixture
def engine():
    with Engine(threads=1) as made:
        yield made


def united(engine: Engine, folder: Path, chosen: Settings) -> Any:
    beside = {
        name: read_beside(name, layout, folder, engine, timezone="UTC", blank_opt_out="opted_out")
        for name, layout in chosen.sources.beside.items()
    }
    if beside:
        settle_identities(engine, ["shop", "web", "till"])
    read = read_orders(chosen, folder, engine, {}, beside.get("identities"))
    return clean(engine, read, chosen, date(2024, 6, 30), TODAY, beside)


def test_each_table_has_its_own_account_with_its_own_lines(engine, folder) -> None:
    result = united(engine, folder, settings(*SHOPS))
    told = {
        each.name: (each.rows_in, each.rows_kept, {s.reason: s.examples for s in each.set_aside})
        for each in result.ledger.sources
    }
    assert all(each.adds_up for each in result.ledger.sources)
    assert {name: rows[:2] for name, rows in told.items()} == {"shop": (3, 3), "web": (3, 2), "till": (2, 2)}
    (repeat,) = told["web"][2]["exact_duplicate"]
    assert (repeat.record, repeat.line) == (3, 4)


def test_orders_of_two_tables_with_one_number_are_two_orders(engine, folder) -> None:
    united(engine, folder, settings(*SHOPS, identities=IDENTITIES))
    assert engine.rows(
        "select customer_id, order_id, is_return, cast(amount as double) from orders order by 1, 2, 3"
    ) == [
        ("ann", "1 · shop", False, 10.0), ("ann", "1 · web", False, 1.5),
        ("ann", "2024-06-01 · till", False, 7.0), ("ann", "C2 · shop", True, -10.0),
        ("ben", "2 · web", False, 7.0), ("ben", "3 · shop", False, 5.0),
    ]  # fmt: skip


def test_ids_that_are_mapped_twice_or_not_at_all_stay_as_they_are_and_are_told(engine, folder) -> None:
    (folder / "web.csv").write_text(WEB + "3;D;02.06.2024;1,00\n4;Q;02.06.2024;1,00\n")
    chosen = settings(*SHOPS, identities=IDENTITIES)
    result = united(engine, folder, chosen)
    assert {"D", "Q"} <= {who for (who,) in engine.rows("select customer_id from orders")}
    (of_map,) = [each for each in result.ledger.sources if each.name == "identities"]
    assert of_map.adds_up
    assert {s.reason: s.rows for s in of_map.set_aside} == {
        "mapped_twice": 2, "listed_again": 1, "unknown_source": 1,
    }  # fmt: skip


def test_the_order_of_the_tables_moves_no_customer(engine, folder) -> None:
    totals = []
    for shops in (SHOPS, SHOPS[::-1]):
        united(engine, folder, settings(*shops, identities=IDENTITIES))
        totals.append(engine.rows("select * from orders order by customer_id, order_id, is_return"))
    assert totals[0] == totals[1]


def test_a_run_names_every_table_among_its_inputs_and_says_what_the_map_lacks(folder) -> None:
    chosen = settings(*SHOPS, identities=IDENTITIES)
    chosen = chosen.model_copy(update={"readiness": chosen.readiness.model_copy(update={"override": True})})
    ran = run(chosen, Workspace(folder), Asked(today=TODAY))
    assert [each["name"] for each in ran.study.manifest["inputs"]] == ["shop", "web", "till", "identities"]
    (told,) = [each for each in ran.study.findings if "not in the identities" in each.what]
    assert (told.where, told.what.startswith("Of the 2 customer ids of shop, 2 are")) == ("ledger.shop", True)


def test_a_refusal_names_the_table_of_orders_that_is_meant(folder) -> None:
    (folder / "web.csv").unlink()
    with pytest.raises(SourceUnreadable, match=r"web file .*no such file.*Set sources\.orders\.1\.path"):
        check(settings(*SHOPS), Workspace(folder), Asked(today=TODAY))


@pytest.mark.parametrize(
    ("shops", "told"),
    [
        ((SHOPS[0], SHOPS[0]), "each table of orders needs a name of its own"),
        ((), "each table of orders needs a name of its own"),
        (({**SHOPS[0], "name": "products"},), "and none of identities, products"),
        (({**SHOPS[0], "columns": {"customer": "a", "time": "b"}}, SHOPS[1]), "some have none"),
        (({**SHOPS[0], "delimitr": ";"}, SHOPS[1]), "sources.orders.0.delimitr: .*Did you mean 'delimiter'"),
    ],
)
def test_tables_of_orders_are_told_apart_and_say_alike_what_they_are_worth(shops, told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        settings(*shops)


def test_one_table_is_a_mapping_or_a_list_of_one(engine, folder) -> None:
    listed = settings(SHOPS[0])
    plain = parse({"schema": "regulars/1", "sources": {"orders": SHOPS[0]}}, "tests")
    assert listed.sources.shops == plain.sources.shops


def test_a_mistake_in_the_only_table_is_told_without_a_number() -> None:
    with pytest.raises(RegularsError, match=r"sources\.orders\.columns\.time: Field required"):
        parse({"schema": "regulars/1", "sources": {"orders": {"columns": {"customer": "a"}}}}, "tests")
