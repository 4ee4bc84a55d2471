-- Grain: one row a line of the periods asked about, and place in which it counts: 0 and 0 for all of them,
-- its category's number and 0, 0 and its period's number. Lines in no listed category have $other_number,
-- those whose category is unknown $unknown_number. is_wanted: 1 where its category is one that is asked for.
with numbered as (
    select
        order_lines.customer_id,
        order_lines.order_id,
        order_lines.ordered_at,
        order_lines.ordered_on,
        order_lines.is_return,
        order_lines.quantity,
        order_lines.amount,
        order_lines.product_id,
        order_lines.category,
        order_lines.brand,
        order_lines.discount,
        order_lines.is_promoted,
        coalesce(asked_categories.is_wanted, 0) as is_wanted,
        case
            when order_lines.category is null then $unknown_number
            else coalesce(asked_categories.category_number, $other_number)
        end as category_number,
        asked_periods.period_number
    from order_lines
    inner join asked_periods
        on
            order_lines.ordered_on >= asked_periods.first_on
            and order_lines.ordered_on <= asked_periods.last_on
    left join asked_categories
        on order_lines.category = asked_categories.category
    where not $only_listed or asked_categories.category is not null
),

placed as (
    select
        numbered.*,
        cast(0 as bigint) as place_category,
        cast(0 as bigint) as place_period
    from numbered
    union all
    select
        numbered.*,
        cast(category_number as bigint) as place_category,
        cast(0 as bigint) as place_period
    from numbered
    union all
    select
        numbered.*,
        cast(0 as bigint) as place_category,
        cast(period_number as bigint) as place_period
    from numbered
)

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
    is_promoted,
    is_wanted,
    place_category as category_number,
    place_period as period_number
from placed
