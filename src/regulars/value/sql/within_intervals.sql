-- Grain: one row a customer of foretold: whether what came lies within the interval that was foretold (1 or
-- 0), and the probability, in millionths, with which the model said it would. Money is taken as whole cents.
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
),

told as (
    select
        foretold.customer_id,
        foretold.purchases_made,
        interval_of_histories.purchases_low * 1000000 as purchases_low,
        interval_of_histories.purchases_high * 1000000 as purchases_high,
        interval_of_histories.purchases_inside,
        floor(foretold.value_made / 10000.0 + 0.5) as cents_made,
        floor(interval_of_histories.value_low * spent.unit * 100 + 0.5) as cents_low,
        floor(interval_of_histories.value_high * spent.unit * 100 + 0.5) as cents_high,
        interval_of_histories.value_inside
    from foretold
    inner join spent
        on foretold.customer_id = spent.customer_id
    inner join interval_of_histories
        on
            spent.repeats = interval_of_histories.repeats
            and spent.last_days = interval_of_histories.last_days
            and spent.seen_days = interval_of_histories.seen_days
            and spent.counted = interval_of_histories.counted
)

select
    customer_id,
    case when purchases_made >= purchases_low and purchases_made <= purchases_high then 1 else 0 end
        as purchases_within,
    cast(floor(purchases_inside * 1000000 + 0.5) as bigint) as purchases_said,
    case
        when cents_made >= cents_low and cents_made <= cents_high then 1
        when cents_made is not null and cents_low is not null then 0
    end as value_within,
    cast(floor(value_inside * 1000000 + 0.5) as bigint) as value_said
from told
