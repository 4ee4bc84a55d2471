-- Grain: one row a customer of histories. p_alive: probability, 0 to 1. expected_purchases: purchase days
-- over the horizon; discounted_purchases: each counted for what it is worth today. order_value: currency,
-- what such a day is worth: $p (v + spend) / (p repeats + q - 1), and of customers who never came back or
-- whose repeat spend is not above zero everybody's mean, times what returns leave of sales, $kept. Without a
-- spend model order_value is null.
with spent as (
    select
        customer_id,
        repeats,
        last_days,
        seen_days,
        case when repeat_spend > 0 then cast(repeat_spend as double) else 0 end as spend,
        case when repeat_spend > 0 then repeats else 0 end as counted
    from histories
)

select
    spent.customer_id,
    worth_of_histories.p_alive,
    worth_of_histories.expected_purchases,
    worth_of_histories.discounted_purchases,
    cast($p as double) * (cast($v as double) + spent.spend)
    / (cast($p as double) * spent.counted + cast($q as double) - 1) * cast($kept as double) as order_value
from spent
inner join worth_of_histories
    on
        spent.repeats = worth_of_histories.repeats
        and spent.last_days = worth_of_histories.last_days
        and spent.seen_days = worth_of_histories.seen_days
