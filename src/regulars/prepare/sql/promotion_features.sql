-- Grain: one row a customer. promotion_share: share of orders with a promotion on any line, 0 to 1.
select
    customer_id,
    floor(cast(sum(is_promoted) as double) / count(*) * 1000000 + 0.5) / 1000000 as promotion_share
from orders
where not is_return
group by customer_id
