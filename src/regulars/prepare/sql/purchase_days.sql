-- Grain: one row a customer and day with at least one order.
-- gap_days: days since that customer's purchase day before; null on the first.
with days as (
    select
        customer_id,
        ordered_on
    from orders
    where not is_return
    group by
        customer_id,
        ordered_on
)

select
    customer_id,
    ordered_on,
    date_diff(
        'day',
        lag(ordered_on) over (
            partition by customer_id
            order by ordered_on
        ),
        ordered_on
    ) as gap_days
from days
