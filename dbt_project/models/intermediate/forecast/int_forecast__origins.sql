-- Grain: origin × period type × horizon (current, next).
-- The days a forecast is made on, and the periods it is made for: the business date, and for the back-test every week's
-- end of the year before it. Nothing that happened after an origin may count in what is forecast from it.
with

periods as (
    select distinct
        period_type,
        period_start_on,
        period_end_on
    from {{ ref('int_targets__day_periods') }}
    where period_type in ('week', 'month', 'quarter')
),

days as (select * from {{ ref('dim_date') }}),

first_days as (
    select min(from_on) as first_on
    from {{ ref('int_pipeline__states') }}
),

origins as (
    select
        periods.period_end_on as origin_on,
        false as is_today
    from periods
    cross join first_days
    where
        periods.period_type = 'week'
        and periods.period_end_on >= first_days.first_on
        and periods.period_end_on < {{ as_of_date() }}
        and periods.period_end_on >= {{ add_days(as_of_date(), '-' ~ back_test_days()) }}
    union all
    select
        {{ as_of_date() }} as origin_on,
        true as is_today
),

spans as (
    select
        origins.origin_on,
        origins.is_today,
        periods.period_type,
        'current' as horizon,
        periods.period_start_on,
        periods.period_end_on
    from origins
    inner join periods on origins.origin_on between periods.period_start_on and periods.period_end_on
    union all
    select
        origins.origin_on,
        origins.is_today,
        next_periods.period_type,
        'next' as horizon,
        next_periods.period_start_on,
        next_periods.period_end_on
    from origins
    inner join periods on origins.origin_on between periods.period_start_on and periods.period_end_on
    inner join periods as next_periods
        on
            periods.period_type = next_periods.period_type
            and {{ add_days('periods.period_end_on', 1) }} = next_periods.period_start_on
),

-- Weeks until the period's end and until the day before it starts, begun ones counted.
counted as (
    select
        *,
        greatest(origin_on, {{ add_days('period_start_on', -1) }}) as before_on,
        {{ whole_quotient('(' ~ days_between('origin_on', 'period_end_on') ~ ' + 6)', 7) }} as end_weeks,
        case
            when horizon = 'current' then 0
            else {{ whole_quotient('(' ~ days_between('origin_on', 'period_start_on') ~ ' + 5)', 7) }}
        end as start_weeks
    from spans
),

final as (
    select
        counted.origin_on,
        counted.is_today,
        counted.period_type,
        counted.horizon,
        counted.period_start_on,
        counted.period_end_on,
        counted.end_weeks,
        counted.start_weeks,
        -- of the last of these weeks the part of its working days that comes until then
        {%- for bound, last_day in {'end': 'last_days', 'start': 'before_days'}.items() %}
            coalesce(
                cast({{ last_day }}.working_day_number - {{ bound }}_week_starts.working_day_number as double)
                / nullif({{ bound }}_week_ends.working_day_number - {{ bound }}_week_starts.working_day_number, 0),
                1
            ) as {{ bound }}_part,
        {%- endfor %}
        last_days.working_day_number - before_days.working_day_number as working_days_left
    from counted
    inner join days as last_days on counted.period_end_on = last_days.date_on
    inner join days as before_days on counted.before_on = before_days.date_on
    {%- for bound in ['end', 'start'] %}
        left join days as {{ bound }}_week_starts
            on
                {{ bound }}_week_starts.date_on
                = {{ add_days('counted.origin_on', '7 * (counted.' ~ bound ~ '_weeks - 1)') }}
        left join days as {{ bound }}_week_ends
            on {{ bound }}_week_ends.date_on = {{ add_days('counted.origin_on', '7 * counted.' ~ bound ~ '_weeks') }}
    {%- endfor %}
)

select * from final
