-- Grain: one row a customer. products_per_order: mean distinct products in an order, over orders whose
-- products are known. product_variety: of the products in those orders after the first, the share that was
-- not in the order just before, 0 to 1 (null with one order). Compared with all earlier orders, or counted
-- as distinct over bought, it would fall with every order and tell how often a customer buys, not how.
with bought as (
    select
        customer_id,
        order_id,
        product_id,
        min(ordered_at) as ordered_at
    from order_lines
    where not is_return and product_id is not null
    group by
        customer_id,
        order_id,
        product_id
),

by_order as (
    select
        customer_id,
        order_id,
        min(ordered_at) as ordered_at,
        count(*) as products
    from bought
    group by
        customer_id,
        order_id
),

followed as (
    select
        customer_id,
        order_id,
        lag(order_id) over (
            partition by customer_id
            order by
                ordered_at,
                order_id
        ) as order_before
    from by_order
),

later as (
    select
        followed.customer_id,
        count(*) as products,
        cast(sum(case when earlier.product_id is null then 1 else 0 end) as double) as fresh
    from followed
    inner join bought
        on followed.customer_id = bought.customer_id and followed.order_id = bought.order_id
    left join bought as earlier
        on
            followed.customer_id = earlier.customer_id
            and followed.order_before = earlier.order_id
            and bought.product_id = earlier.product_id
    where followed.order_before is not null
    group by followed.customer_id
),

order_counts as (
    select
        customer_id,
        count(*) as orders,
        cast(sum(products) as double) as products
    from by_order
    group by customer_id
)

select
    order_counts.customer_id,
    floor(order_counts.products / order_counts.orders * 1000000 + 0.5) / 1000000 as products_per_order,
    floor(later.fresh / later.products * 1000000 + 0.5) / 1000000 as product_variety
from order_counts
left join later
    on order_counts.customer_id = later.customer_id
