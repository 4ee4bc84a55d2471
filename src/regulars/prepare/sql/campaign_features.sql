-- Grain: one row a customer. campaigns_received: different campaigns sent to the customer up to as_of.
-- campaign_order_share: share of orders on days on which one of them ran, 0 to 1 (null where none was sent);
-- a campaign without an end runs on.
with received as (
    select
        customer_id,
        campaign
    from campaigns
    where cast(started_at as date) <= $as_of
    group by
        customer_id,
        campaign
),

counted as (
    select
        customer_id,
        count(*) as campaigns
    from received
    group by customer_id
),

orders_during as (
    select
        orders.customer_id,
        orders.order_id
    from orders
    inner join campaigns
        on
            orders.customer_id = campaigns.customer_id
            and orders.ordered_on >= cast(campaigns.started_at as date)
            and (campaigns.ended_at is null or orders.ordered_on <= cast(campaigns.ended_at as date))
    where not orders.is_return
    group by
        orders.customer_id,
        orders.order_id
),

during as (
    select
        customer_id,
        cast(count(*) as double) as orders
    from orders_during
    group by customer_id
)

select
    rfm_features.customer_id,
    coalesce(counted.campaigns, 0) as campaigns_received,
    case
        when counted.campaigns > 0
            then floor(coalesce(during.orders, 0) / rfm_features.orders * 1000000 + 0.5) / 1000000
    end as campaign_order_share
from rfm_features
left join counted
    on rfm_features.customer_id = counted.customer_id
left join during
    on rfm_features.customer_id = during.customer_id
