-- Grain: one row a customer of either of two runs. from_segment_id: null for who was not in the first (came);
-- to_segment_id: null for who is not in the second (left).
with seen as (
    select
        customer_id,
        segment_id as from_segment_id,
        cast(null as varchar) as to_segment_id
    from memberships_before
    union all
    select
        customer_id,
        cast(null as varchar) as from_segment_id,
        segment_id as to_segment_id
    from memberships_after
)

select
    customer_id,
    max(from_segment_id) as from_segment_id,
    max(to_segment_id) as to_segment_id
from seen
group by customer_id
