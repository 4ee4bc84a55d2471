-- Grain: one row a distinct history. Of the purchases of one who never leaves, the shares (0 to 1) that are
-- bought all the same, over the horizon (bought) and discounted to today (discounted).
select
    repeats,
    last_days,
    seen_days,
    cast(sum(bought) as double) / cast(sum(part) as double) as bought,
    cast(sum(discounted) as double) / cast(sum(part) as double) as discounted
from bgnbd_parts
group by
    repeats,
    last_days,
    seen_days
