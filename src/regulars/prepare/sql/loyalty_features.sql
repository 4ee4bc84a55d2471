-- Grain: one row a customer. own_brand_share: sales of own brands over sales whose brand is known, 0 to 1
-- (null without such sales). category_spend: study currency, net of returns, whatever the brand. Both are of
-- the categories that loyalty_lines has.
with sums as (
    select
        customer_id,
        sum(amount) as net,
        cast(sum(case when is_own >= 0 and not is_return and amount > 0 then amount else 0 end) as double)
            as known,
        cast(sum(case when is_own = 1 and not is_return and amount > 0 then amount else 0 end) as double)
            as own
    from loyalty_lines
    group by customer_id
)

select
    rfm_features.customer_id,
    case when sums.known > 0 then floor(sums.own / sums.known * 1000000 + 0.5) / 1000000 end
        as own_brand_share,
    coalesce(sums.net, 0) as category_spend
from rfm_features
left join sums
    on rfm_features.customer_id = sums.customer_id
