"""Words made of what the data has."""

from __future__ import annotations

import pytest

from regulars.prepare.features.category_shares import category_shares
from regulars.prepare.features.names import as_word


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("GROCERY", "Grocery"), ("COFFEE & TEA", "Coffee & tea"), ("DRUG GM", "Drug GM"), ("B2B", "B2B"),
        ("USB", "USB"), ("iPhone cases", "iPhone cases"), ("Tea", "Tea"), ("CAFÉ ÉTÉ", "Café été"), ("", ""),
        ("123", "123"), ("茶", "茶"),
    ],
)  # fmt: skip
def test_a_shouted_category_reads_as_text_inside_a_name(text: str, word: str) -> None:
    assert as_word(text) == word


def test_a_share_is_labelled_as_the_data_has_it_and_named_as_text() -> None:
    feature = category_shares(["GROCERY"])["GROCERY"]
    assert (feature.label, feature.high, feature.low) == (
        "Share of GROCERY",
        "Grocery-heavy",
        "Grocery-light",
    )
