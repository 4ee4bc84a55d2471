-- Grain: one row a customer and day with at least one order.
-- day_before: that customer's purchase day before; null on the first. gap_days: days since then.
with days as (
    select
        customer_id,
        ordered_on
    from orders
    where not is_return
    group by
        customer_id,
        ordered_on
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
)

select
    customer_id,
    ordered_on,
    day_before,
    date_diff('day', day_before, ordered_on) as gap_days
from followed
