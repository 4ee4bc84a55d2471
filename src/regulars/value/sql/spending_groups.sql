-- Grain: one row a distinct number of repeats and what they came to, above zero; customers: how many
-- share it.
select
    repeats,
    repeat_spend,
    count(*) as customers
from histories
where
    repeats > 0
    and repeat_spend > 0
group by
    repeats,
    repeat_spend
order by
    repeats,
    repeat_spend
