-- Grain: fiscal week, month, quarter or year that has begun by the business date.
with

days as (
    select * from {{ ref('int_targets__day_periods') }}
    where period_type <> 'day' and date_on <= {{ as_of_date() }}
),

final as (
    select
        period_type,
        period_start_on,
        period_end_on,
        cast(row_number() over (partition by period_type order by period_start_on) as bigint) as period_number,
        least(period_end_on, {{ as_of_date() }}) as seen_on,
        {{ days_between('period_start_on', 'period_end_on') }} + 1 as day_count
    from days
    group by period_type, period_start_on, period_end_on
)

select * from final
