-- Grain: one row a distinct history. For BG/NBD (shift 0) and MBG/NBD (1); times in units of $unit_days days.
-- shape and age: of the gamma that a customer's rate of purchases has by now. stays: times that the customer
-- may be held to have stayed, the second parameter of the beta of their chance to leave. log_peak: about the
-- largest logarithm of that beta, so that nothing overflows. p_alive: probability, 0 to 1.
with aged as (
    select
        repeats,
        last_days,
        seen_days,
        cast($r as double) + repeats as shape,
        cast($alpha as double) + cast(last_days as double) / $unit_days as last_age,
        cast($alpha as double) + cast(seen_days as double) / $unit_days as age,
        cast($b as double) + (repeats + $shift) as stays,
        -- For who never had a chance to leave it is not looked at.
        cast($b as double) + (repeats + $shift - 1) as stayed
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
        age,
        stays,
        stayed,
        shape * ln(age / last_age) as silence
    from aged
)

select
    repeats,
    last_days,
    seen_days,
    shape,
    age,
    stays,
    cast($density_a as double) * ln(cast($density_a as double) / (cast($density_a as double) + stays))
    + stays * ln(stays / (cast($density_a as double) + stays))
    + ln((1 + stays) / stays) as log_peak,
    case
        when repeats + $shift = 0 then cast(1 as double)
        when silence > $far then cast(0 as double)
        else stayed / (stayed + cast($a as double) * exp(silence))
    end as p_alive
from silent
