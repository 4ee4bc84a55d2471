-- Grain: one row a customer. event_count: events in the window of recent_events; event_days: days with one.
-- event_recency_days: days from the last event of any time to as_of (null where there is none).
with by_day as (
    select
        customer_id,
        happened_on,
        count(*) as events
    from recent_events
    group by
        customer_id,
        happened_on
),

recent as (
    select
        customer_id,
        cast(sum(events) as bigint) as events,
        count(*) as event_days
    from by_day
    group by customer_id
),

latest as (
    select
        customer_id,
        max(cast(happened_at as date)) as last_on
    from events
    where cast(happened_at as date) <= $as_of
    group by customer_id
)

select
    rfm_features.customer_id,
    coalesce(recent.events, 0) as event_count,
    coalesce(recent.event_days, 0) as event_days,
    date_diff('day', latest.last_on, $as_of) as event_recency_days
from rfm_features
left join recent
    on rfm_features.customer_id = recent.customer_id
left join latest
    on rfm_features.customer_id = latest.customer_id
