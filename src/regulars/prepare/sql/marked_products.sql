-- Grain: one row a product that is no product (a fee, a trial): its code as the source has it.
-- A marked code with is_prefix stands for every code that starts with it.
with products as (
    select product_id
    from order_rows
    where product_id is not null
    group by product_id
)

select
    products.product_id,
    max(case when marked_codes.kind = 'test' then 1 else 0 end) as is_test,
    max(case when marked_codes.kind = 'non_product' then 1 else 0 end) as is_non_product
from products
inner join marked_codes
    on
        upper(products.product_id) = marked_codes.code
        or (
            marked_codes.is_prefix
            and substring(upper(products.product_id), 1, length(marked_codes.code)) = marked_codes.code
        )
group by products.product_id
