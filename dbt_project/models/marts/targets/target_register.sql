-- Grain: one row per target as a source declares it.
with

declared as (select * from {{ ref('int_targets__declared') }}),

windows as (select * from {{ ref('int_targets__windows') }}),

daily as (select * from {{ ref('int_targets__spread') }}),

-- A window that overlaps no other keeps its target; the days of one that does may belong to finer targets.
layered as (
    select
        windows.window_id,
        sum(daily.target_amount) as daily_target_amount
    from windows
    inner join daily
        on
            windows.scope_type = daily.scope_type
            and windows.scope_id = daily.scope_id
            and windows.metric = daily.metric
            and windows.plan_version = daily.plan_version
            and daily.target_on between windows.period_start_on and windows.period_end_on
    where windows.is_layered
    group by windows.window_id
),

spread as (
    select
        windows.scope_type,
        windows.scope_id,
        windows.metric,
        windows.plan_version,
        windows.period_type,
        windows.period_start_on,
        windows.period_end_on,
        cast(
            coalesce(layered.daily_target_amount, windows.target_amount) - windows.target_amount as decimal(18, 4)
        ) as over_assignment_amount
    from windows
    left join layered on windows.window_id = layered.window_id
),

final as (
    select
        declared.source_system,
        declared.scope_type,
        declared.declared_scope_id,
        declared.scope_id,
        declared.is_scope_known,
        declared.metric,
        declared.period_type,
        declared.period_start_on,
        declared.period_end_on,
        declared.plan_version,
        declared.effective_on,
        declared.declared_amount,
        declared.currency_code,
        declared.target_amount is not null as is_priced,
        declared.target_amount,
        case when declared.target_amount is not null then spread.over_assignment_amount end as over_assignment_amount,
        case
            when not declared.is_scope_known then 'unknown_scope'
            when declared.target_amount is null then 'no_exchange_rate'
            when spread.period_end_on is null or spread.period_end_on < declared.period_end_on then 'outside_calendar'
            when declared.target_amount = 0 then 'zero_target'
            when spread.over_assignment_amount > 0 then 'over_assigned'
            when spread.over_assignment_amount < 0 then 'under_assigned'
        end as finding
    from declared
    left join spread
        on
            declared.scope_type = spread.scope_type
            and declared.scope_id = spread.scope_id
            and declared.metric = spread.metric
            and declared.plan_version = spread.plan_version
            and declared.period_type = spread.period_type
            and declared.period_start_on = spread.period_start_on
)

select * from final
