-- Grain: one row a segment and pair of categories, in either order. Sums over the customers who have anything
-- in both, of products of what they have in one with what they have in the other: whole numbers.
select
    asked_customers.segment_id,
    one.category_number,
    other.category_number as other_number,
    sum(cast(one.part as decimal(38, 0)) * other.part) as part_parts,
    sum(cast(one.part as decimal(38, 0)) * other.whole) as part_wholes,
    sum(cast(one.whole as decimal(38, 0)) * other.whole) as whole_wholes
from asked_parts as one
inner join asked_parts as other
    on one.customer_id = other.customer_id
inner join asked_customers
    on one.customer_id = asked_customers.customer_id
where one.category_number > 0 and other.category_number > 0
group by
    asked_customers.segment_id,
    one.category_number,
    other.category_number
