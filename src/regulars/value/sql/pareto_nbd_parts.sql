-- Grain: one row a distinct history and node. part: of the density of the time of leaving, in 1 / $whole of
-- the most that it comes to. What is smaller by e^$faint is nothing.
with placed as (
    select
        pareto_nbd_histories.repeats,
        pareto_nbd_histories.last_days,
        pareto_nbd_histories.seen_days,
        pareto_nbd_histories.shape,
        pareto_nbd_histories.last_age,
        pareto_nbd_histories.last_patience,
        pareto_nbd_histories.reach * pareto_nbd_nodes.share as aging,
        pareto_nbd_nodes.log_weight - pareto_nbd_histories.rise as log_weight
    from pareto_nbd_histories
    cross join pareto_nbd_nodes
),

weighed as (
    select
        repeats,
        last_days,
        seen_days,
        log_weight + (1 - shape) * aging
        - (cast($s as double) + 1) * ln(1 + last_age * (exp(aging) - 1) / last_patience) as log_part
    from placed
)

select
    repeats,
    last_days,
    seen_days,
    cast(floor(case when log_part < -$faint then 0 else exp(log_part) end * $whole + 0.5) as bigint) as part
from weighed
