-- Grain: one row a customer and category bought. lines: sale lines.
select
    customer_id,
    category,
    count(*) as lines
from order_lines
where not is_return and category is not null
group by
    customer_id,
    category
