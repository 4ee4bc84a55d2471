-- Grain: one row a customer of histories: what was expected, what came, and what the simple rules would have
-- said of the $horizon days, in whole millionths so that sums are exact. before: as much again as in as
-- many days before. year: as in the last year, or in the $year_days that are known. cell: as customers of
-- their RFM cell did in the days before.
select
    worth.customer_id,
    histories.repeats,
    worth.expected_purchases,
    cast(floor(worth.expected_purchases * 1000000 + 0.5) as bigint) as purchases_expected,
    cast(outcomes.later_purchases * 1000000 as bigint) as purchases_made,
    cast(outcomes.before_purchases * 1000000 as bigint) as purchases_before,
    cast(floor(cast(outcomes.year_purchases as double) * 1000000 * $horizon / $year_days + 0.5) as bigint)
        as purchases_year,
    cast(floor(cell_means.purchases * 1000000 + 0.5) as bigint) as purchases_cell,
    cast(floor(worth.expected_value * 1000000 + 0.5) as bigint) as value_expected,
    cast(floor(cast(outcomes.later_spend as double) * 1000000 + 0.5) as bigint) as value_made,
    cast(floor(cast(outcomes.before_spend as double) * 1000000 + 0.5) as bigint) as value_before,
    cast(floor(cast(outcomes.year_spend as double) * 1000000 * $horizon / $year_days + 0.5) as bigint)
        as value_year,
    cast(floor(cell_means.spend * 1000000 + 0.5) as bigint) as value_cell
from worth
inner join histories
    on worth.customer_id = histories.customer_id
inner join outcomes
    on worth.customer_id = outcomes.customer_id
inner join cell_means
    on worth.customer_id = cell_means.customer_id
