-- Grain: one row a customer that is to be left out whole: trials of the shop's own system,
-- and those who opted out (is_out) or of whom it is not known that they did not (is_unknown), whichever
-- table says so.
with consents as (
    select
        customer_id,
        max(case when consent_state = 'out' then 1 else 0 end) as is_out,
        max(case when consent_state = 'unknown' then 1 else 0 end) as is_unknown
    from told_consents
    group by customer_id
),

trials as (
    select consents.customer_id
    from consents
    inner join marked_codes
        on
            marked_codes.kind = 'test'
            and (
                upper(consents.customer_id) = marked_codes.code
                or (
                    marked_codes.is_prefix
                    and substring(upper(consents.customer_id), 1, length(marked_codes.code))
                    = marked_codes.code
                )
            )
    group by consents.customer_id
)

select
    consents.customer_id,
    consents.is_out,
    consents.is_unknown,
    case when trials.customer_id is null then 0 else 1 end as is_test
from consents
left join trials
    on consents.customer_id = trials.customer_id
where consents.is_out = 1 or consents.is_unknown = 1 or trials.customer_id is not null
