-- Grain: scope × metric × plan version × period (calendar or custom) with a target on one of its days.
-- The daily targets of a period added up, for the version alone and for what is in force, whatever its version.
with

daily as (select * from {{ ref('fct_targets_daily') }}),

calendar_periods as (select * from {{ ref('int_targets__day_periods') }}),

custom_windows as (select * from {{ ref('int_targets__custom_windows') }}),

windows as (select * from {{ ref('int_targets__windows') }}),

reps as (select * from {{ ref('dim_rep') }}),

employed as (
    select
        daily.*,
        (reps.hired_on is null or daily.target_on >= reps.hired_on)
        and (reps.left_on is null or daily.target_on <= reps.left_on) as is_employed
    from daily
    left join reps on case when daily.scope_type = 'rep' then daily.scope_id end = reps.rep_id
),

days as (
    select
        employed.*,
        calendar_periods.period_type,
        calendar_periods.period_start_on,
        calendar_periods.period_end_on
    from employed
    inner join calendar_periods on employed.target_on = calendar_periods.date_on
    union all
    select
        employed.*,
        'custom' as period_type,
        custom_windows.period_start_on,
        custom_windows.period_end_on
    from employed
    inner join custom_windows
        on
            employed.scope_type = custom_windows.scope_type
            and employed.scope_id = custom_windows.scope_id
            and employed.metric = custom_windows.metric
            and employed.plan_version = custom_windows.plan_version
            and employed.target_on between custom_windows.period_start_on and custom_windows.period_end_on
),

added_up as (
    select
        scope_type,
        scope_id,
        metric,
        plan_version,
        period_type,
        period_start_on,
        period_end_on,
        count(*) as day_count,
        count(case when target_origin = 'own' then 1 end) as own_day_count,
        sum(target_amount) as target_amount,
        sum(case when target_on <= {{ as_of_date() }} then target_amount else 0 end) as target_to_date_amount,
        sum(case when is_employed then target_amount else 0 end) as target_prorated_amount,
        sum(assigned_amount) as assigned_amount,
        count(in_force_amount) as in_force_day_count,
        sum(in_force_amount) as in_force_amount,
        sum(case when target_on <= {{ as_of_date() }} then in_force_amount else 0 end) as in_force_to_date_amount,
        sum(case when is_employed then in_force_amount else 0 end) as in_force_prorated_amount,
        sum(in_force_assigned_amount) as in_force_assigned_amount,
        max(case when target_on <= {{ as_of_date() }} and is_current_plan then target_on end) as last_in_force_on,
        min(case when target_on > {{ as_of_date() }} and is_current_plan then target_on end) as next_in_force_on
    from days
    group by scope_type, scope_id, metric, plan_version, period_type, period_start_on, period_end_on
),

-- The current version of a period is the one in force on the business date, or on the covered day nearest to it.
ranked as (
    select
        *,
        row_number() over (
            partition by scope_type, scope_id, metric, period_type, period_start_on, period_end_on
            order by
                coalesce(last_in_force_on, cast('0001-01-01' as date)) desc,
                coalesce(next_in_force_on, cast('9999-12-31' as date)) asc,
                plan_version desc
        ) as currency_rank,
        sum(in_force_day_count) over period as period_in_force_day_count,
        sum(in_force_amount) over period as period_in_force_amount,
        sum(in_force_to_date_amount) over period as period_in_force_to_date_amount,
        sum(in_force_prorated_amount) over period as period_in_force_prorated_amount,
        sum(in_force_assigned_amount) over period as period_in_force_assigned_amount
    from added_up
    window period as (
        partition by scope_type, scope_id, metric, period_type, period_start_on, period_end_on
    )
),

current_plans as (
    select
        *,
        currency_rank = 1 and in_force_day_count > 0 as is_current_plan
    from ranked
),

-- The target set for exactly this window; of two kinds of window with the same days the finer one.
set_for_period as (
    select
        scope_type,
        scope_id,
        metric,
        plan_version,
        reported_period_type as period_type,
        period_start_on,
        period_end_on,
        min_by(target_amount, fineness) as set_amount
    from windows
    group by
        scope_type, scope_id, metric, plan_version, reported_period_type, period_start_on, period_end_on
),

final as (
    select
        current_plans.scope_type,
        current_plans.scope_id,
        current_plans.metric,
        current_plans.plan_version,
        current_plans.period_type,
        current_plans.period_start_on,
        current_plans.period_end_on,
        current_plans.is_current_plan,
        current_plans.own_day_count,
        current_plans.day_count,
        case
            when not current_plans.is_current_plan then set_for_period.set_amount
            -- what was in force on other days under another version counts as it was then
            when current_plans.in_force_day_count = current_plans.period_in_force_day_count
                then set_for_period.set_amount
        end as set_amount,
        cast(
            case
                when current_plans.is_current_plan
                    then current_plans.period_in_force_amount
                else current_plans.target_amount
            end as decimal(18, 4)
        ) as spread_amount,
        cast(
            case
                when current_plans.is_current_plan
                    then current_plans.period_in_force_to_date_amount
                else current_plans.target_to_date_amount
            end as decimal(18, 4)
        ) as spread_to_date_amount,
        cast(
            case
                when current_plans.is_current_plan
                    then current_plans.period_in_force_prorated_amount
                else current_plans.target_prorated_amount
            end as decimal(18, 4)
        ) as spread_prorated_amount,
        cast(
            case
                when current_plans.is_current_plan
                    then current_plans.period_in_force_assigned_amount
                else current_plans.assigned_amount
            end as decimal(18, 4)
        ) as assigned_amount
    from current_plans
    left join set_for_period
        on
            current_plans.scope_type = set_for_period.scope_type
            and current_plans.scope_id = set_for_period.scope_id
            and current_plans.metric = set_for_period.metric
            and current_plans.plan_version = set_for_period.plan_version
            and current_plans.period_type = set_for_period.period_type
            and current_plans.period_start_on = set_for_period.period_start_on
            and current_plans.period_end_on = set_for_period.period_end_on
)

select * from final
