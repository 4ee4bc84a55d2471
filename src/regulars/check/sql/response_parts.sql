-- Grain: one row a customer and place, of which only periods are told: campaigns have no category. campaigns:
-- those that were sent, by the day that they started; redeemed: those of which something was, up to as_of.
with received as (
    select
        customer_id,
        campaign,
        min(cast(started_at as date)) as started_on
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

sent as (
    select
        received.customer_id,
        asked_periods.period_number,
        case when used.campaign is null then 0 else 1 end as is_redeemed
    from received
    inner join asked_periods
        on received.started_on >= asked_periods.first_on and received.started_on <= asked_periods.last_on
    left join used
        on received.customer_id = used.customer_id and received.campaign = used.campaign
)

select
    sent.customer_id,
    asked_places.category_number,
    asked_places.period_number,
    count(*) as campaigns,
    sum(sent.is_redeemed) as redeemed
from sent
inner join asked_places
    on
        asked_places.category_number = 0
        and (asked_places.period_number = 0 or sent.period_number = asked_places.period_number)
group by
    sent.customer_id,
    asked_places.category_number,
    asked_places.period_number
