-- Grain: one row a customer of histories with $fewest repeat purchases or more, up to the day $until. spread:
-- the sum of g ln g over the gaps between one purchase day and the next, g in days, in whole millionths so
-- that sums are exact.
with days as (
    select
        orders.customer_id,
        orders.ordered_on
    from orders
    inner join histories
        on orders.customer_id = histories.customer_id
    where
        not orders.is_return
        and orders.ordered_on <= $until
        and histories.repeats >= $fewest
    group by
        orders.customer_id,
        orders.ordered_on
),

followed as (
    select
        customer_id,
        ordered_on,
        lag(ordered_on) over (
            partition by customer_id
            order by ordered_on
        ) as day_before
    from days
),

gaps as (
    select
        customer_id,
        date_diff('day', day_before, ordered_on) as gap_days
    from followed
    where day_before is not null
)

select
    customer_id,
    count(*) as repeats,
    sum(gap_days) as last_days,
    sum(cast(floor(gap_days * ln(gap_days) * 1000000 + 0.5) as bigint)) as spread
from gaps
group by customer_id
