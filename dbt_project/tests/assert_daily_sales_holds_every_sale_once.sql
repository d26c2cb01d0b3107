-- Sales less cancellations add up to the same in the lines and in daily_sales.
{{ config(meta={'dagster': {'ref': {'name': 'daily_sales'}}}) }}
with

lines as (
    select
        sum(case when cancelled_on is null and is_first_sale_line then 1 else 0 end) as order_count,
        sum(case when cancelled_on is null then gross_amount end) as gross_amount,
        sum(case when cancelled_on is null then net_amount end) as net_amount,
        sum(case when cancelled_on is null then cost_amount end) as cost_amount
    from {{ ref('fct_order_lines') }}
    where is_sale
),

returns as (
    select
        sum(refund_amount) as refund_amount,
        sum(cost_amount) as cost_amount
    from {{ ref('int_returns') }}
),

sales as (
    select
        sum(order_count) as order_count,
        sum(gross_sales_amount) as gross_amount,
        sum(net_sales_amount) as net_amount,
        sum(cost_amount) as cost_amount
    from {{ ref('daily_sales') }}
)

select
    lines.order_count as expected_order_count,
    sales.order_count,
    lines.gross_amount as expected_gross_amount,
    sales.gross_amount,
    sales.net_amount,
    sales.cost_amount
from lines
cross join returns
cross join sales
where
    coalesce(lines.order_count, 0) <> coalesce(sales.order_count, 0)
    or coalesce(lines.gross_amount, 0) <> coalesce(sales.gross_amount, 0)
    or coalesce(lines.net_amount, 0) - coalesce(returns.refund_amount, 0) <> coalesce(sales.net_amount, 0)
    or coalesce(lines.cost_amount, 0) + coalesce(returns.cost_amount, 0) <> coalesce(sales.cost_amount, 0)
