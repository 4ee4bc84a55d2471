-- Grain: one row an order that is no return, and place in which it has a line (see asked_lines). items: units
-- of product. amount: study currency. is_promoted, is_wanted: 1 where any of these lines is.
select
    customer_id,
    order_id,
    category_number,
    period_number,
    min(ordered_at) as ordered_at,
    min(ordered_on) as ordered_on,
    sum(quantity) as items,
    sum(amount) as amount,
    max(is_promoted) as is_promoted,
    max(is_wanted) as is_wanted
from asked_lines
where not is_return
group by
    customer_id,
    order_id,
    category_number,
    period_number
