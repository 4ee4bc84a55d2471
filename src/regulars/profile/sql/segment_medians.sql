-- Grain: one row a group and metric. median_low and median_high: the middle value or values, in
-- millionths; low and high: the order statistics that bound the median with 95 % confidence.
with counted as (
    select
        memberships.segment_id,
        middle_values.metric,
        middle_values.units,
        count(*) as customers
    from middle_values
    inner join memberships
        on middle_values.customer_id = memberships.customer_id
    where middle_values.units is not null
    group by
        memberships.segment_id,
        middle_values.metric,
        middle_values.units
),

running as (
    select
        segment_id,
        metric,
        units,
        customers,
        sum(customers) over (
            partition by segment_id, metric
            -- None is null; nulls first is what every dialect can say together with a frame.
            order by units nulls first
            rows between unbounded preceding and current row
        ) as up_to,
        sum(customers) over (
            partition by segment_id, metric
        ) as n
    from counted
),

ranked as (
    select
        segment_id,
        metric,
        units,
        customers,
        up_to,
        n,
        floor((n + 1) / 2.0) as lower_middle,
        ceil((n + 1) / 2.0) as upper_middle,
        floor(n / 2.0 - 0.98 * sqrt(n)) as lower_bound,
        ceil(n / 2.0 + 0.98 * sqrt(n)) + 1 as upper_bound
    from running
)

select
    segment_id,
    metric,
    max(n) as n,
    min(case when up_to >= lower_middle then units end) as median_low,
    min(case when up_to >= upper_middle then units end) as median_high,
    -- The first and the last stand in for ranks that lie outside.
    min(case when up_to >= lower_bound then units end) as low,
    max(case when up_to - customers < upper_bound then units end) as high
from ranked
group by
    segment_id,
    metric
