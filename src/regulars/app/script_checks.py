"""The queries at the end of a script: what the segments are like, and whether everything adds up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlglot import exp

from regulars.engine import literal
from regulars.engine.steps import parse


def profile(features: Sequence[str], source: str, assignments: str) -> exp.Query:
    """One row a segment, largest first: customers, their share (0 to 1), and the mean of each feature (all
    of them numbers)."""
    averages = "".join(f", avg(cast(f.{name} as double)) as mean_{name}" for name in features)
    return parse(
        "profile",
        "select a.segment_id, a.segment_name, count(*) as customers, "
        f"cast(count(*) as double) / sum(count(*)) over () as customer_share{averages} "
        f"from {assignments} as a inner join {source} as f on a.customer_id = f.customer_id "
        "group by a.segment_id, a.segment_name order by customers desc, a.segment_id",
    ).select


def counts(sources: Sequence[str], day: date, features: str, assignments: str) -> exp.Query:
    """One row a check: what it is, what was found, what must be found, and ``ok`` or ``DIFFERS``."""
    bought = f"not is_return and ordered_on <= {literal(day).sql('duckdb')}"
    return checked(
        [
            *(
                (
                    "customers with an order have features",
                    f"select count(*) from {features}",
                    f"select count(distinct customer_id) from {source} where {bought}",
                )
                for source in sources
            ),
            *once(features, assignments),
        ]
    )


Check = tuple[str, str, str]
"""What is checked, the SELECT of what is found, and the SELECT of what must be."""


def once(features: str, assignments: str) -> list[Check]:
    """Every customer exactly once, from features to segments."""
    rows = {table: f"select count(*) from {table}" for table in (features, assignments)}
    customers = {table: f"select count(distinct customer_id) from {table}" for table in rows}
    return [
        ("features have each customer once", customers[features], rows[features]),
        ("who has features is assigned", rows[assignments], rows[features]),
        ("assignments have each customer once", customers[assignments], rows[assignments]),
        ("each has a segment", f"select count(segment_id) from {assignments}", rows[assignments]),
    ]


def checked(asked: Sequence[Check]) -> exp.Query:
    """The checks as one statement, a row each."""
    listed = " union all ".join(
        f"select {number} as check_number, {literal(what).sql('duckdb')} as check_name, "
        f"({found}) as found, ({wanted}) as wanted"
        for number, (what, found, wanted) in enumerate(asked, start=1)
    )
    return parse(
        "checks",
        "select check_number, check_name, found, wanted, "
        "case when found = wanted then 'ok' else 'DIFFERS' end as verdict "
        f"from ({listed}) as checks order by check_number",
    ).select


def sizes(segments: Sequence[tuple[str, str]], assignments: str) -> exp.Query:
    """One row a segment of the definition, in its order: id, name and customers, 0 where there is none."""
    listed = " union all ".join(
        f"select {place} as place, {literal(segment_id).sql('duckdb')} as segment_id, "
        f"{literal(name).sql('duckdb')} as segment_name"
        for place, (segment_id, name) in enumerate(segments, start=1)
    )
    return parse(
        "sizes",
        "select s.place, s.segment_id, s.segment_name, count(a.customer_id) as customers "
        f"from ({listed}) as s left join {assignments} as a on s.segment_id = a.segment_id "
        "group by s.place, s.segment_id, s.segment_name order by s.place",
    ).select
