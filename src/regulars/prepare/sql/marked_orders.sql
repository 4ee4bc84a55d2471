-- Grain: one row an order id that is a trial of the shop's own system: its id as the source has it.
with order_ids as (
    select order_id
    from order_rows
    where order_id is not null
    group by order_id
)

select order_ids.order_id
from order_ids
inner join marked_codes
    on
        marked_codes.kind = 'test'
        and (
            upper(order_ids.order_id) = marked_codes.code
            or (
                marked_codes.is_prefix
                and substring(upper(order_ids.order_id), 1, length(marked_codes.code)) = marked_codes.code
            )
        )
group by order_ids.order_id
