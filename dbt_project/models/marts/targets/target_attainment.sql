-- Grain: scope × metric × period × plan version, with a target, an actual, or both; without a target the version
-- reads '(none)'.
{%- set metrics = {
    'net_sales': 'net_sales_amount',
    'bookings': 'booking_amount',
    'revenue': 'revenue_amount',
    'margin': 'margin_amount',
    'units': 'unit_count',
    'deals_won': 'deals_won_count'
} %}
with

targets as (select * from {{ ref('int_targets__by_period') }}),

sales as (select * from {{ ref('int_targets__actuals_by_period') }}),

periods as (select * from {{ ref('int_targets__periods') }}),

days as (select * from {{ ref('dim_date') }}),

reps as (select * from {{ ref('dim_rep') }}),

company as (select * from {{ ref('stg_run__company') }}),

actuals as (
    {%- for metric, column in metrics.items() %}
        select
            scope_type,
            scope_id,
            '{{ metric }}' as metric,
            period_type,
            period_start_on,
            period_end_on,
            {{ column }} as actual_amount
        from sales
        where {{ column }} <> 0
        {%- if not loop.last %}
            union all
        {%- endif %}
    {%- endfor %}
),

-- A full join, so that neither a target without a sale nor a sale without a target drops out. Only the company's own
-- windows are told for the metrics they were set for alone.
met as (
    select
        coalesce(targets.scope_type, actuals.scope_type) as scope_type,
        coalesce(targets.scope_id, actuals.scope_id) as scope_id,
        coalesce(targets.metric, actuals.metric) as metric,
        coalesce(targets.period_type, actuals.period_type) as period_type,
        coalesce(targets.period_start_on, actuals.period_start_on) as period_start_on,
        coalesce(targets.period_end_on, actuals.period_end_on) as period_end_on,
        coalesce(targets.plan_version, '(none)') as plan_version,
        coalesce(targets.is_current_plan, true) as is_current_plan,
        targets.own_day_count,
        targets.day_count,
        targets.set_amount,
        targets.spread_amount,
        targets.spread_to_date_amount,
        targets.spread_prorated_amount,
        targets.assigned_amount,
        coalesce(actuals.actual_amount, 0) as actual_amount
    from targets
    full join actuals
        on
            targets.scope_type = actuals.scope_type
            and targets.scope_id = actuals.scope_id
            and targets.metric = actuals.metric
            and targets.period_type = actuals.period_type
            and targets.period_start_on = actuals.period_start_on
            and targets.period_end_on = actuals.period_end_on
    where targets.scope_id is not null or actuals.period_type <> 'custom'
),

placed as (
    select
        met.*,
        periods.working_day_count,
        periods.working_days_elapsed_count,
        periods.working_day_count - periods.working_days_elapsed_count as working_days_remaining_count,
        coalesce(met.set_amount, met.spread_amount) as target_amount,
        coalesce(met.set_amount <> met.spread_amount, false) as is_rescaled,
        greatest(met.period_start_on, coalesce(reps.hired_on, met.period_start_on)) as employed_from_on,
        least(met.period_end_on, coalesce(reps.left_on, met.period_end_on)) as employed_until_on
    from met
    inner join periods
        on
            met.period_type = periods.period_type
            and met.period_start_on = periods.period_start_on
            and met.period_end_on = periods.period_end_on
    left join reps on case when met.scope_type = 'rep' then met.scope_id end = reps.rep_id
),

employed as (
    select
        placed.*,
        case
            when placed.scope_type <> 'rep' or placed.scope_id = '(none)' then null
            when placed.employed_from_on > placed.employed_until_on then 0
            else
                last_days.working_day_number - first_days.working_day_number
                + case when first_days.is_working_day then 1 else 0 end
        end as employed_working_day_count
    from placed
    left join days as first_days on placed.employed_from_on = first_days.date_on
    left join days as last_days on placed.employed_until_on = last_days.date_on
),

