"""Attributes of customers: what kind of feature each becomes, and which are protected."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.prepare.orders import AS_OF, line
from tests.prepare.test_side_tables import aside, cleaned, read_text, with_table

from regulars.engine import Engine
from regulars.errors import SettingsError
from regulars.prepare.features.attributes import attribute_families, doubts
from regulars.prepare.features.protected_words import protected
from regulars.prepare.features.table import make_features
from regulars.types import Feature


@pytest.fixture
def engine():
    with Engine(threads=1) as made:
        yield made


BUYERS = ("ann", "ben", "cleo", "dan")


def made(engine: Engine, folder: Path, text: str, attributes: dict[str, Any]) -> dict[str, Feature]:
    """The features of ann, ben, cleo and dan, in the table ``features``, with these attributes."""
    chosen = with_table("customers", columns={"customer": "id"}, attributes=attributes)
    side = read_text(engine, folder, "customers", text, chosen)
    cleaned(engine, [line(who, "2024-06-01", 5) for who in BUYERS], chosen, {"customers": side})
    families = attribute_families(chosen.sources.customers, engine.kinds("customers"))
    found = make_features(engine, chosen.sources.orders.columns, AS_OF, beside=families)
    return {each.name: each for each in found.features}


def values(engine: Engine, name: str) -> list[Any]:
    return [value for (value,) in engine.rows(f"select {name} from features order by customer_id")]


@pytest.mark.parametrize(
    ("cells", "said", "unit", "kind", "expected"),
    [
        (("3", "4", ""), {}, "ratio", "BIGINT", [3, 4, None, None]),
        (("3.5", "4", ""), {}, "ratio", "DOUBLE", [3.5, 4.0, None, None]),
        (("3", "many", "4"), {}, "category", "VARCHAR", ["3", "many", "4", None]),
        (("007", "012", "100"), {}, "category", "VARCHAR", ["007", "012", "100", None]),
        (("3", "many", "4"), {"unit": "count"}, "count", "BIGINT", [3, None, 4, None]),
        (("3", "4", "5"), {"unit": "category"}, "category", "VARCHAR", ["3", "4", "5", None]),
        (("gold", " gold ", ""), {}, "category", "VARCHAR", ["gold", "gold", None, None]),
    ],
)
def test_a_column_of_numbers_is_a_number_and_any_other_a_category(
    engine, tmp_path, cells, said, unit, kind, expected
) -> None:
    text = "id,x\n" + "".join(f"{who},{cell}\n" for who, cell in zip(BUYERS, cells, strict=False))
    found = made(engine, tmp_path, text, {"size": {"column": "x", **said}})
    assert (found["size"].unit, found["size"].role) == (unit, "attribute")
    assert engine.kinds("features")["size"] == kind
    assert values(engine, "size") == expected


def test_who_is_listed_twice_has_what_both_rows_agree_on(engine, tmp_path) -> None:
    text = "id,x,y\nann,gold,1\nann,silver,1\nben,gold,2\nben,,2\nzoe,gold,3\n"
    chosen = with_table("customers", columns={"customer": "id"}, attributes={"tier": "x", "seats": "y"})
    side = read_text(engine, tmp_path, "customers", text, chosen)
    result = cleaned(engine, [line(who, "2024-06-01", 5) for who in BUYERS], chosen, {"customers": side})
    assert engine.rows("select customer_id, tier, seats from customers order by 1") == [
        ("ann", None, 1), ("ben", "gold", 2),
    ]  # fmt: skip
    assert aside(result, "customers") == {
        "listed_otherwise": 1, "listed_again": 1, "customer_without_orders": 1,
    }  # fmt: skip
    (told,) = [each for each in doubts(chosen.sources.customers, engine) if each.where == "sources.customers"]
    assert "has 2 of the 4 customers" in told.what


@pytest.mark.parametrize(
    "header",
    ["age", "AgeGroup", "Geburtsdatum", "date_of_birth", "Geschlecht", "sexe", "Anrede", "first name",
     "Nachname", "religion", "Ethnicity", "Nationalität", "mother_tongue", "Disability", "marital_status",
     "État civil", "kids_count", "household_comp", "ZIP", "Postleitzahl",
     "código postal", "schwanger", "leeftijd"],
)  # fmt: skip
def test_protected_attributes_and_their_proxies_are_told_by_their_headers(header: str) -> None:
    assert protected(header)


@pytest.mark.parametrize(
    "header",
    ["income", "home_ownership", "region", "country", "industry", "plan", "account_age", "job title",
     "page_views", "usage", "packages", "company name", "tickets", "message_count", "sextant"],
)  # fmt: skip
def test_other_headers_are_free(header: str) -> None:
    assert not protected(header)


def test_a_user_may_protect_more_and_release_with_a_reason_on_record(engine, tmp_path) -> None:
    attributes = {
        "district": {"column": "d", "protected": "districts here are split by income"},
        "generation": {"column": "g", "not_protected": "the generation of the device"},
        "years": {"column": "age"},
    }
    found = made(engine, tmp_path, "id,d,g,age\nann,north,2,40\n", attributes)
    assert found["district"].protected == "districts here are split by income"
    assert found["generation"].protected == ""
    assert found["years"].protected == "it says a person's age"
    chosen = with_table("customers", columns={"customer": "id"}, attributes=attributes)
    (told,) = [each for each in doubts(chosen.sources.customers, engine) if "generation" in each.where]
    assert "for this reason: the generation of the device" in told.what


def test_protected_and_not_protected_at_once_is_refused() -> None:
    said = {"column": "x", "protected": "a", "not_protected": "b"}
    with pytest.raises(SettingsError, match="protected and not_protected contradict one another"):
        with_table("customers", columns={"customer": "id"}, attributes={"x": said})


@pytest.mark.parametrize(
    ("name", "told"),
    [("spend", "measured already"), ("group", "a word of SQL"), ("segment_id", "column of the results")],
)
def test_an_attribute_cannot_have_a_name_that_means_something_else(name: str, told: str) -> None:
    chosen = with_table("customers", columns={"customer": "id"}, attributes={name: "x"})
    with pytest.raises(SettingsError, match=f"sources.customers.attributes: {name} .*{told}"):
        attribute_families(chosen.sources.customers)


def test_a_text_that_tells_everybody_apart_is_doubted(engine, tmp_path) -> None:
    chosen = with_table("customers", columns={"customer": "id"}, attributes={"tag_of": "x"})
    who = [f"c{n}" for n in range(60)]
    side = read_text(engine, tmp_path, "customers", "id,x\n" + "".join(f"{w},{w}\n" for w in who), chosen)
    cleaned(engine, [line(each, "2024-06-01", 5) for each in who], chosen, {"customers": side})
    (told,) = doubts(chosen.sources.customers, engine)
    assert "60 different values in 60 customers" in told.what


@pytest.mark.parametrize(("cell", "told"), [("12345678901", "an identifier?")])
def test_numbers_too_large_to_compare_are_refused(engine, tmp_path, cell: str, told: str) -> None:
    with pytest.raises(SettingsError, match=rf"sources.customers.attributes.size: .*{told}"):
        made(engine, tmp_path, f"id,x\nann,{cell}\n", {"size": "x"})
