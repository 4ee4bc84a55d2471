-- Grain: one row a group and metric. n: customers with a value. total, squares: sums of the values in
-- millionths and of their squares, or of their products with another value. Whole numbers, so that the
-- order of summing cannot matter.
select
    memberships.segment_id,
    measured_values.metric,
    count(*) as n,
    sum(measured_values.units) as total,
    sum(cast(measured_values.units as decimal(38, 0)) * measured_values.other_units) as squares
from measured_values
inner join memberships
    on measured_values.customer_id = memberships.customer_id
where measured_values.units is not null
group by
    memberships.segment_id,
    measured_values.metric
