-- Grain: one row a customer. tenure_days: days from the first order to as_of. gap_days: mean days between
-- purchase days (null with one). last_gap_days: days between the last two (null with one). earlier_gap_days:
-- mean of the gaps before that one (null with fewer than two gaps). gap_variation: standard deviation of the
-- gaps over their mean, 0 for a clock (null with fewer than two gaps): sqrt(n × sum of squares − sum²) ÷ sum,
-- from whole numbers, so that neither their order nor rounding can matter.
with gaps as (
    select
        customer_id,
        min(ordered_on) as first_on,
        -- The last day that has one after it is the last but one.
        date_diff('day', max(day_before), max(ordered_on)) as last_gap_days,
        count(gap_days) as gaps,
        sum(gap_days) as total,
        sum(gap_days * gap_days) as squares
    from purchase_days
    group by customer_id
)

select
    customer_id,
    date_diff('day', first_on, $as_of) as tenure_days,
    case when gaps > 0 then floor(cast(total as double) / gaps * 1000000 + 0.5) / 1000000 end as gap_days,
    last_gap_days,
    case
        when gaps > 1
            then floor(cast(total - last_gap_days as double) / (gaps - 1) * 1000000 + 0.5) / 1000000
    end as earlier_gap_days,
    case
        when gaps > 1
            then floor(sqrt(cast(gaps * squares - total * total as double)) / total * 1000000 + 0.5) / 1000000
    end as gap_variation
from gaps
