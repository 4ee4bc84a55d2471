-- Grain: one row a customer of histories with purchases of any amount after $until, up to $upto: what a
-- purchase day of theirs was worth on average, as expected ($p (v + spend) / (p repeats + q - 1)), as it came
-- and as the simple rules would have said, in whole millionths of the study currency. own: their own mean up
-- to $until; all: the mean $mean over all customers who came back. Returns are not taken off.
with days as (
    select
        customer_id,
        ordered_on,
        sum(amount) as amount
    from orders
    where
        not is_return
        and ordered_on <= $upto
    group by
        customer_id,
        ordered_on
),

sums as (
    select
        customer_id,
        sum(case when ordered_on > $until then amount end) as later_spend,
        sum(case when ordered_on > $until then 1 end) as later_days,
        sum(case when ordered_on <= $until then amount end) as before_spend,
        sum(case when ordered_on <= $until then 1 end) as before_days
    from days
    where amount > 0
    group by customer_id
),

counted as (
    select
        histories.customer_id,
        histories.repeats,
        case when histories.repeat_spend > 0 then histories.repeats else 0 end as counted,
        case when histories.repeat_spend > 0 then cast(histories.repeat_spend as double) else 0 end as spend,
        cast(sums.later_spend as double) / sums.later_days as made,
        cast(sums.before_spend as double) / sums.before_days as own
    from histories
    inner join sums
        on histories.customer_id = sums.customer_id
    where sums.later_days > 0
)

select
    customer_id,
    repeats,
    cast(
        floor(
            1000000 * cast($p as double) * (cast($v as double) + spend)
            / (cast($p as double) * counted + cast($q as double) - 1)
            + 0.5
        ) as bigint
    ) as mean_expected,
    cast(floor(1000000 * made + 0.5) as bigint) as mean_made,
    cast(floor(1000000 * coalesce(own, cast($mean as double)) + 0.5) as bigint) as mean_own,
    cast(floor(1000000 * cast($mean as double) + 0.5) as bigint) as mean_all
from counted
