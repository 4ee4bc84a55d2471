-- Grain: one row a distinct history; customers: how many share it.
select
    repeats,
    last_days,
    seen_days,
    count(*) as customers
from histories
group by
    repeats,
    last_days,
    seen_days
order by
    repeats,
    last_days,
    seen_days
