-- Grain: one row a customer. average_order: study currency, net spend over orders, rounded half up to four
-- decimals in doubles: engines divide decimals to unlike scales.
select
    customer_id,
    cast(floor(cast(spend as double) / orders * 10000 + 0.5) / 10000 as decimal(18, 4)) as average_order
from rfm_features
