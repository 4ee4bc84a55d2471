-- Grain: one row a customer of histories, in periods of $unit_days days from their first order on. later_: in
-- the $held periods after those of histories; before_: in the last $held of these; year_: in the last $year.
-- purchases: periods with an order (the first order is one of its own). spend: study currency, returns taken
-- off.
with firsts as (
    select
        customer_id,
        min(ordered_on) as first_on
    from orders
    where not is_return
    group by customer_id
),

dated as (
    select
        orders.customer_id,
        date_diff('day', firsts.first_on, orders.ordered_on) + $unit_days - 1 as reach_days,
        case when orders.is_return then 0 else 1 end as purchases,
        orders.amount
    from orders
    inner join firsts
        on orders.customer_id = firsts.customer_id
    where orders.ordered_on >= firsts.first_on
),

counted as (
    select
        dated.customer_id,
        cast((dated.reach_days - dated.reach_days % $unit_days) / $unit_days as bigint) - histories.seen_days
            as ahead,
        dated.purchases,
        dated.amount
    from dated
    inner join histories
        on dated.customer_id = histories.customer_id
),

periods as (
    select
        customer_id,
        ahead,
        max(purchases) as purchases,
        sum(amount) as spend
    from counted
    group by
        customer_id,
        ahead
)

select
    customer_id,
    sum(case when ahead >= 1 and ahead <= $held then purchases else 0 end) as later_purchases,
    sum(case when ahead >= 1 and ahead <= $held then spend else 0 end) as later_spend,
    sum(case when ahead <= 0 and ahead > -$held then purchases else 0 end) as before_purchases,
    sum(case when ahead <= 0 and ahead > -$held then spend else 0 end) as before_spend,
    sum(case when ahead <= 0 and ahead > -$year then purchases else 0 end) as year_purchases,
    sum(case when ahead <= 0 and ahead > -$year then spend else 0 end) as year_spend
from periods
group by customer_id
