-- Grain: one row a customer of histories. p_alive: probability, 0 to 1. expected_purchases: days with an
-- order over the horizon. Study currency: order_value, what such a day is worth; predicted_value, the product
-- of these two before either is rounded; discounted_value, the same of purchases discounted to today; null
-- without a spend model.
select
    customer_id,
    floor(p_alive * 1000000 + 0.5) / 1000000 as p_alive,
    floor(expected_purchases * 1000000 + 0.5) / 1000000 as expected_purchases,
    cast(floor(order_value * 100 + 0.5) / 100 as decimal(18, 2)) as order_value,
    cast(floor(expected_purchases * order_value * 100 + 0.5) / 100 as decimal(18, 2)) as predicted_value,
    cast(floor(discounted_purchases * order_value * 100 + 0.5) / 100 as decimal(18, 2)) as discounted_value
from worth_of_customers
