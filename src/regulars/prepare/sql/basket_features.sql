-- Grain: one row a customer. products: distinct products bought. products_per_order: mean distinct products
-- in an order, over orders whose products are known. product_variety: distinct products over products bought
-- (counted once an order), 1 if never one twice.
with bought as (
    select
        customer_id,
        order_id,
        product_id
    from order_lines
    where not is_return and product_id is not null
    group by
        customer_id,
        order_id,
        product_id
),

by_product as (
    select
        customer_id,
        product_id,
        count(*) as times
    from bought
    group by
        customer_id,
        product_id
),

totals as (
    select
        customer_id,
        count(*) as products,
        sum(times) as times
    from by_product
    group by customer_id
),

by_order as (
    select
        customer_id,
        order_id
    from bought
    group by
        customer_id,
        order_id
),

order_counts as (
    select
        customer_id,
        count(*) as orders
    from by_order
    group by customer_id
)

select
    totals.customer_id,
    cast(totals.products as bigint) as products,
    floor(cast(totals.times as double) / order_counts.orders * 1000000 + 0.5) / 1000000 as products_per_order,
    floor(cast(totals.products as double) / totals.times * 1000000 + 0.5) / 1000000 as product_variety
from totals
inner join order_counts
    on totals.customer_id = order_counts.customer_id
