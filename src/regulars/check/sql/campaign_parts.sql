-- Grain: one row a customer to whom a campaign was sent up to as_of, and place. orders, and during_orders:
-- those on days on which one of them ran; a campaign without an end runs on.
with received as (
    select customer_id
    from campaigns
    where cast(started_at as date) <= $as_of
    group by customer_id
),

orders_during as (
    select
        asked_orders.customer_id,
        asked_orders.order_id,
        asked_orders.category_number,
        asked_orders.period_number
    from asked_orders
    inner join campaigns
        on
            asked_orders.customer_id = campaigns.customer_id
            and asked_orders.ordered_on >= cast(campaigns.started_at as date)
            and (campaigns.ended_at is null or asked_orders.ordered_on <= cast(campaigns.ended_at as date))
    group by
        asked_orders.customer_id,
        asked_orders.order_id,
        asked_orders.category_number,
        asked_orders.period_number
),

during as (
    select
        customer_id,
        category_number,
        period_number,
        count(*) as during_orders
    from orders_during
    group by
        customer_id,
        category_number,
        period_number
)

select
    order_parts.customer_id,
    order_parts.category_number,
    order_parts.period_number,
    order_parts.orders,
    coalesce(during.during_orders, 0) as during_orders
from order_parts
inner join received
    on order_parts.customer_id = received.customer_id
left join during
    on
        order_parts.customer_id = during.customer_id
        and order_parts.category_number = during.category_number
        and order_parts.period_number = during.period_number
