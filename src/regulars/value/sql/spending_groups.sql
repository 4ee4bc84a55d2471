-- Grain: one row a number of repeats and a band of what they came to, above zero; 64 bands to a factor of e,
-- so that a band is 1.6 % wide. customers: how many share it. place_sum, square_sum and cube_sum: of their
-- places in the band by the logarithm (0 at its lower end, below 1), in whole trillionths: sums are exact.
with spent as (
    select
        repeats,
        ln(cast(repeat_spend as double)) * 64 as height
    from histories
    where
        repeats > 0
        and repeat_spend > 0
),

placed as (
    select
        repeats,
        floor(height) as band,
        height - floor(height) as place
    from spent
)

select
    repeats,
    cast(band as bigint) as band,
    count(*) as customers,
    sum(cast(floor(place * 1000000000000 + 0.5) as bigint)) as place_sum,
    sum(cast(floor(place * place * 1000000000000 + 0.5) as bigint)) as square_sum,
    sum(cast(floor(place * place * place * 1000000000000 + 0.5) as bigint)) as cube_sum
from placed
group by
    repeats,
    cast(band as bigint)
order by
    repeats,
    band
