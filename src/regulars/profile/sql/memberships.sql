-- Grain: one row a customer and group; every customer is in its segment and in 'overall'.
select
    customer_id,
    segment_id
from assignments
union all
select
    customer_id,
    'overall' as segment_id
from assignments
