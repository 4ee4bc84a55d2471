-- Grain: one row a customer of standings: the fifth of customers that they are in by recency, by purchases
-- and by spend, 0 to 4, from the cut points $r1 to $m4. What is not known is in the lowest.
select
    customer_id,
    case
        when recency_days > $r4 then 4
        when recency_days > $r3 then 3
        when recency_days > $r2 then 2
        when recency_days > $r1 then 1
        else 0
    end as recency_fifth,
    case
        when purchases > $f4 then 4
        when purchases > $f3 then 3
        when purchases > $f2 then 2
        when purchases > $f1 then 1
        else 0
    end as purchases_fifth,
    case
        when spend > $m4 then 4
        when spend > $m3 then 3
        when spend > $m2 then 2
        when spend > $m1 then 1
        else 0
    end as spend_fifth
from standings
