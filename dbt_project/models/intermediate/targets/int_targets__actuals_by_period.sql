-- Grain: scope × period (calendar or custom) with a sale, a refund or a booking in it.
with

actuals as (select * from {{ ref('int_targets__actuals') }}),

calendar_periods as (select * from {{ ref('int_targets__day_periods') }}),

custom_windows as (
    select distinct
        scope_type,
        scope_id,
        period_start_on,
        period_end_on
    from {{ ref('int_targets__custom_windows') }}
),

days as (
    select
        actuals.*,
        calendar_periods.period_type,
        calendar_periods.period_start_on,
        calendar_periods.period_end_on
    from actuals
    inner join calendar_periods on actuals.sales_on = calendar_periods.date_on
    union all
    select
        actuals.*,
        'custom' as period_type,
        custom_windows.period_start_on,
        custom_windows.period_end_on
    from actuals
    inner join custom_windows
        on
            actuals.scope_type = custom_windows.scope_type
            and actuals.scope_id = custom_windows.scope_id
            and actuals.sales_on between custom_windows.period_start_on and custom_windows.period_end_on
),

final as (
    select
        scope_type,
        scope_id,
        period_type,
        period_start_on,
        period_end_on,
        cast(sum(net_sales_amount) as decimal(18, 4)) as net_sales_amount,
        cast(sum(booking_amount) as decimal(18, 4)) as booking_amount,
        cast(sum(revenue_amount) as decimal(18, 4)) as revenue_amount,
        cast(sum(margin_amount) as decimal(18, 4)) as margin_amount,
        cast(sum(unit_count) as decimal(18, 4)) as unit_count,
        cast(sum(deals_won_count) as decimal(18, 4)) as deals_won_count
    from days
    group by scope_type, scope_id, period_type, period_start_on, period_end_on
)

select * from final
