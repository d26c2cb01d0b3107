-- The lines of a month add up to what the headers of its orders say, to a cent for each order. Months in which an order
-- has no header total are not compared.
{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'fct_order_lines'}}}) }}
with

headers as (
    select
        lake_month,
        count(*) as order_count,
        count(subtotal_amount) as subtotal_count,
        sum(subtotal_amount) as subtotal_amount
    from {{ ref('stg_shop__orders') }}
    group by lake_month
),

lines as (
    select
        coalesce(order_lake_month, lake_month) as lake_month,
        sum(original_net_amount) as net_amount
    from {{ ref('fct_order_lines') }}
    where has_order and coalesce(line_kind, 'product') not in ('shipping', 'tax', 'tip')
    group by coalesce(order_lake_month, lake_month)
)

select
    headers.lake_month,
    headers.subtotal_amount,
    lines.net_amount
from headers
left join lines on headers.lake_month = lines.lake_month
where
    headers.order_count = headers.subtotal_count
    and abs(headers.subtotal_amount - coalesce(lines.net_amount, 0)) > 0.01 * headers.order_count
