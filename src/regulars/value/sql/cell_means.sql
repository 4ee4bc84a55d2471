-- Grain: one row a customer of rfm_cells: what customers of the same cell bought and spent in the $trained
-- days of cell_outcomes, a head, taken to $horizon days. Of a cell that was empty then: all customers' mean.
with everybody as (
    select
        sum(customers) as customers,
        sum(purchases) as purchases,
        sum(spend) as spend
    from cell_outcomes
)

select
    rfm_cells.customer_id,
    cast(coalesce(cell_outcomes.purchases, everybody.purchases) as double) * $horizon
    / (coalesce(cell_outcomes.customers, everybody.customers) * $trained) as purchases,
    cast(coalesce(cell_outcomes.spend, everybody.spend) as double) * $horizon
    / (coalesce(cell_outcomes.customers, everybody.customers) * $trained) as spend
from rfm_cells
cross join everybody
left join cell_outcomes
    on
        rfm_cells.recency_fifth = cell_outcomes.recency_fifth
        and rfm_cells.purchases_fifth = cell_outcomes.purchases_fifth
        and rfm_cells.spend_fifth = cell_outcomes.spend_fifth
