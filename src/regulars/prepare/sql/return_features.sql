-- Grain: one row a customer. return_share: returned value over value sold, 0 to 1 (more than what was
-- sold counts as 1); by count of order documents where there are no amounts.
with sums as (
    select
        customer_id,
        cast(sum(case when is_return then coalesce(-amount, 1) else 0 end) as double) as returned,
        cast(sum(case when is_return then 0 else coalesce(amount, 1) end) as double) as sold
    from orders
    group by customer_id
)

select
    customer_id,
    case
        when returned <= 0 then 0
        when sold <= 0 or returned >= sold then 1
        else floor(returned / sold * 1000000 + 0.5) / 1000000
    end as return_share
from sums
