-- Grain: fiscal week, month, quarter or year that has begun by the business date.
-- The table compares itself with its predecessor: other periods reach movements of deals that did not change.
with

days as (
    select * from {{ ref('int_targets__day_periods') }}
    where period_type <> 'day' and date_on <= {{ as_of_date() }}
),

previous_periods as (
    {{ previous_rows('intermediate', 'int_pipeline__periods', {
        'period_type': 'string',
        'period_start_on': 'date',
        'period_end_on': 'date',
        'period_number': 'bigint',
    }) }}
),

numbered as (
    select
        period_type,
        period_start_on,
        period_end_on,
        cast(row_number() over (partition by period_type order by period_start_on) as bigint) as period_number,
        least(period_end_on, {{ as_of_date() }}) as seen_on,
        {{ days_between('period_start_on', 'period_end_on') }} + 1 as day_count
    from days
    group by period_type, period_start_on, period_end_on
),

final as (
    select
        numbered.*,
        coalesce(
            previous_periods.period_start_on <> numbered.period_start_on
            or previous_periods.period_end_on <> numbered.period_end_on,
            false
        ) as is_changed
    from numbered
    left join previous_periods
        on
            numbered.period_type = previous_periods.period_type
            and numbered.period_number = previous_periods.period_number
)

select * from final
