-- Grain: one row a distinct history. p_alive: probability, 0 to 1. expected_purchases: purchase days over the
-- horizon, which is $horizon units of time long; discounted_purchases: each counted for what it is worth
-- today, as if there were only $discounted_horizon units.
select
    bgnbd_histories.repeats,
    bgnbd_histories.last_days,
    bgnbd_histories.seen_days,
    bgnbd_histories.p_alive,
    bgnbd_histories.p_alive * bgnbd_histories.shape / bgnbd_histories.age
    * cast($horizon as double) * bgnbd_means.bought as expected_purchases,
    bgnbd_histories.p_alive * bgnbd_histories.shape / bgnbd_histories.age
    * cast($discounted_horizon as double) * bgnbd_means.discounted as discounted_purchases
from bgnbd_histories
inner join bgnbd_means
    on
        bgnbd_histories.repeats = bgnbd_means.repeats
        and bgnbd_histories.last_days = bgnbd_means.last_days
        and bgnbd_histories.seen_days = bgnbd_means.seen_days
