-- Grain: one row a customer of histories. p_alive: probability, 0 to 1. expected_purchases: purchase days
-- over the horizon. order_value: study currency, what such a day is worth:
-- $p (v + spend) / (p repeats + q - 1), and of customers who never came back or whose repeat spend is not
-- above zero everybody's mean. Where there is no spend model $p is null, and so is all that is money.
-- $kept: what returns leave of sales, 0 to 1.
with spent as (
    select
        customer_id,
        repeats,
        last_days,
        seen_days,
        case when repeat_spend > 0 then cast(repeat_spend as double) else 0 end as spend,
        case when repeat_spend > 0 then repeats else 0 end as counted
    from histories
),

valued as (
    select
        spent.customer_id,
        history_worth.p_alive,
        history_worth.expected_purchases,
        cast($p as double) * (cast($v as double) + spent.spend)
        / (cast($p as double) * spent.counted + cast($q as double) - 1) * cast($kept as double) as order_value
    from spent
    inner join history_worth
        on
            spent.repeats = history_worth.repeats
            and spent.last_days = history_worth.last_days
            and spent.seen_days = history_worth.seen_days
)

select
    customer_id,
    floor(p_alive * 1000000 + 0.5) / 1000000 as p_alive,
    floor(expected_purchases * 1000000 + 0.5) / 1000000 as expected_purchases,
    floor(order_value * 1000000 + 0.5) / 1000000 as order_value,
    floor(expected_purchases * order_value * 1000000 + 0.5) / 1000000 as expected_value
from valued
