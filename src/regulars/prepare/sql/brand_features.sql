-- Grain: one row a customer. brands: distinct brands bought. top_brand_share: share of lines in
-- the largest, 0 to 1. brand_entropy: Shannon entropy of the line shares, in bits, summed in whole
-- millionths so that the order of summing cannot matter.
with totals as (
    select
        customer_id,
        sum(lines) as all_lines
    from customer_brands
    group by customer_id
),

shares as (
    select
        customer_brands.customer_id,
        cast(customer_brands.lines as double) / totals.all_lines as share
    from customer_brands
    inner join totals
        on customer_brands.customer_id = totals.customer_id
)

select
    customer_id,
    cast(count(*) as bigint) as brands,
    floor(max(share) * 1000000 + 0.5) / 1000000 as top_brand_share,
    cast(sum(cast(floor(-share * ln(share) / ln(2) * 1000000 + 0.5) as bigint)) as double) / 1000000
        as brand_entropy
from shares
group by customer_id
