-- Grain: scope × metric × plan version × window that is no period of the company's calendar.
-- A rep's or team's own window is reported for everything above it as well.
with

windows as (
    select * from {{ ref('int_targets__windows') }}
    where reported_period_type = 'custom'
),

chain as (select * from {{ ref('int_targets__team_chain') }}),

reps as (select * from {{ ref('dim_rep') }}),

placed as (
    select
        windows.*,
        case windows.scope_type
            when 'rep' then coalesce(reps.team_id, '(none)')
            when 'team' then windows.scope_id
        end as team_id
    from windows
    left join reps on case when windows.scope_type = 'rep' then windows.scope_id end = reps.rep_id
),

final as (
    select
        scope_type,
        scope_id,
        metric,
        plan_version,
        period_start_on,
        period_end_on
    from placed
    union
    select
        chain.scope_type,
        chain.scope_id,
        placed.metric,
        placed.plan_version,
        placed.period_start_on,
        placed.period_end_on
    from placed
    inner join chain on chain.home_type = 'team' and placed.team_id = chain.home_id
)

select * from final
