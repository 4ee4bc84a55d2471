-- Grain: one row a distinct history, for Pareto/NBD; times in units of $unit_days days. shape and age: of the
-- gamma that a rate of purchases has by now; last_age: age at the last purchase. patience and
-- last_patience: the same of the rate of leaving. whole: logarithm of age over last_age; reach: as much of
-- it as counts; rise: by how much the density of leaving may rise over it, as a logarithm. log_odds: of
-- having left to being there, but for that density's mean.
with aged as (
    select
        repeats,
        last_days,
        seen_days,
        cast($r as double) + repeats as shape,
        cast($alpha as double) + cast(last_days as double) / $unit_days as last_age,
        cast($alpha as double) + cast(seen_days as double) / $unit_days as age,
        cast($beta as double) + cast(last_days as double) / $unit_days as last_patience,
        cast($beta as double) + cast(seen_days as double) / $unit_days as patience
    from histories
    group by
        repeats,
        last_days,
        seen_days
),

silent as (
    select
        repeats,
        last_days,
        seen_days,
        shape,
        last_age,
        age,
        last_patience,
        patience,
        ln(age / last_age) as whole,
        case when shape < 1 then (1 - shape) * ln(age / last_age) else 0 end as rise
    from aged
)

select
    repeats,
    last_days,
    seen_days,
    shape,
    last_age,
    age,
    last_patience,
    patience,
    rise,
    case when shape * whole > $faded then $faded / shape else whole end as reach,
    shape * whole + cast($s as double) * ln(patience / last_patience) + rise as log_odds
from silent
