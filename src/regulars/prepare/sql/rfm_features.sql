-- Grain: one row a customer. recency_days: days from the last order to as_of. orders: count, returns are
-- none. spend: study currency, net of returns; null where the orders carry no amounts.
select
    customer_id,
    date_diff('day', max(case when is_return then null else ordered_on end), $as_of) as recency_days,
    count(case when is_return then null else 1 end) as orders,
    sum(amount) as spend
from orders
group by customer_id
