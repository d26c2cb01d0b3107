-- Grain: origin × period type × horizon × method × rep.
-- What is expected of the rest of a period from what was won before the origin, whatever is open: as much per working
-- day as in the thirteen weeks before, or as much as in the same days a year earlier.
{%- set trailing_days = 91 %}
with

rests as (
    select
        *,
        {{ add_days('origin_on', -trailing_days) }} as looked_back_to_on,
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

-- A method that looks back further than the first booking cannot know, and is silent.
run_rated as (
    select
        origins.*,
        'run_rate' as forecast_method
    from origins
    inner join first_days on origins.looked_back_to_on >= first_days.first_on
),

compared as (
    select
        origins.*,
        'same_days_last_year' as forecast_method
    from origins
    inner join first_days on origins.last_year_start_on >= first_days.first_on
),

at_run_rate as (
    select
        run_rated.origin_on,
        run_rated.period_type,
        run_rated.horizon,
        run_rated.forecast_method,
        bookings.rep_id,
        bookings.won_deal_count as deal_count,
        {{ share_of(
            'bookings.booked_amount',
            'run_rated.working_days_left',
            '(last_days.working_day_number - days_before.working_day_number)'
        ) }} as expected_amount
    from run_rated
    inner join bookings
        on run_rated.origin_on >= bookings.booked_on and run_rated.looked_back_to_on < bookings.booked_on
    inner join days as last_days on run_rated.origin_on = last_days.date_on
    inner join days as days_before on run_rated.looked_back_to_on = days_before.date_on
),

a_year_ago as (
    select
        compared.origin_on,
        compared.period_type,
        compared.horizon,
        compared.forecast_method,
        bookings.rep_id,
        bookings.won_deal_count as deal_count,
        bookings.booked_amount as expected_amount
    from compared
    inner join bookings
        on compared.last_year_start_on <= bookings.booked_on and compared.last_year_until_on > bookings.booked_on
),

-- A method that finds nothing to expect says so.
{%- set asked = ['run_rated', 'compared'] %}
nothing as (
    {%- for origins in asked %}
        select
            origin_on,
            period_type,
            horizon,
            forecast_method,
            '(none)' as rep_id,
            0 as deal_count,
            0 as expected_amount
        from {{ origins }}
        {%- if not loop.last %}
            union all
        {%- endif %}
    {%- endfor %}
),

expected as (
    select * from at_run_rate
    union all
    select * from a_year_ago
    union all
    select * from nothing
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
        cast(0 as bigint) as unweighted_deal_count,
        cast(sum(expected_amount) as decimal(18, 4)) as expected_amount,
        cast(null as decimal(18, 4)) as overdue_expected_amount
    from expected
    group by origin_on, period_type, horizon, forecast_method, rep_id
)

select * from final
