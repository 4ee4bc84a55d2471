-- Grain: one row a customer. offers_redeemed: redemptions up to as_of.
with counted as (
    select
        customer_id,
        count(*) as redeemed
    from redemptions
    where cast(happened_at as date) <= $as_of
    group by customer_id
)

select
    rfm_features.customer_id,
    coalesce(counted.redeemed, 0) as offers_redeemed
from rfm_features
left join counted
    on rfm_features.customer_id = counted.customer_id
