"""Names of features of the user's own: those that cannot be, and safe ones made of any text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

from regulars.prepare.features.catalogue import FAMILIES


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


COLUMNS = _words(
    "customer_id segment_id segment_name probability definition as_of r_score f_score m_score rfm_score"
)
"""Columns of the tables that stand beside the features."""
FIGURES = _words(
    "customers customer_share revenue revenue_share revenue_per_customer aov orders_per_customer repeat_rate"
)
"""Figures of a profile that are no features."""
CONDITIONS = _words("and or not between is null unknown in top bottom by percent min max abs ln1p")
"""Words and functions of conditions and formulas."""
SQL = _words(
    """
    account aes128 all alter analyse analyze and anti any array as asc asymmetric at authorization backup
    between binary both by bytedict case cast check collate collation column concurrently connect connection
    constraint contains create credentials cross cube current current_catalog current_date current_path
    current_role current_schema current_time current_timestamp current_user database deallocate default
    deferrable define deflate delete delta desc describe disable distinct do drop else emptyasnull enable
    encode encrypt end enum escape except exclude execute exists explicit extract false fetch filter
    following for foreign freeze from full globaldict grant group grouping groups hash having identity if
    ignore ilike in increment initially inner insert intersect interval into is isnull issue join lambda
    language lateral leading left like limit listagg localtime localtimestamp lookup lzo lzop merge minus
    mostly natural new no normalize not notnull null nulls of offline offset oid old on only open or order
    organization outer over overlaps parallel partition percent permissions pivot pivot_longer pivot_wider
    placing preceding prepare primary proto qualify range raw readratio recover recursive references regexp
    rejectlog resort respect restore returning revoke right rlike rollup row rows sample schema select semi
    session_user set show similar skip snapshot some start struct summarize symmetric sysdate system
    system_user table tablesample tag tdes text then time timestamp to top trailing treat trigger trim true
    truncatecolumns try_cast uescape unbounded union unique unknown unnest unpivot update user using values
    variadic verbose view wallet when whenever where window with within without
    """
)
"""Words that one of the warehouses keeps for itself."""
MEASURED = frozenset(feature.name for family in FAMILIES for feature in family.features)


def why_not(name: str) -> str:
    """Why no feature of the user's own can have that name; empty where it can."""
    if name in MEASURED:
        return "is a feature that is measured already"
    if name in COLUMNS | FIGURES:
        return "is a figure or column of the results already"
    if name in CONDITIONS:
        return "is a word of conditions and formulas"
    return "is a word of SQL" if name in SQL else ""


LONGEST = 40
"""Characters in a name, and in a label made of data: more would be cut off in a chart or a warehouse."""
SHORT = 4
"""Capitals alone, up to so many, are taken for an abbreviation."""
_VOWEL = re.compile("[AEIOUYÀ-ÖØ-Ý]")


def slug(prefix: str, text: str, taken: Collection[str]) -> str:
    """A name of small letters, digits and ``_`` for any text, unlike all that are taken.

    >>> slug("share_of_", "Café & Thé", ()), slug("share_of_", "茶", ["share_of_other"])
    ('share_of_cafe_the', 'share_of_other_2')
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    room = LONGEST - len(prefix) - len("_99")
    first = prefix + (re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:room].strip("_") or "other")
    name, nth = first, 1
    while name in taken or why_not(name):
        nth += 1
        name = f"{first}_{nth}"
    return name


def as_word(text: str) -> str:
    """A label as it reads inside a name: "COFFEE & TEA" is "Coffee & tea"; one with small letters, and what
    has no vowel ("GM") or no more than four letters ("USB", "B2B"), stays as it is."""
    if text != text.upper() or sum(map(str.isalpha, text)) <= SHORT:
        return text
    lowered = re.sub(r"[^\W\d_]+", lambda word: word[0].lower() if _VOWEL.search(word[0]) else word[0], text)
    return lowered[:1].upper() + lowered[1:]


def shown(text: str) -> str:
    """Any text on one line, short enough for a label."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"
