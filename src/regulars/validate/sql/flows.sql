-- Grain: one row a pair of segments between which customers went, or in which they stayed. customers: count.
select
    from_segment_id,
    to_segment_id,
    count(*) as customers
from moves
group by
    from_segment_id,
    to_segment_id
