-- Grain: one row a distinct history and number of purchases with an amount above zero in all (counted).
with spent as (
    select
        repeats,
        last_days,
        seen_days,
        case when repeat_spend > 0 then repeats else 0 end as counted
    from histories
)

select
    repeats,
    last_days,
    seen_days,
    counted,
    count(*) as customers
from spent
group by
    repeats,
    last_days,
    seen_days,
    counted
order by
    repeats,
    last_days,
    seen_days,
    counted
