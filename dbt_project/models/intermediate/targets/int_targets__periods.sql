-- Grain: period type × first day × last day, of the company's calendar and of its own windows.
-- How many working days a period has and how many of them have passed by the business date.
with

calendar_periods as (select * from {{ ref('int_targets__day_periods') }}),

custom_windows as (select * from {{ ref('int_targets__custom_windows') }}),

days as (select * from {{ ref('dim_date') }}),

bounds as (
    select
        min(date_on) as first_on,
        max(date_on) as last_on
    from days
),

periods as (
    select
        period_type,
        period_start_on,
        period_end_on
    from calendar_periods
    union
    select
        'custom' as period_type,
        period_start_on,
        period_end_on
    from custom_windows
),

final as (
    select
        periods.period_type,
        periods.period_start_on,
        periods.period_end_on,
        last_days.working_day_number - first_days.working_day_number
        + case when first_days.is_working_day then 1 else 0 end as working_day_count,
        case
            when elapsed_days.working_day_number is null then 0
            else
                elapsed_days.working_day_number - first_days.working_day_number
                + case when first_days.is_working_day then 1 else 0 end
        end as working_days_elapsed_count
    from periods
    cross join bounds
    inner join days as first_days on greatest(periods.period_start_on, bounds.first_on) = first_days.date_on
    inner join days as last_days on least(periods.period_end_on, bounds.last_on) = last_days.date_on
    left join days as elapsed_days
        on
            case
                when periods.period_start_on <= {{ as_of_date() }} then least(periods.period_end_on, {{ as_of_date() }})
            end = elapsed_days.date_on
)

select * from final
