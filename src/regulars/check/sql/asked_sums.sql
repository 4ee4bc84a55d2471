-- Grain: one row a segment and place. n: customers who have anything there; doing: those with some part of
-- it, lacking: those whose part is not the whole. Sums over them of part and whole, of their squares and
-- their product, and of powers of their weights: wholes in millionths of the largest that anybody has there.
-- Whole numbers, so that the order of summing cannot matter.
with largest as (
    select
        category_number,
        period_number,
        max(whole) as whole
    from asked_parts
    group by
        category_number,
        period_number
),

weighed as (
    select
        asked_customers.segment_id,
        asked_parts.category_number,
        asked_parts.period_number,
        cast(asked_parts.part as decimal(38, 0)) as part,
        cast(asked_parts.whole as decimal(38, 0)) as whole,
        case when largest.whole > 0 then cast(asked_parts.whole as double) / largest.whole else 0 end
            as weight
    from asked_parts
    inner join asked_customers
        on asked_parts.customer_id = asked_customers.customer_id
    inner join largest
        on
            asked_parts.category_number = largest.category_number
            and asked_parts.period_number = largest.period_number
    where asked_parts.part <> 0 or asked_parts.whole <> 0
),

exact as (
    select
        segment_id,
        category_number,
        period_number,
        part,
        whole,
        cast(floor(weight * 1000000 + 0.5) as decimal(38, 0)) as weight
    from weighed
)

select
    segment_id,
    category_number,
    period_number,
    count(*) as n,
    sum(case when part <> 0 then 1 else 0 end) as doing,
    sum(case when part <> whole then 1 else 0 end) as lacking,
    sum(part) as part,
    sum(whole) as whole,
    sum(part * part) as part_squares,
    sum(whole * whole) as whole_squares,
    sum(part * whole) as products,
    sum(weight) as weights,
    sum(weight * weight) as weight_squares,
    sum(weight * weight * weight) as weight_cubes,
    sum(weight * weight * weight * weight) as weight_fourths
from exact
group by
    segment_id,
    category_number,
    period_number
