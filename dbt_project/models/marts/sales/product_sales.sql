-- Grain: calendar month × product; `(none)` holds lines and refunds that name no product.
with

lines as (select * from {{ ref('int_monthly_product_lines') }}),

returns as (select * from {{ ref('int_returns') }}),

products as (select * from {{ ref('dim_product') }}),

movements as (
    select
        sales_month,
        product_id,
        order_count,
        unit_count,
        gross_amount,
        discount_amount,
        cast(null as decimal(18, 4)) as refund_amount,
        cost_amount,
        costed_net_amount - cost_amount as margin_amount
    from lines
    union all
    select
        cast(date_trunc('month', returned_on) as date) as sales_month,
        product_id,
        0 as order_count,
        cast(null as decimal(18, 4)) as unit_count,
        cast(null as decimal(18, 4)) as gross_amount,
        cast(null as decimal(18, 4)) as discount_amount,
        refund_amount,
        cost_amount,
        margin_amount
    from returns
),

summed as (
    select
        sales_month,
        coalesce(product_id, '(none)') as product_id,
        sum(order_count) as order_count,
        coalesce(sum(unit_count), 0) as unit_count,
        coalesce(sum(gross_amount), 0) as gross_sales_amount,
        coalesce(sum(discount_amount), 0) as discount_amount,
        coalesce(sum(refund_amount), 0) as refund_amount,
        coalesce(sum(gross_amount), 0) - coalesce(sum(discount_amount), 0) - coalesce(sum(refund_amount), 0)
            as net_sales_amount,
        sum(cost_amount) as cost_amount,
        sum(margin_amount) as margin_amount
    from movements
    group by sales_month, coalesce(product_id, '(none)')
),

ranked as (
    select
        *,
        row_number() over (partition by sales_month order by net_sales_amount desc, product_id asc) as rank_in_month,
        sum(net_sales_amount) over (partition by sales_month) as month_net_sales_amount
    from summed
),

final as (
    select
        ranked.sales_month,
        ranked.product_id,
        products.product_name,
        coalesce(products.product_category, '(none)') as product_category,
        cast(ranked.order_count as bigint) as order_count,
        cast(ranked.unit_count as decimal(18, 4)) as unit_count,
        cast(ranked.gross_sales_amount as decimal(18, 4)) as gross_sales_amount,
        cast(ranked.discount_amount as decimal(18, 4)) as discount_amount,
        cast(ranked.refund_amount as decimal(18, 4)) as refund_amount,
        cast(ranked.net_sales_amount as decimal(18, 4)) as net_sales_amount,
        cast(ranked.cost_amount as decimal(18, 4)) as cost_amount,
        cast(ranked.margin_amount as decimal(18, 4)) as margin_amount,
        cast(ranked.rank_in_month as bigint) as rank_in_month,
        {{ fraction('ranked.net_sales_amount', 'ranked.month_net_sales_amount') }} as share_of_month_ratio,
        cast(previous_months.net_sales_amount as decimal(18, 4)) as previous_month_net_sales_amount,
        cast(last_years.net_sales_amount as decimal(18, 4)) as last_year_net_sales_amount
    from ranked
    left join products on ranked.product_id = products.product_id
    left join summed as previous_months
        on
            ranked.product_id = previous_months.product_id
            and {{ add_months('ranked.sales_month', -1) }} = previous_months.sales_month
    left join summed as last_years
        on
            ranked.product_id = last_years.product_id
            and {{ add_months('ranked.sales_month', -12) }} = last_years.sales_month
)

select * from final
