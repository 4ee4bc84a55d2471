-- Grain: one row a customer and place. saved: what came off the full price of sales, full_price: what they
-- would have cost; returned and sold: value, lines where there are no amounts; own and branded: sales of own
-- brands, and of brands that are known, in the categories in which loyalty is told. All in ten-thousandths.
with valued as (
    select
        asked_lines.customer_id,
        asked_lines.category_number,
        asked_lines.period_number,
        case
            when not asked_lines.is_return and asked_lines.amount >= 0 then coalesce(asked_lines.discount, 0)
            else 0
        end as saved,
        case
            when not asked_lines.is_return and asked_lines.amount >= 0
                then asked_lines.amount + coalesce(asked_lines.discount, 0)
            else 0
        end as full_price,
        case when asked_lines.is_return then coalesce(-asked_lines.amount, 1) else 0 end as returned,
        case when asked_lines.is_return then 0 else coalesce(asked_lines.amount, 1) end as sold,
        case
            when asked_lines.is_return or asked_lines.amount <= 0 or asked_lines.brand is null then 0
            when not $any_category and loyalty_categories.category is null then 0
            else asked_lines.amount
        end as branded,
        case when own_brands.brand is null then 0 else 1 end as is_own
    from asked_lines
    left join own_brands
        on asked_lines.brand = own_brands.brand
    left join loyalty_categories
        on asked_lines.category = loyalty_categories.category
)

select
    customer_id,
    category_number,
    period_number,
    cast(floor(cast(coalesce(sum(saved), 0) as double) * 10000 + 0.5) as bigint) as saved,
    cast(floor(cast(coalesce(sum(full_price), 0) as double) * 10000 + 0.5) as bigint) as full_price,
    cast(floor(cast(coalesce(sum(returned), 0) as double) * 10000 + 0.5) as bigint) as returned,
    cast(floor(cast(coalesce(sum(sold), 0) as double) * 10000 + 0.5) as bigint) as sold,
    cast(floor(cast(coalesce(sum(branded * is_own), 0) as double) * 10000 + 0.5) as bigint) as own,
    cast(floor(cast(coalesce(sum(branded), 0) as double) * 10000 + 0.5) as bigint) as branded
from valued
group by
    customer_id,
    category_number,
    period_number
