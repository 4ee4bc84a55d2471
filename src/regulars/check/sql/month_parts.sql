-- Grain: one row a customer and place. months: whole months asked about that began after the customer's first
-- order; bought_months: of these, those with an order there.
with firsts as (
    select
        customer_id,
        min(ordered_on) as first_ordered_on
    from orders
    where not is_return
    group by customer_id
),

due as (
    select
        firsts.customer_id,
        asked_places.category_number,
        asked_places.period_number,
        count(*) as months
    from firsts
    inner join asked_months
        on firsts.first_ordered_on < asked_months.first_on
    inner join asked_places
        on asked_places.period_number = 0 or asked_months.period_number = asked_places.period_number
    group by
        firsts.customer_id,
        asked_places.category_number,
        asked_places.period_number
),

ordered as (
    select
        asked_lines.customer_id,
        asked_lines.category_number,
        asked_months.first_on,
        asked_months.period_number
    from asked_lines
    inner join asked_months
        on asked_lines.ordered_on >= asked_months.first_on and asked_lines.ordered_on <= asked_months.last_on
    inner join firsts
        on
            asked_lines.customer_id = firsts.customer_id
            and asked_months.first_on > firsts.first_ordered_on
    where not asked_lines.is_return and asked_lines.period_number = 0
    group by
        asked_lines.customer_id,
        asked_lines.category_number,
        asked_months.first_on,
        asked_months.period_number
),

bought as (
    select
        ordered.customer_id,
        asked_places.category_number,
        asked_places.period_number,
        count(*) as bought_months
    from ordered
    inner join asked_places
        on
            ordered.category_number = asked_places.category_number
            and (asked_places.period_number = 0 or ordered.period_number = asked_places.period_number)
    group by
        ordered.customer_id,
        asked_places.category_number,
        asked_places.period_number
)

select
    due.customer_id,
    due.category_number,
    due.period_number,
    due.months,
    coalesce(bought.bought_months, 0) as bought_months
from due
left join bought
    on
        due.customer_id = bought.customer_id
        and due.category_number = bought.category_number
        and due.period_number = bought.period_number
