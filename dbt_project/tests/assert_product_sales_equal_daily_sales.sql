-- Both marts tell the same month.
{{ config(meta={'dagster': {'ref': {'name': 'product_sales'}}}) }}
with

by_product as (
    select
        sales_month,
        sum(unit_count) as unit_count,
        sum(net_sales_amount) as net_sales_amount,
        sum(margin_amount) as margin_amount
    from {{ ref('product_sales') }}
    group by sales_month
),

by_day as (
    select
        cast(date_trunc('month', sales_on) as date) as sales_month,
        sum(unit_count) as unit_count,
        sum(net_sales_amount) as net_sales_amount,
        sum(margin_amount) as margin_amount
    from {{ ref('daily_sales') }}
    group by cast(date_trunc('month', sales_on) as date)
)

select
    by_day.sales_month,
    by_day.net_sales_amount as expected_net_sales_amount,
    by_product.net_sales_amount
from by_day
full join by_product on by_day.sales_month = by_product.sales_month
where
    coalesce(by_day.unit_count, 0) <> coalesce(by_product.unit_count, 0)
    or coalesce(by_day.net_sales_amount, 0) <> coalesce(by_product.net_sales_amount, 0)
    or coalesce(by_day.margin_amount, 0) <> coalesce(by_product.margin_amount, 0)
