-- Grain: one row a customer of histories: what was expected, what came, and what a simple rule would have
-- said, in whole millionths so that sums are exact. naive: as much again as in as many days before.
select
    worth.customer_id,
    histories.repeats,
    worth.expected_purchases,
    cast(floor(worth.expected_purchases * 1000000 + 0.5) as bigint) as purchases_expected,
    cast(outcomes.later_purchases * 1000000 as bigint) as purchases_made,
    cast(outcomes.before_purchases * 1000000 as bigint) as purchases_naive,
    cast(floor(worth.expected_value * 1000000 + 0.5) as bigint) as value_expected,
    cast(floor(cast(outcomes.later_spend as double) * 1000000 + 0.5) as bigint) as value_made,
    cast(floor(cast(outcomes.before_spend as double) * 1000000 + 0.5) as bigint) as value_naive
from worth
inner join histories
    on worth.customer_id = histories.customer_id
inner join outcomes
    on worth.customer_id = outcomes.customer_id
