-- Grain: origin × period type × horizon × scope (company, team; rep today).
-- What exponential smoothing expects of the rest of a period, from what was won in each week before the origin. Weeks
-- end on the origin's weekday, so that all that is known counts; of a coming week as much as its working days in the
-- period. Of reps only today's: back-testing everybody's would cost more than it tells.
{%- set least_weeks = 26 %}
{%- set most_weeks = 156 %}
{%- set quantiles = {
    'expected_amount': 0.5,
    'lower_80_amount': 0.1,
    'upper_80_amount': 0.9,
    'lower_95_amount': 0.025,
    'upper_95_amount': 0.975,
} %}
with

origins as (select * from {{ ref('int_forecast__origins') }}),

bookings as (select * from {{ ref('int_forecast__bookings') }}),

scopes as (select * from {{ ref('int_pipeline__scopes') }}),

days as (select * from {{ ref('dim_date') }}),

first_days as (
    select min(booked_on) as first_on
    from bookings
),

origin_days as (
    select distinct
        origins.origin_on,
        origins.is_today,
        least(
            {{ whole_quotient('(' ~ days_between('first_days.first_on', 'origins.origin_on') ~ ' + 1)', 7) }},
            {{ most_weeks }}
        ) as week_count
    from origins
    cross join first_days
),

asked_scopes as (
    select distinct
        origin_days.origin_on,
        scopes.scope_type,
        scopes.scope_id
    from origin_days
    cross join scopes
    where origin_days.week_count >= {{ least_weeks }} and (origin_days.is_today or scopes.scope_type <> 'rep')
),

-- Week 1 is the one that ends on the origin.
past_days as (
    select
        origin_days.origin_on,
        origin_days.is_today,
        days.date_on,
        {{ whole_quotient(days_between('days.date_on', 'origin_days.origin_on'), 7) }} + 1 as weeks_ago
    from origin_days
    inner join days
        on
            origin_days.origin_on >= days.date_on
            and {{ days_between('days.date_on', 'origin_days.origin_on') }} < 7 * origin_days.week_count
),

past_weeks as (
    select distinct
        origin_on,
        weeks_ago
    from past_days
),

-- Summed up before every origin looks back at them.
scope_bookings as (
    select
        bookings.booked_on,
        scopes.scope_type,
        scopes.scope_id,
        sum(bookings.won_deal_count) as deal_count,
        sum(bookings.booked_amount) as booked_amount
    from bookings
    inner join scopes on bookings.rep_id = scopes.rep_id
    group by bookings.booked_on, scopes.scope_type, scopes.scope_id
),

won as (
    select
        past_days.origin_on,
        past_days.weeks_ago,
        scope_bookings.scope_type,
        scope_bookings.scope_id,
        sum(scope_bookings.deal_count) as deal_count,
        sum(scope_bookings.booked_amount) as booked_amount
    from past_days
    inner join scope_bookings on past_days.date_on = scope_bookings.booked_on
    where past_days.is_today or scope_bookings.scope_type <> 'rep'
    group by past_days.origin_on, past_days.weeks_ago, scope_bookings.scope_type, scope_bookings.scope_id
),

weeks as (
    select
        asked_scopes.origin_on,
        asked_scopes.scope_type,
        asked_scopes.scope_id,
        past_weeks.weeks_ago,
        coalesce(won.deal_count, 0) as deal_count,
        cast(cast(coalesce(won.booked_amount, 0) as decimal(18, 4)) as string) as amount_text
    from asked_scopes
    inner join past_weeks on asked_scopes.origin_on = past_weeks.origin_on
    left join won
        on
            asked_scopes.origin_on = won.origin_on
            and asked_scopes.scope_type = won.scope_type
            and asked_scopes.scope_id = won.scope_id
            and past_weeks.weeks_ago = won.weeks_ago
),

histories as (
    select
        origin_on,
        scope_type,
        scope_id,
        sum(deal_count) as deal_count,
        {{ joined_texts('amount_text', ';', '-weeks_ago') }} as history
    from weeks
    group by origin_on, scope_type, scope_id
),

coming_weeks as (
    select
        origins.origin_on,
        origins.period_type,
        origins.horizon,
        {{ whole_quotient('(' ~ days_between('origins.origin_on', 'days.date_on') ~ ' + 6)', 7) }} as week_number,
        sum(case when days.is_working_day then 1 else 0 end) as working_days,
        sum(
            case
                when
                    days.is_working_day
                    and days.date_on between origins.period_start_on and origins.period_end_on
                    then 1
                else 0
            end
        ) as working_days_in_period
    from origins
    inner join days
        on
            origins.origin_on < days.date_on
            and {{ add_days('origins.origin_on', '7 * origins.end_weeks') }} >= days.date_on
    group by
        origins.origin_on,
        origins.period_type,
        origins.horizon,
        {{ whole_quotient('(' ~ days_between('origins.origin_on', 'days.date_on') ~ ' + 6)', 7) }}
),

parts as (
    select
        *,
        cast(
            cast(
                coalesce(cast(working_days_in_period as double) / nullif(working_days, 0), 0) as decimal(9, 6)
            ) as string
        ) as part_text
    from coming_weeks
),

-- Of a period that ends on the origin nothing is left.
rests as (
    select
        origins.origin_on,
        origins.period_type,
        origins.horizon,
        coalesce({{ joined_texts('parts.part_text', ';', 'parts.week_number') }}, '0') as parts
    from origins
    left join parts
        on
            origins.origin_on = parts.origin_on
            and origins.period_type = parts.period_type
            and origins.horizon = parts.horizon
    group by origins.origin_on, origins.period_type, origins.horizon
),

final as (
    select
        rests.origin_on,
        rests.period_type,
        rests.horizon,
        'exponential_smoothing' as forecast_method,
        histories.scope_type,
        histories.scope_id,
        {%- for name, quantile in quantiles.items() %}
            cast(
                smoothed_total(histories.history, rests.parts, cast({{ quantile }} as double)) as decimal(18, 4)
            ) as {{ name }},
        {%- endfor %}
        cast(histories.deal_count as bigint) as deal_count
    from rests
    inner join histories on rests.origin_on = histories.origin_on
)

select * from final
