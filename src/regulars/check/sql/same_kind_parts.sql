-- Grain: one row a customer with two lines or more in a place, and place. pairs: those lines; same_pairs: in
-- how many of them another one, drawn from the rest, would be of the same kind; both in millionths. Not the
-- share of the largest kind: that is higher for whoever buys little.
with counted as (
    select
        customer_id,
        category_number,
        period_number,
        kind,
        count(*) as lines
    from asked_kinds
    group by
        customer_id,
        category_number,
        period_number,
        kind
),

summed as (
    select
        customer_id,
        category_number,
        period_number,
        sum(lines) as lines,
        sum(lines * (lines - 1)) as same
    from counted
    group by
        customer_id,
        category_number,
        period_number
)

select
    customer_id,
    category_number,
    period_number,
    cast(lines * 1000000 as bigint) as pairs,
    cast(floor(cast(same as double) / (lines - 1) * 1000000 + 0.5) as bigint) as same_pairs
from summed
where lines >= 2
