-- Grain: one row a customer of histories: periods with a purchase and spend, as they were expected, as they
-- came and as the simple rules would have said of the $held periods; in whole millionths, so that sums
-- are exact. before: as in as many periods before. year: as in the last $year periods, taken to $held.
select
    worth.customer_id,
    histories.repeats,
    cast(floor(worth.expected_purchases * 1000000 + 0.5) as bigint) as purchases_expected,
    cast(period_outcomes.later_purchases * 1000000 as bigint) as purchases_made,
    cast(period_outcomes.before_purchases * 1000000 as bigint) as purchases_before,
    cast(floor(cast(period_outcomes.year_purchases as double) * 1000000 * $held / $year + 0.5) as bigint)
        as purchases_year,
    cast(floor(worth.expected_value * 1000000 + 0.5) as bigint) as value_expected,
    cast(floor(cast(period_outcomes.later_spend as double) * 1000000 + 0.5) as bigint) as value_made,
    cast(floor(cast(period_outcomes.before_spend as double) * 1000000 + 0.5) as bigint) as value_before,
    cast(floor(cast(period_outcomes.year_spend as double) * 1000000 * $held / $year + 0.5) as bigint)
        as value_year
from worth
inner join histories
    on worth.customer_id = histories.customer_id
inner join period_outcomes
    on worth.customer_id = period_outcomes.customer_id
