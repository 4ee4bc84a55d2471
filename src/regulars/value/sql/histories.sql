-- Grain: one row a customer whose first order is on or before the day $as_of; later orders are not looked at.
-- repeats: days with an order after the first such day. last_days: days from the first to the last of them.
-- seen_days: days from the first to $as_of. repeat_spend: study currency, what was bought on the repeat days
-- (returns are not taken off; null where the orders carry no amounts, 0 without a repeat).
with days as (
    select
        customer_id,
        ordered_on,
        sum(amount) as amount
    from orders
    where
        not is_return
        and ordered_on <= $as_of
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
)

select
    firsts.customer_id,
    count(*) - 1 as repeats,
    date_diff('day', min(firsts.first_on), max(days.ordered_on)) as last_days,
    date_diff('day', min(firsts.first_on), $as_of) as seen_days,
    sum(case when days.ordered_on > firsts.first_on then days.amount when days.amount is not null then 0 end)
        as repeat_spend
from firsts
inner join days
    on firsts.customer_id = days.customer_id
group by firsts.customer_id
