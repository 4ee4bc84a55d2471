-- Grain: one row a record of the order file, with the last word on it: judged_rows' reason, or that its
-- customer never bought (or, where so set, returned as much as they bought).
select
    judged_rows.record,
    judged_rows.customer_id,
    judged_rows.order_id,
    judged_rows.ordered_at,
    judged_rows.ordered_on,
    judged_rows.is_return,
    judged_rows.quantity,
    judged_rows.amount,
    judged_rows.product_id,
    judged_rows.category,
    judged_rows.brand,
    judged_rows.discount,
    judged_rows.is_promoted,
    judged_rows.shown,
    case
        when judged_rows.reason is not null then judged_rows.reason
        when buyers.customer_id is null then 'customer_without_sale'
        when $set_aside_net_not_positive and buyers.net_spend <= 0 then 'net_spend_not_positive'
    end as reason
from judged_rows
left join buyers
    on judged_rows.customer_id = buyers.customer_id
