"""Prints the table of features that docs/features.md shows: run it when the catalogue has changed.

python tools/feature_table.py
"""

from __future__ import annotations

from collections.abc import Iterator

from regulars.prepare.features.catalogue import FAMILIES


def lines() -> Iterator[str]:
    """The lines of the table, a feature each, in the catalogue's order."""
    yield "| feature | unit | role | what it means | left out where |"
    yield "|---|---|---|---|---|"
    for family in FAMILIES:
        for each in family.features:
            yield f"| `{each.name}` | {each.unit} | {each.role} | {each.meaning} | {family.lacking or '–'} |"


if __name__ == "__main__":
    print("\n".join(lines()))
