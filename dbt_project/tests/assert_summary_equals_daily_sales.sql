-- The summary has every day up to the business date once, and their sum is the sum of daily_sales.
{{ config(meta={'dagster': {'ref': {'name': 'daily_sales_summary'}}}) }}
with

summary as (
    select
        count(*) as day_count,
        sum(order_count) as order_count,
        sum(net_sales_amount) as net_sales_amount,
        sum(booking_amount) as booking_amount
    from {{ ref('daily_sales_summary') }}
),

sales as (
    select
        {{ days_between('min(sales_on)', as_of_date()) }} + 1 as day_count,
        sum(order_count) as order_count,
        sum(net_sales_amount) as net_sales_amount,
        sum(booking_amount) as booking_amount
    from {{ ref('daily_sales') }}
    where sales_on <= {{ as_of_date() }}
)

select
    sales.day_count as expected_day_count,
    summary.day_count,
    sales.net_sales_amount as expected_net_sales_amount,
    summary.net_sales_amount
from sales
cross join summary
where
    coalesce(sales.day_count, 0) <> summary.day_count
    or coalesce(sales.order_count, 0) <> coalesce(summary.order_count, 0)
    or coalesce(sales.net_sales_amount, 0) <> coalesce(summary.net_sales_amount, 0)
    or coalesce(sales.booking_amount, 0) <> coalesce(summary.booking_amount, 0)
