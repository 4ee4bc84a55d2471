-- Grain: one row a customer. items_per_order: mean units of product in an order.
with sums as (
    select
        customer_id,
        count(*) as orders,
        cast(sum(items) as double) as items
    from orders
    where not is_return
    group by customer_id
)

select
    customer_id,
    floor(items / orders * 1000000 + 0.5) / 1000000 as items_per_order
from sums
