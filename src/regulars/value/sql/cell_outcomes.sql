-- Grain: one row a cell of rfm_cells: its customers, and what they bought (days with an order) and spent
-- (returns taken off) after the day $since, up to $until.
with days as (
    select
        customer_id,
        ordered_on,
        max(case when is_return then 0 else 1 end) as purchases,
        sum(amount) as spend
    from orders
    where
        ordered_on > $since
        and ordered_on <= $until
    group by
        customer_id,
        ordered_on
),

customers as (
    select
        customer_id,
        sum(purchases) as purchases,
        sum(spend) as spend
    from days
    group by customer_id
)

select
    rfm_cells.recency_fifth,
    rfm_cells.purchases_fifth,
    rfm_cells.spend_fifth,
    count(*) as customers,
    sum(coalesce(customers.purchases, 0)) as purchases,
    sum(coalesce(customers.spend, 0)) as spend
from rfm_cells
left join customers
    on rfm_cells.customer_id = customers.customer_id
group by
    rfm_cells.recency_fifth,
    rfm_cells.purchases_fifth,
    rfm_cells.spend_fifth
