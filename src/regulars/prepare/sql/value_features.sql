-- Grain: one row a customer. average_order: study currency, net spend over orders.
select
    customer_id,
    cast(spend / orders as decimal(18, 4)) as average_order
from rfm_features
