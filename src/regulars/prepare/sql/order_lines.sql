-- Grain: one row a line that is used, sale or return. amount: study currency, returns negative.
select
    customer_id,
    order_id,
    ordered_at,
    ordered_on,
    is_return,
    quantity,
    amount,
    product_id,
    category,
    is_promoted
from settled_rows
where reason is null
