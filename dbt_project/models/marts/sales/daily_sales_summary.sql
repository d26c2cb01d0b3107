-- Grain: day from the first sale to the business date, days without sales included.
with

days as (select * from {{ ref('int_sales_days') }}),

targets as (select * from {{ ref('int_company_targets') }}),

company_actuals as (
    select * from {{ ref('int_targets__actuals') }}
    where scope_type = 'company'
),

anomalies as (select * from {{ ref('int_sales_anomalies') }}),

-- What pace is measured by: the target's metric, or what the company calls revenue where there is no target.
measured as (
    select
        days.*,
        coalesce(targets.target_metric, 'revenue') as pace_metric,
        coalesce(
            case coalesce(targets.target_metric, 'revenue')
                when 'net_sales' then days.net_sales_amount
                when 'bookings' then days.booking_amount
                else company_actuals.revenue_amount
            end, 0
        ) as pace_amount,
        targets.target_amount,
        targets.month_to_date_target_amount,
        targets.quarter_to_date_target_amount,
        targets.year_to_date_target_amount,
        targets.month_target_amount,
        targets.quarter_target_amount,
        targets.year_target_amount
    from days
    left join targets on days.sales_on = targets.date_on
    left join company_actuals on days.sales_on = company_actuals.sales_on
),

accumulated as (
    select
        *,
        sum(net_sales_amount) over (order by sales_on) as running_net_sales_amount,
        {%- for period, start in [
            ('week', 'week_start_on'),
            ('month', 'fiscal_month_start_on'),
            ('quarter', 'fiscal_quarter_start_on'),
            ('year', 'fiscal_year_start_on'),
        ] %}
            sum(net_sales_amount) over (partition by {{ start }} order by sales_on)
                as {{ period }}_to_date_net_sales_amount,
            sum(order_count) over (partition by {{ start }} order by sales_on) as {{ period }}_to_date_order_count,
            sum(booking_amount) over (partition by {{ start }} order by sales_on)
                as {{ period }}_to_date_booking_amount,
            sum(pace_amount) over (partition by {{ start }} order by sales_on) as {{ period }}_to_date_pace_amount,
        {%- endfor %}
        working_days_in_month - working_day_of_month as working_days_left_in_month,
        working_days_in_year - working_day_of_year as working_days_left_in_year
    from measured
),

-- The span of the last 28 working days begins on a working day and holds the days off between.
span_starts as (
    select
        working_day_number,
        running_net_sales_amount - net_sales_amount as net_sales_before_amount
    from accumulated
    where is_working_day
),

compared as (
    select
        accumulated.*,
        last_year.sales_on as last_year_on,
        last_year.net_sales_amount as last_year_net_sales_amount,
        accumulated.running_net_sales_amount - span_starts.net_sales_before_amount as span_net_sales_amount,
        anomalies.expected_net_sales_amount,
        anomalies.robust_z_score,
        anomalies.is_anomaly
    from accumulated
    left join accumulated as last_year on {{ add_days('accumulated.sales_on', -364) }} = last_year.sales_on
    left join span_starts on accumulated.working_day_number - 27 = span_starts.working_day_number
    left join anomalies on accumulated.sales_on = anomalies.sales_on
),

final as (
    select
        sales_on,
        is_working_day,
        -- the day
        order_count,
        unit_count,
        gross_sales_amount,
        discount_amount,
        refund_amount,
        net_sales_amount,
        cost_amount,
        margin_amount,
        deals_won_count,
        booking_amount,
        unpriced_count,
        -- where as many orders were cancelled as placed, there is no order to share the rest
        {{ share_of('net_sales_amount', 1, 'greatest(order_count, 0)') }} as average_order_amount,
        -- to date
        {%- for period in ['week', 'month', 'quarter', 'year'] %}
            cast({{ period }}_to_date_net_sales_amount as decimal(18, 4)) as {{ period }}_to_date_net_sales_amount,
            cast({{ period }}_to_date_order_count as bigint) as {{ period }}_to_date_order_count,
            cast({{ period }}_to_date_booking_amount as decimal(18, 4)) as {{ period }}_to_date_booking_amount,
        {%- endfor %}
        -- against last year
        last_year_on,
        last_year_net_sales_amount,
        case
            when last_year_net_sales_amount > 0
                then {{ fraction('net_sales_amount - last_year_net_sales_amount', 'last_year_net_sales_amount') }}
        end as net_sales_growth_ratio,
        -- against the target
        pace_metric,
        cast(pace_amount as decimal(18, 4)) as pace_amount,
        cast(target_amount as decimal(18, 4)) as target_amount,
        {%- for period in ['month', 'quarter', 'year'] %}
            cast({{ period }}_to_date_pace_amount as decimal(18, 4)) as {{ period }}_to_date_pace_amount,
            cast({{ period }}_to_date_target_amount as decimal(18, 4)) as {{ period }}_to_date_target_amount,
            cast({{ period }}_target_amount as decimal(18, 4)) as {{ period }}_target_amount,
            {{ fraction(period ~ '_to_date_pace_amount', period ~ '_to_date_target_amount') }}
                as {{ period }}_pace_ratio,
        {%- endfor %}
        {%- for period in ['month', 'year'] %}
            cast(working_days_left_in_{{ period }} as bigint) as working_days_left_in_{{ period }},
            {{ required_daily(
                period ~ '_target_amount', period ~ '_to_date_pace_amount', 'working_days_left_in_' ~ period
            ) }} as {{ period }}_required_daily_amount,
            {{ share_of(
                period ~ '_to_date_pace_amount', 'working_days_in_' ~ period, 'working_day_of_' ~ period
            ) }} as {{ period }}_projected_amount,
        {%- endfor %}
        -- against the weeks before
        {{ share_of('span_net_sales_amount', 1, 28) }} as trailing_mean_amount,
        expected_net_sales_amount,
        robust_z_score,
        is_anomaly
    from compared
)

select * from final
