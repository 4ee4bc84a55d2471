-- Grain: one row a customer. Shares of the customer's orders, 0 to 1, in the business zone: weekend is
-- Saturday and Sunday, morning ends at 12:00, evening starts at 18:00.
with stamped as (
    select
        customer_id,
        -- 1 January 1900 was a Monday, so 5 and 6 are the weekend in every engine.
        date_diff('day', cast('1900-01-01' as date), ordered_on) % 7 as weekday,
        extract(hour from ordered_at) as hour_of_day
    from orders
    where not is_return
),

counted as (
    select
        customer_id,
        count(*) as orders,
        cast(sum(case when weekday >= 5 then 1 else 0 end) as double) as weekend,
        cast(sum(case when hour_of_day < 12 then 1 else 0 end) as double) as morning,
        cast(sum(case when hour_of_day >= 18 then 1 else 0 end) as double) as evening
    from stamped
    group by customer_id
)

select
    customer_id,
    floor(weekend / orders * 1000000 + 0.5) / 1000000 as weekend_share,
    floor(morning / orders * 1000000 + 0.5) / 1000000 as morning_share,
    floor(evening / orders * 1000000 + 0.5) / 1000000 as evening_share
from counted
