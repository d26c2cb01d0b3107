-- Grain: origin × period type × horizon × method × scope (company, team, rep).
-- Every forecast that is made today, and those of the back-test with what became of them. Bounds are those of the whole
-- period, what is booked included.
{%- set bounds = ['lower_80_amount', 'upper_80_amount', 'lower_95_amount', 'upper_95_amount'] %}
with

origins as (select * from {{ ref('int_forecast__origins') }}),

expected as (
    select * from {{ ref('int_forecast__expected_by_deals') }}
    union all
    select * from {{ ref('int_forecast__expected_by_bookings') }}
),

bookings as (select * from {{ ref('int_forecast__bookings') }}),

scopes as (select * from {{ ref('int_pipeline__scopes') }}),

statistical as (select * from {{ ref('int_forecast__statistical') }}),

judgements as (select * from {{ ref('int_forecast__judgements') }}),

methods as (
    select distinct
        origin_on,
        period_type,
        horizon,
        forecast_method
    from expected
),

all_scopes as (
    select distinct
        scope_type,
        scope_id
    from scopes
),

-- A method says something of every scope, be it that nothing is expected there; the statistical one of those it knows,
-- a manager of the one that was judged and of no other.
asked as (
    select
        methods.origin_on,
        methods.period_type,
        methods.horizon,
        methods.forecast_method,
        all_scopes.scope_type,
        all_scopes.scope_id
    from methods
    cross join all_scopes
    union all
    select
        origin_on,
        period_type,
        horizon,
        forecast_method,
        scope_type,
        scope_id
    from statistical
    union all
    select
        origin_on,
        period_type,
        horizon,
        forecast_method,
        scope_type,
        scope_id
    from judgements
),

expected_by_scope as (
    select
        expected.origin_on,
        expected.period_type,
        expected.horizon,
        expected.forecast_method,
        scopes.scope_type,
        scopes.scope_id,
        {%- for bound in bounds %}
            cast(null as decimal(18, 4)) as {{ bound }},
        {%- endfor %}
        sum(expected.deal_count) as deal_count,
        sum(expected.unvalued_deal_count) as unvalued_deal_count,
        sum(expected.unweighted_deal_count) as unweighted_deal_count,
        sum(expected.expected_amount) as expected_amount,
        sum(expected.overdue_expected_amount) as overdue_expected_amount
    from expected
    inner join scopes on expected.rep_id = scopes.rep_id
    group by
        expected.origin_on,
        expected.period_type,
        expected.horizon,
        expected.forecast_method,
        scopes.scope_type,
        scopes.scope_id
    union all
    select
        origin_on,
        period_type,
        horizon,
        forecast_method,
        scope_type,
        scope_id,
        {%- for bound in bounds %}
            {{ bound }},
        {%- endfor %}
        deal_count,
        0 as unvalued_deal_count,
        0 as unweighted_deal_count,
        expected_amount,
        cast(null as decimal(18, 4)) as overdue_expected_amount
    from statistical
),

booked as (
    select
        origins.origin_on,
        origins.period_type,
        origins.horizon,
        bookings.rep_id,
        sum(case when bookings.booked_on <= origins.origin_on then bookings.won_deal_count else 0 end)
            as booked_deal_count,
        sum(case when bookings.booked_on <= origins.origin_on then bookings.booked_amount else 0 end) as booked_amount,
        sum(bookings.booked_amount) as actual_amount
    from origins
    inner join bookings on bookings.booked_on between origins.period_start_on and origins.period_end_on
    group by origins.origin_on, origins.period_type, origins.horizon, bookings.rep_id
),

booked_by_scope as (
    select
        booked.origin_on,
        booked.period_type,
        booked.horizon,
        scopes.scope_type,
        scopes.scope_id,
        sum(booked.booked_deal_count) as booked_deal_count,
        sum(booked.booked_amount) as booked_amount,
        sum(booked.actual_amount) as actual_amount
    from booked
    inner join scopes on booked.rep_id = scopes.rep_id
    group by booked.origin_on, booked.period_type, booked.horizon, scopes.scope_type, scopes.scope_id
),

joined as (
    select
        asked.origin_on,
        asked.period_type,
        asked.horizon,
        asked.forecast_method,
        asked.scope_type,
        asked.scope_id,
        origins.is_today,
        origins.period_start_on,
        origins.period_end_on,
        origins.end_weeks as lead_weeks,
        judgements.adjusted_on,
        judgements.adjusted_by,
        judgements.adjustment_note,
        coalesce(booked.booked_deal_count, 0) as booked_deal_count,
        coalesce(booked.booked_amount, 0) as booked_amount,
        coalesce(booked.actual_amount, 0) as won_amount,
        coalesce(expected.deal_count, 0) as deal_count,
        coalesce(expected.unvalued_deal_count, 0) as unvalued_deal_count,
        coalesce(expected.unweighted_deal_count, 0) as unweighted_deal_count,
        {%- for bound in bounds %}
            expected.{{ bound }},
        {%- endfor %}
        -- a judgement is of the whole period, and stands as it was made until the period is over
        coalesce(
            case
                when origins.period_end_on > asked.origin_on
                    then judgements.judged_amount - coalesce(booked.booked_amount, 0)
            end,
            expected.expected_amount,
            0
        ) as expected_amount,
        case
            when
                asked.forecast_method in ('weighted_pipeline', 'rep_forecast')
                or asked.forecast_method like 'category%'
                then coalesce(expected.overdue_expected_amount, 0)
        end as overdue_expected_amount
    from asked
    inner join origins
        on
            asked.origin_on = origins.origin_on
            and asked.period_type = origins.period_type
            and asked.horizon = origins.horizon
    left join expected_by_scope as expected
        on
            asked.origin_on = expected.origin_on
            and asked.period_type = expected.period_type
            and asked.horizon = expected.horizon
            and asked.forecast_method = expected.forecast_method
            and asked.scope_type = expected.scope_type
            and asked.scope_id = expected.scope_id
    left join judgements
        on
            asked.origin_on = judgements.origin_on
            and asked.period_type = judgements.period_type
            and asked.horizon = judgements.horizon
            and asked.forecast_method = judgements.forecast_method
            and asked.scope_type = judgements.scope_type
            and asked.scope_id = judgements.scope_id
    left join booked_by_scope as booked
        on
            asked.origin_on = booked.origin_on
            and asked.period_type = booked.period_type
            and asked.horizon = booked.horizon
            and asked.scope_type = booked.scope_type
            and asked.scope_id = booked.scope_id
),

final as (
    select
        origin_on,
        period_type,
        horizon,
        forecast_method,
        scope_type,
        scope_id,
        is_today,
        period_start_on,
        period_end_on,
        lead_weeks,
        adjusted_on,
        adjusted_by,
        adjustment_note,
        cast(booked_deal_count as bigint) as booked_deal_count,
        cast(booked_amount as decimal(18, 4)) as booked_amount,
        cast(deal_count as bigint) as deal_count,
        cast(unvalued_deal_count as bigint) as unvalued_deal_count,
        cast(unweighted_deal_count as bigint) as unweighted_deal_count,
        cast(expected_amount as decimal(18, 4)) as expected_amount,
        cast(overdue_expected_amount as decimal(18, 4)) as overdue_expected_amount,
        cast(booked_amount + expected_amount as decimal(18, 4)) as forecast_amount,
        {%- for bound in bounds %}
            cast(booked_amount + {{ bound }} as decimal(18, 4)) as {{ bound }},
        {%- endfor %}
        cast(case when period_end_on <= {{ as_of_date() }} then won_amount end as decimal(18, 4)) as actual_amount
    from joined
)

select * from final
