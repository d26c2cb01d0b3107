-- What stands behind a day's sales and bookings of a rep adds up to them.
{{ config(meta={'dagster': {'ref': {'name': 'sales_entries'}}}) }}
with

entries as (
    select
        sales_on,
        rep_id,
        sum(net_sales_amount) as net_sales_amount,
        sum(booking_amount) as booking_amount
    from {{ ref('sales_entries') }}
    group by sales_on, rep_id
),

first_days as (
    select least(fiscal_quarter_start_on, {{ add_days(as_of_date(), -41) }}) as first_on
    from {{ ref('dim_date') }}
    where date_on = {{ as_of_date() }}
),

sales as (
    select
        daily.sales_on,
        daily.rep_id,
        sum(daily.net_sales_amount) as net_sales_amount,
        sum(daily.booking_amount) as booking_amount
    from {{ ref('daily_sales') }} as daily
    cross join first_days
    where daily.sales_on between first_days.first_on and {{ as_of_date() }}
    group by daily.sales_on, daily.rep_id
)

select
    coalesce(sales.sales_on, entries.sales_on) as sales_on,
    coalesce(sales.rep_id, entries.rep_id) as rep_id,
    sales.net_sales_amount as expected_net_sales_amount,
    entries.net_sales_amount,
    sales.booking_amount as expected_booking_amount,
    entries.booking_amount
from sales
full join entries on sales.sales_on = entries.sales_on and sales.rep_id = entries.rep_id
where
    coalesce(sales.net_sales_amount, 0) <> coalesce(entries.net_sales_amount, 0)
    or coalesce(sales.booking_amount, 0) <> coalesce(entries.booking_amount, 0)
