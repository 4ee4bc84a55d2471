-- Grain: one row a customer of histories: what they are expected to do over the horizon, and central
-- intervals of what they may do. Purchases are days with an order. Money is study currency, with $kept of it
-- left after returns; what a history may bring is in units of $v + what was spent so far.
with spent as (
    select
        customer_id,
        repeats,
        last_days,
        seen_days,
        case when repeat_spend > 0 then repeats else 0 end as counted,
        (cast($v as double) + case when repeat_spend > 0 then cast(repeat_spend as double) else 0 end)
        * cast($kept as double) as unit
    from histories
)

select
    spent.customer_id,
    worth_features.p_alive,
    worth_features.expected_purchases,
    interval_of_histories.purchases_low,
    interval_of_histories.purchases_high,
    worth_features.order_value,
    worth_features.predicted_value,
    cast(floor(interval_of_histories.value_low * spent.unit * 100 + 0.5) / 100 as decimal(18, 2))
        as value_low,
    cast(floor(interval_of_histories.value_high * spent.unit * 100 + 0.5) / 100 as decimal(18, 2))
        as value_high,
    worth_features.discounted_value
from spent
inner join worth_features
    on spent.customer_id = worth_features.customer_id
inner join interval_of_histories
    on
        spent.repeats = interval_of_histories.repeats
        and spent.last_days = interval_of_histories.last_days
        and spent.seen_days = interval_of_histories.seen_days
        and spent.counted = interval_of_histories.counted
