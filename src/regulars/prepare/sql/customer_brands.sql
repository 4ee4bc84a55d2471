-- Grain: one row a customer and brand bought. lines: sale lines.
select
    customer_id,
    brand,
    count(*) as lines
from order_lines
where not is_return and brand is not null
group by
    customer_id,
    brand
