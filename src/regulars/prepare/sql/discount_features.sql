-- Grain: one row a customer with a sale that has an amount. discount_share: what came off over what the sales
-- would have cost at full price, 0 to 1 (null where that is nothing).
with sums as (
    select
        customer_id,
        cast(sum(coalesce(discount, 0)) as double) as saved,
        cast(sum(amount + coalesce(discount, 0)) as double) as full_price
    from order_lines
    where not is_return and amount >= 0
    group by customer_id
)

select
    customer_id,
    case when full_price > 0 then floor(saved / full_price * 1000000 + 0.5) / 1000000 end as discount_share
from sums
