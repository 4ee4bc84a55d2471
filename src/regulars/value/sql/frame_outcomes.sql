-- Grain: one row a customer of features. later_: in the days after $cut up to $upto; before_: in the days
-- after $since up to $cut. purchases: days with an order line that is no return. spend: study currency,
-- returns taken off. Lines count on their own day: one after the cut came after it, whatever its order.
with days as (
    select
        customer_id,
        ordered_on,
        max(case when is_return then 0 else 1 end) as purchases,
        sum(amount) as spend
    from outcome_lines
    where
        ordered_on > $since
        and ordered_on <= $upto
    group by
        customer_id,
        ordered_on
)

select
    features.customer_id,
    coalesce(sum(case when days.ordered_on > $cut then days.purchases end), 0) as later_purchases,
    coalesce(sum(case when days.ordered_on > $cut then days.spend end), 0) as later_spend,
    coalesce(sum(case when days.ordered_on <= $cut then days.purchases end), 0) as before_purchases,
    coalesce(sum(case when days.ordered_on <= $cut then days.spend end), 0) as before_spend
from features
left join days
    on features.customer_id = days.customer_id
group by features.customer_id