-- A target that its finer ones do not add up to passes as they do; where they are all 0, as the working days do.
to_date as (
    select
        *,
        case
            when not is_rescaled then spread_to_date_amount
            when period_end_on <= {{ as_of_date() }} then target_amount
            when spread_amount = 0
                then {{ share_of('target_amount', 'working_days_elapsed_count', 'working_day_count') }}
            else {{ share_of('target_amount', 'spread_to_date_amount', 'spread_amount') }}
        end as target_to_date_amount,
        case
            when scope_type <> 'rep' then null
            when not is_rescaled then spread_prorated_amount
            when spread_amount = 0
                then {{ share_of('target_amount', 'employed_working_day_count', 'working_day_count') }}
            else {{ share_of('target_amount', 'spread_prorated_amount', 'spread_amount') }}
        end as target_prorated_amount,
        {{ fraction('actual_amount', 'target_amount') }} as attainment_ratio
    from employed
),

measured as (
    select
        *,
        {{ fraction('actual_amount', 'target_to_date_amount') }} as pace_ratio,
        actual_amount - target_amount as variance_amount,
        case
            when target_amount is null then null
            when actual_amount >= target_amount then 0
            else
                cast(target_amount - actual_amount as double)
                / nullif(cast(working_days_remaining_count as double), 0)
        end as required_run_rate_amount,
        cast(actual_amount as double) * working_day_count
        / nullif(cast(working_days_elapsed_count as double), 0) as projection_amount
    from to_date
),

final as (
    select
        -- what is measured
        measured.scope_type,
        measured.scope_id,
        measured.metric,
        measured.period_type,
        measured.period_start_on,
        measured.period_end_on,
        measured.plan_version,
        measured.is_current_plan,
        case
            when measured.target_amount is null then null
            when measured.own_day_count = measured.day_count then 'own'
            when measured.own_day_count = 0 then 'rolled_up'
            else 'mixed'
        end as target_origin,
        case when measured.metric not in ('units', 'deals_won') then company.currency_code end as currency_code,
        -- against the target
        measured.target_amount,
        cast(measured.target_to_date_amount as decimal(18, 4)) as target_to_date_amount,
        measured.actual_amount,
        measured.attainment_ratio,
        measured.pace_ratio,
        cast(measured.variance_amount as decimal(18, 4)) as variance_amount,
        {{ fraction('measured.variance_amount', 'measured.target_amount') }} as variance_ratio,
        case
            when coalesce(measured.target_amount, 0) = 0 then 'no_target'
            when measured.period_start_on > {{ as_of_date() }} then 'not_started'
            when measured.actual_amount >= measured.target_amount then 'met'
            when measured.period_end_on <= {{ as_of_date() }} then 'missed'
            when coalesce(measured.pace_ratio, 1) >= {{ var('pace_on_track_ratio') }} then 'on_track'
            when measured.pace_ratio >= {{ var('pace_behind_ratio') }} then 'behind'
            else 'at_risk'
        end as status,
        -- the way to the end
        measured.working_day_count,
        measured.working_days_elapsed_count,
        cast(measured.projection_amount as decimal(18, 4)) as projection_amount,
        cast(measured.required_run_rate_amount as decimal(18, 4)) as required_run_rate_amount,
        -- the cascade
        measured.spread_amount as daily_target_amount,
        measured.assigned_amount,
        cast(
            case when measured.own_day_count > 0 then measured.assigned_amount - measured.target_amount end
            as decimal(18, 4)
        ) as over_assignment_amount,
        -- a rep employed for a part of the period
        {{ fraction('measured.employed_working_day_count', 'measured.working_day_count') }} as employed_ratio,
        cast(measured.target_prorated_amount as decimal(18, 4)) as target_prorated_amount,
        {{ fraction('measured.actual_amount', 'measured.target_prorated_amount') }} as attainment_prorated_ratio
    from measured
    cross join company
)

select * from final
