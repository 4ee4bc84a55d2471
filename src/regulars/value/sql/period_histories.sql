-- Grain: one row a customer whose first order is on or before the day $until, counted in periods of
-- $unit_days days from that first order on: period 1 begins the day after it. Only periods that were over by
-- $until count. Under the names of the step histories, which those that follow read: repeats: periods with an
-- order; last_days: the last of them, 0 without one; seen_days: periods. repeat_spend: study currency, what
-- was bought in these periods (returns are not taken off; null where the orders carry no amounts).
with days as (
    select
        customer_id,
        ordered_on,
        sum(amount) as amount
    from orders
    where
        not is_return
        and ordered_on <= $until
    group by
        customer_id,
        ordered_on
),

firsts as (
    select
        customer_id,
        min(ordered_on) as first_on
    from days
    group by customer_id
),

dated as (
    select
        days.customer_id,
        date_diff('day', firsts.first_on, days.ordered_on) + $unit_days - 1 as reach_days,
        date_diff('day', firsts.first_on, $until) as seen_days,
        days.amount
    from days
    inner join firsts
        on days.customer_id = firsts.customer_id
),

counted as (
    select
        customer_id,
        cast((reach_days - reach_days % $unit_days) / $unit_days as bigint) as period,
        cast((seen_days - seen_days % $unit_days) / $unit_days as bigint) as periods,
        amount
    from dated
),

bought as (
    select
        customer_id,
        period,
        periods,
        sum(amount) as amount
    from counted
    group by
        customer_id,
        period,
        periods
)

select
    customer_id,
    sum(case when period >= 1 and period <= periods then 1 else 0 end) as repeats,
    max(case when period <= periods then period else 0 end) as last_days,
    max(periods) as seen_days,
    sum(case when period >= 1 and period <= periods then amount when amount is not null then 0 end)
        as repeat_spend
from bought
group by customer_id
