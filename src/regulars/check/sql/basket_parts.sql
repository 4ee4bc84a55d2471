-- Grain: one row a customer and place. orders: those with a product that is known; products: how many
-- different ones each of them has there, added up.
with bought as (
    select
        customer_id,
        order_id,
        category_number,
        period_number,
        product_id
    from asked_lines
    where not is_return and product_id is not null
    group by
        customer_id,
        order_id,
        category_number,
        period_number,
        product_id
),

by_order as (
    select
        customer_id,
        order_id,
        category_number,
        period_number,
        count(*) as products
    from bought
    group by
        customer_id,
        order_id,
        category_number,
        period_number
)

select
    customer_id,
    category_number,
    period_number,
    count(*) as orders,
    sum(products) as products
from by_order
group by
    customer_id,
    category_number,
    period_number
