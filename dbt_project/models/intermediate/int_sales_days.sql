-- Grain: day from the first sale to the business date, days without sales included.
-- What the whole company sold and booked on a day, beside the calendar.
with

sales as (
    select * from {{ ref('daily_sales') }}
    where sales_on <= {{ as_of_date() }}
),

days as (select * from {{ ref('dim_date') }}),

first_days as (select min(sales_on) as first_on from sales),

by_day as (
    select
        sales_on,
        sum(order_count) as order_count,
        sum(unit_count) as unit_count,
        sum(gross_sales_amount) as gross_sales_amount,
        sum(discount_amount) as discount_amount,
        sum(refund_amount) as refund_amount,
        sum(net_sales_amount) as net_sales_amount,
        sum(cost_amount) as cost_amount,
        sum(margin_amount) as margin_amount,
        sum(deals_won_count) as deals_won_count,
        sum(booking_amount) as booking_amount,
        sum(unpriced_count) as unpriced_count
    from sales
    group by sales_on
),

final as (
    select
        days.date_on as sales_on,
        days.iso_weekday,
        days.week_start_on,
        days.fiscal_month_start_on,
        days.fiscal_quarter_start_on,
        days.fiscal_year_start_on,
        days.is_working_day,
        days.working_day_number,
        days.working_day_of_month,
        days.working_days_in_month,
        days.working_day_of_year,
        days.working_days_in_year,
        cast(coalesce(by_day.order_count, 0) as bigint) as order_count,
        cast(coalesce(by_day.unit_count, 0) as decimal(18, 4)) as unit_count,
        cast(coalesce(by_day.gross_sales_amount, 0) as decimal(18, 4)) as gross_sales_amount,
        cast(coalesce(by_day.discount_amount, 0) as decimal(18, 4)) as discount_amount,
        cast(coalesce(by_day.refund_amount, 0) as decimal(18, 4)) as refund_amount,
        cast(coalesce(by_day.net_sales_amount, 0) as decimal(18, 4)) as net_sales_amount,
        cast(by_day.cost_amount as decimal(18, 4)) as cost_amount,
        cast(by_day.margin_amount as decimal(18, 4)) as margin_amount,
        cast(coalesce(by_day.deals_won_count, 0) as bigint) as deals_won_count,
        cast(coalesce(by_day.booking_amount, 0) as decimal(18, 4)) as booking_amount,
        cast(coalesce(by_day.unpriced_count, 0) as bigint) as unpriced_count
    from days
    inner join first_days on days.date_on >= first_days.first_on
    left join by_day on days.date_on = by_day.sales_on
    where days.date_on <= {{ as_of_date() }}
)

select * from final
