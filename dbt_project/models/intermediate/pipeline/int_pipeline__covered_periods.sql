-- Grain: fiscal week, month, quarter or year that has begun by the business date, and the one after it.
-- The periods that are asked whether there is enough pipeline for them. A period runs as long as the day after the
-- business date is in it.
with

periods as (
    select distinct
        period_type,
        period_start_on,
        period_end_on
    from {{ ref('int_targets__day_periods') }}
    where period_type in ('week', 'month', 'quarter', 'year')
),

followed as (
    select
        *,
        lag(period_start_on) over (partition by period_type order by period_start_on) as previous_start_on
    from periods
),

final as (
    select
        period_type,
        period_start_on,
        period_end_on,
        least(period_end_on, {{ as_of_date() }}) as seen_on,
        case
            when period_end_on < {{ as_of_date() }} then 'past'
            when period_start_on <= {{ as_of_date() }} then 'current'
            else 'next'
        end as horizon,
        {{ add_days(as_of_date(), 1) }} between period_start_on and period_end_on as is_running
    from followed
    where period_start_on <= {{ as_of_date() }} or previous_start_on <= {{ as_of_date() }}
)

select * from final
