-- Grain: day up to the business date × period type (month, quarter, year).
-- Fiscal periods with the first day of the one before.
with

periods as (
    select * from {{ ref('int_targets__day_periods') }}
    where period_type in ('month', 'quarter', 'year')
),

final as (
    select
        periods.date_on,
        periods.period_type,
        periods.period_start_on,
        periods.period_end_on,
        previous_periods.period_start_on as previous_period_start_on
    from periods
    left join periods as previous_periods
        on
            periods.period_type = previous_periods.period_type
            and {{ add_days('periods.period_start_on', -1) }} = previous_periods.date_on
    where periods.date_on <= {{ as_of_date() }}
)

select * from final
