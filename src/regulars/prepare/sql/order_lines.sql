-- Grain: one row a line that is used, sale or return. amount: study currency, returns negative. category
-- and brand: of the order file, or else of the table of products; null where neither tells. discount: study
-- currency, what came off the full price, null where there is none.
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
    brand,
    discount,
    is_promoted
from settled_rows
where reason is null
