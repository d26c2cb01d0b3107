-- Grain: sales day × rep × territory × product category, up to the business date.
-- The sales of a day with what the company counts as revenue: its net sales, its bookings, or both. Both leave out
-- the bookings of deals that an order delivers: those count in net sales.
with

company as (select * from {{ ref('stg_run__company') }}),

sales as (select * from {{ ref('daily_sales') }}),

deals as (select * from {{ ref('fct_deals') }}),

credits as (select * from {{ ref('fct_deal_credits') }}),

orders as (select * from {{ ref('int_orders') }}),

products as (select * from {{ ref('dim_product') }}),

delivered as (
    select distinct deal_id
    from orders
    where deal_id is not null and not is_test
),

movements as (
    select
        sales_on,
        rep_id,
        territory_id,
        product_category,
        net_sales_amount,
        booking_amount,
        margin_amount,
        unit_count,
        deals_won_count,
        cast(0 as decimal(18, 4)) as delivered_booking_amount
    from sales
    union all
    select
        deals.closed_on as sales_on,
        coalesce(credits.rep_id, '(none)') as rep_id,
        coalesce(deals.territory_id, '(none)') as territory_id,
        coalesce(products.product_category, '(none)') as product_category,
        cast(0 as decimal(18, 4)) as net_sales_amount,
        cast(0 as decimal(18, 4)) as booking_amount,
        cast(0 as decimal(18, 4)) as margin_amount,
        cast(0 as decimal(18, 4)) as unit_count,
        cast(0 as bigint) as deals_won_count,
        credits.credited_amount as delivered_booking_amount
    from deals
    inner join delivered on deals.deal_id = delivered.deal_id
    inner join credits on deals.deal_id = credits.deal_id
    left join products on deals.product_id = products.product_id
    where deals.outcome = 'won' and deals.closed_on is not null
),

summed as (
    select
        sales_on,
        rep_id,
        territory_id,
        product_category,
        sum(net_sales_amount) as net_sales_amount,
        sum(booking_amount) as booking_amount,
        coalesce(sum(margin_amount), 0) as margin_amount,
        sum(unit_count) as unit_count,
        sum(deals_won_count) as deals_won_count,
        coalesce(sum(delivered_booking_amount), 0) as delivered_booking_amount
    from movements
    where sales_on <= {{ as_of_date() }}
    group by sales_on, rep_id, territory_id, product_category
),

final as (
    select
        summed.sales_on,
        summed.rep_id,
        summed.territory_id,
        summed.product_category,
        cast(summed.net_sales_amount as decimal(18, 4)) as net_sales_amount,
        cast(summed.booking_amount as decimal(18, 4)) as booking_amount,
        cast(
            case company.revenue_setting
                when 'net_sales' then summed.net_sales_amount
                when 'bookings' then summed.booking_amount
                else summed.net_sales_amount + summed.booking_amount - summed.delivered_booking_amount
            end as decimal(18, 4)
        ) as revenue_amount,
        cast(summed.margin_amount as decimal(18, 4)) as margin_amount,
        cast(summed.unit_count as decimal(18, 4)) as unit_count,
        cast(summed.deals_won_count as bigint) as deals_won_count
    from summed
    cross join company
)

select * from final
