-- Grain: one row a customer and stretch of runs that found them in one segment by one definition.
-- valid_from: day of the first such run. valid_to: day of the first run that no longer did, so that a stretch
-- holds on days from valid_from up to, and without, valid_to; null where the last run still did (is_current).
-- previous_segment_id: of the stretch before, null for the first. changed_on: valid_from, where the segment
-- differs from the previous one. is_new_definition: the stretch before was by another definition, so that
-- the customer may be elsewhere because the definition is another.
with found as (
    select
        customer_id,
        run_number,
        max(segment_id) as segment_id,
        max(definition_number) as definition_number
    from run_memberships
    group by
        customer_id,
        run_number
),

followed as (
    select
        customer_id,
        run_number,
        segment_id,
        definition_number,
        lag(run_number) over (
            partition by customer_id
            order by run_number
        ) as run_before,
        lag(segment_id) over (
            partition by customer_id
            order by run_number
        ) as segment_before,
        lag(definition_number) over (
            partition by customer_id
            order by run_number
        ) as definition_before
    from found
),

-- Who was away for a run comes back in a new stretch, even to the same segment.
told as (
    select
        customer_id,
        run_number,
        segment_id,
        definition_number,
        segment_before,
        definition_before,
        case
            when
                run_before = run_number - 1
                and segment_before = segment_id
                and definition_before = definition_number
                then 0
            else 1
        end as is_start
    from followed
),

numbered as (
    select
        customer_id,
        run_number,
        segment_id,
        definition_number,
        segment_before,
        definition_before,
        is_start,
        sum(is_start) over (
            partition by customer_id
            order by run_number nulls first
            rows between unbounded preceding and current row
        ) as stretch
    from told
),

stretches as (
    select
        customer_id,
        stretch,
        max(segment_id) as segment_id,
        max(definition_number) as definition_number,
        max(case when is_start = 1 then segment_before end) as previous_segment_id,
        max(case when is_start = 1 then definition_before end) as previous_definition,
        min(run_number) as first_run,
        max(run_number) as last_run
    from numbered
    group by
        customer_id,
        stretch
)

select
    stretches.customer_id,
    stretches.segment_id,
    now_named.segment_name,
    stretches.previous_segment_id,
    once_named.segment_name as previous_segment_name,
    first_runs.as_of as valid_from,
    after_runs.as_of as valid_to,
    after_runs.as_of is null as is_current,
    case when stretches.previous_segment_id <> stretches.segment_id then first_runs.as_of end as changed_on,
    coalesce(stretches.previous_definition <> stretches.definition_number, false) as is_new_definition,
    first_runs.version,
    first_runs.definition
from stretches
inner join history_runs as first_runs
    on stretches.first_run = first_runs.run_number
left join history_runs as after_runs
    on stretches.last_run + 1 = after_runs.run_number
inner join segment_names as now_named
    on
        stretches.definition_number = now_named.definition_number
        and stretches.segment_id = now_named.segment_id
left join segment_names as once_named
    on
        stretches.previous_definition = once_named.definition_number
        and stretches.previous_segment_id = once_named.segment_id
