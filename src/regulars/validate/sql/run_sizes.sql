-- Grain: one row a run and segment that has customers in it. customers: count.
select
    run_number,
    segment_id,
    count(*) as customers
from run_memberships
group by
    run_number,
    segment_id
