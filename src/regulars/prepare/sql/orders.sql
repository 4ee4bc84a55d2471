-- Grain: one row an order (customer, order id), and one more for what was returned under the same id.
-- amount: study currency, negative for returns. lines: count. items: units of product.
select
    customer_id,
    order_id,
    is_return,
    min(ordered_at) as ordered_at,
    min(ordered_on) as ordered_on,
    cast(count(*) as bigint) as lines,
    sum(quantity) as items,
    sum(amount) as amount,
    max(is_promoted) as is_promoted
from order_lines
group by
    customer_id,
    order_id,
    is_return
