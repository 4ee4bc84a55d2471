-- Grain: one row a distinct history. p_alive: probability, 0 to 1. pace: purchases in a unit of time, as
-- expected of the customer today. patience: of the gamma that the rate of leaving has by now.
with means as (
    select
        repeats,
        last_days,
        seen_days,
        cast(sum(part) as double) / $whole as density
    from pareto_nbd_parts
    group by
        repeats,
        last_days,
        seen_days
),

judged as (
    select
        pareto_nbd_histories.repeats,
        pareto_nbd_histories.last_days,
        pareto_nbd_histories.seen_days,
        pareto_nbd_histories.shape,
        pareto_nbd_histories.age,
        pareto_nbd_histories.patience,
        -- Odds of e^$far and more are a certainty.
        case
            when pareto_nbd_histories.log_odds > $far then cast(0 as double)
            else
                1 / (
                    1 + cast($s as double) * pareto_nbd_histories.reach * pareto_nbd_histories.last_age
                    / pareto_nbd_histories.last_patience * exp(pareto_nbd_histories.log_odds) * means.density
                )
        end as p_alive
    from pareto_nbd_histories
    inner join means
        on
            pareto_nbd_histories.repeats = means.repeats
            and pareto_nbd_histories.last_days = means.last_days
            and pareto_nbd_histories.seen_days = means.seen_days
)

select
    repeats,
    last_days,
    seen_days,
    patience,
    p_alive,
    p_alive * shape / age as pace
from judged
