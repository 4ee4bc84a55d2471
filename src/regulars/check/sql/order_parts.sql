-- Grain: one row a customer and place. orders, and of these those at the weekend (Saturday, Sunday), before
-- 12:00, from 18:00, with a promotion, with a category that is asked for; their items in thousandths and
-- their amount in ten-thousandths of the study currency, as whole numbers.
with stamped as (
    select
        customer_id,
        category_number,
        period_number,
        items,
        amount,
        is_promoted,
        is_wanted,
        -- 1 January 1900 was a Monday, so 5 and 6 are the weekend in every engine.
        date_diff('day', cast('1900-01-01' as date), ordered_on) % 7 as weekday,
        extract(hour from ordered_at) as hour_of_day
    from asked_orders
)

select
    customer_id,
    category_number,
    period_number,
    count(*) as orders,
    sum(case when weekday >= 5 then 1 else 0 end) as weekend_orders,
    sum(case when hour_of_day < 12 then 1 else 0 end) as morning_orders,
    sum(case when hour_of_day >= 18 then 1 else 0 end) as evening_orders,
    sum(is_promoted) as promoted_orders,
    sum(is_wanted) as wanted_orders,
    cast(floor(cast(sum(items) as double) * 1000 + 0.5) as bigint) as items,
    cast(floor(cast(coalesce(sum(amount), 0) as double) * 10000 + 0.5) as bigint) as amount
from stamped
group by
    customer_id,
    category_number,
    period_number
