-- Grain: one row a customer to whom a campaign was sent. redemption_rate: share of the campaigns sent up to
-- as_of of which the customer redeemed something by then, 0 to 1.
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

used as (
    select
        customer_id,
        campaign
    from redemptions
    where cast(happened_at as date) <= $as_of and campaign is not null
    group by
        customer_id,
        campaign
),

counted as (
    select
        received.customer_id,
        count(*) as campaigns,
        cast(sum(case when used.campaign is null then 0 else 1 end) as double) as redeemed
    from received
    left join used
        on received.customer_id = used.customer_id and received.campaign = used.campaign
    group by received.customer_id
)

select
    customer_id,
    floor(redeemed / campaigns * 1000000 + 0.5) / 1000000 as redemption_rate
from counted
