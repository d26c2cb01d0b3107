-- Grain: origin × period type × horizon × method × rep.
-- What is expected of the rest of a period from what was won before the origin, whatever is open: as much per working
-- day as in the thirteen weeks before, or as much as in the same days a year earlier.
{%- set trailing_days = 91 %}
with

rests as (
    select
        *,
        greatest({{ add_days('origin_on', 1) }}, period_start_on) as rest_start_on,
        {{ add_days('period_end_on', 1) }} as rest_until_on
    from {{ ref('int_forecast__origins') }}
),

-- A week is compared with the one of the same weekdays.
origins as (
    select
        *,
        case
            when period_type = 'week' then {{ add_days('rest_start_on', -364) }}
            else {{ add_months('rest_start_on', -12) }}
        end as last_year_start_on,
        case
            when period_type = 'week' then {{ add_days('rest_until_on', -364) }}
            else {{ add_months('rest_until_on', -12) }}
        end as last_year_until_on
    from rests
),

bookings as (select * from {{ ref('int_forecast__bookings') }}),

days as (select * from {{ ref('dim_date') }}),

first_days as (
    select min(booked_on) as first_on
    from bookings
),

at_run_rate as (
    select
        origins.origin_on,
        origins.period_type,
        origins.horizon,
        'run_rate' as forecast_method,
        bookings.rep_id,
        bookings.won_deal_count as deal_count,
        {{ share_of(
            'bookings.booked_amount',
            'origins.working_days_left',
            '(last_days.working_day_number - days_before.working_day_number)'
        ) }} as expected_amount
    from origins
    inner join bookings
        on
            origins.origin_on >= bookings.booked_on
            and {{ add_days('origins.origin_on', -trailing_days) }} < bookings.booked_on
    inner join first_days on {{ add_days('origins.origin_on', -trailing_days) }} >= first_days.first_on
    inner join days as last_days on origins.origin_on = last_days.date_on
    inner join days as days_before on {{ add_days('origins.origin_on', -trailing_days) }} = days_before.date_on
),

a_year_ago as (
    select
        origins.origin_on,
        origins.period_type,
        origins.horizon,
        'same_days_last_year' as forecast_method,
        bookings.rep_id,
        bookings.won_deal_count as deal_count,
        bookings.booked_amount as expected_amount
    from origins
    cross join first_days
    inner join bookings
        on
            origins.last_year_start_on <= bookings.booked_on
            and origins.last_year_until_on > bookings.booked_on
    where origins.last_year_start_on >= first_days.first_on
),

-- A method that finds nothing to expect says so; one that cannot know is silent.
able as (
    select
        origins.origin_on,
        origins.period_type,
        origins.horizon,
        'run_rate' as forecast_method
    from origins
    inner join first_days on {{ add_days('origins.origin_on', -trailing_days) }} >= first_days.first_on
    union all
    select
        origins.origin_on,
        origins.period_type,
        origins.horizon,
        'same_days_last_year' as forecast_method
    from origins
    inner join first_days on origins.last_year_start_on >= first_days.first_on
),

expected as (
    select * from at_run_rate
    union all
    select * from a_year_ago
    union all
    select
        *,
        '(none)' as rep_id,
        0 as deal_count,
        0 as expected_amount
    from able
),

final as (
    select
        origin_on,
        period_type,
        horizon,
        forecast_method,
        rep_id,
        cast(sum(deal_count) as bigint) as deal_count,
        cast(0 as bigint) as unvalued_deal_count,
        cast(sum(expected_amount) as decimal(18, 4)) as expected_amount
    from expected
    group by origin_on, period_type, horizon, forecast_method, rep_id
)

select * from final
