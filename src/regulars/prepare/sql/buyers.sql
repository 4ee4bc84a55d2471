-- Grain: one row a customer with at least one sale among the rows that are used.
-- net_spend: study currency, returns taken off; null where the orders carry no amounts.
select
    customer_id,
    sum(amount) as net_spend
from judged_rows
where reason is null
group by customer_id
having sum(case when is_return then 0 else 1 end) > 0
