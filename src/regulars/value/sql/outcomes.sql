-- Grain: one row a customer of histories. later_: in the days after $until up to $upto; before_: in as many
-- days up to $until; year_: in the days after $year_since up to $until. purchases: days with an order.
-- spend: study currency, returns taken off.
with days as (
    select
        customer_id,
        ordered_on,
        max(case when is_return then 0 else 1 end) as purchases,
        sum(amount) as spend
    from orders
    where ordered_on <= $upto
    group by
        customer_id,
        ordered_on
)

select
    histories.customer_id,
    sum(case when days.ordered_on > $until then days.purchases else 0 end) as later_purchases,
    sum(case when days.ordered_on > $until then days.spend else 0 end) as later_spend,
    sum(case when days.ordered_on <= $until and days.ordered_on > $since then days.purchases else 0 end)
        as before_purchases,
    sum(case when days.ordered_on <= $until and days.ordered_on > $since then days.spend else 0 end)
        as before_spend,
    sum(case when days.ordered_on <= $until and days.ordered_on > $year_since then days.purchases else 0 end)
        as year_purchases,
    sum(case when days.ordered_on <= $until and days.ordered_on > $year_since then days.spend else 0 end)
        as year_spend
from histories
inner join days
    on histories.customer_id = days.customer_id
group by histories.customer_id
