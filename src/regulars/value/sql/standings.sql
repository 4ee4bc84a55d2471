-- Grain: one row a customer who had bought by the day $day. recency_days: since the last purchase;
-- purchases: days with an order; spend: study currency, returns taken off (null without amounts).
with days as (
    select
        customer_id,
        ordered_on,
        max(case when is_return then 0 else 1 end) as purchases,
        sum(amount) as spend
    from orders
    where ordered_on <= $day
    group by
        customer_id,
        ordered_on
)

select
    customer_id,
    date_diff('day', max(case when purchases = 1 then ordered_on end), $day) as recency_days,
    sum(purchases) as purchases,
    sum(spend) as spend
from days
group by customer_id
having sum(purchases) > 0
