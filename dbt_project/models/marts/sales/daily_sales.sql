-- Grain: day × rep × territory × channel × revenue stream × product category.
-- Sales on the day of the order, cancellations on theirs, refunds on theirs, bookings on the day the deal was won.
with

lines as (select * from {{ ref('int_daily_order_lines') }}),

returns as (select * from {{ ref('int_returns') }}),

deals as (
    select * from {{ ref('fct_deals') }}
    where outcome = 'won' and closed_on is not null
),

credits as (select * from {{ ref('fct_deal_credits') }}),

products as (select * from {{ ref('stg_shop__products') }}),

movements as (
    select
        sales_on,
        rep_id,
        territory_id,
        channel,
        revenue_stream,
        product_category,
        order_count,
        unpriced_count,
        unit_count,
        gross_amount,
        discount_amount,
        cast(null as decimal(18, 4)) as refund_amount,
        cost_amount,
        costed_net_amount - cost_amount as margin_amount,
        0 as deals_won_count,
        cast(null as decimal(18, 4)) as booking_amount
    from lines
    union all
    select
        returns.returned_on as sales_on,
        returns.rep_id,
        returns.territory_id,
        returns.channel,
        returns.revenue_stream,
        products.product_category,
        0 as order_count,
        returns.unpriced_count,
        cast(null as decimal(18, 4)) as unit_count,
        cast(null as decimal(18, 4)) as gross_amount,
        cast(null as decimal(18, 4)) as discount_amount,
        returns.refund_amount,
        returns.cost_amount,
        returns.margin_amount,
        0 as deals_won_count,
        cast(null as decimal(18, 4)) as booking_amount
    from returns
    left join products on returns.product_id = products.product_id
    union all
    select
        deals.closed_on as sales_on,
        credits.rep_id,
        deals.territory_id,
        cast(null as string) as channel,
        deals.revenue_stream,
        products.product_category,
        0 as order_count,
        case when deals.is_unpriced and credits.counts_deal then 1 else 0 end as unpriced_count,
        cast(null as decimal(18, 4)) as unit_count,
        cast(null as decimal(18, 4)) as gross_amount,
        cast(null as decimal(18, 4)) as discount_amount,
        cast(null as decimal(18, 4)) as refund_amount,
        cast(null as decimal(18, 4)) as cost_amount,
        cast(null as decimal(18, 4)) as margin_amount,
        case when credits.counts_deal then 1 else 0 end as deals_won_count,
        credits.credited_amount as booking_amount
    from credits
    inner join deals on credits.deal_id = deals.deal_id
    left join products on deals.product_id = products.product_id
),

keyed as (
    select
        sales_on,
        coalesce(rep_id, '(none)') as rep_id,
        coalesce(territory_id, '(none)') as territory_id,
        coalesce(channel, '(none)') as channel,
        coalesce(revenue_stream, '(none)') as revenue_stream,
        coalesce(product_category, '(none)') as product_category,
        order_count,
        unpriced_count,
        unit_count,
        gross_amount,
        discount_amount,
        refund_amount,
        cost_amount,
        margin_amount,
        deals_won_count,
        booking_amount
    from movements
),

summed as (
    select
        sales_on,
        rep_id,
        territory_id,
        channel,
        revenue_stream,
        product_category,
        sum(order_count) as order_count,
        coalesce(sum(unit_count), 0) as unit_count,
        coalesce(sum(gross_amount), 0) as gross_sales_amount,
        coalesce(sum(discount_amount), 0) as discount_amount,
        coalesce(sum(refund_amount), 0) as refund_amount,
        sum(cost_amount) as cost_amount,
        sum(margin_amount) as margin_amount,
        sum(deals_won_count) as deals_won_count,
        coalesce(sum(booking_amount), 0) as booking_amount,
        sum(unpriced_count) as unpriced_count
    from keyed
    group by sales_on, rep_id, territory_id, channel, revenue_stream, product_category
),

final as (
    select
        sales_on,
        rep_id,
        territory_id,
        channel,
        revenue_stream,
        product_category,
        cast(order_count as bigint) as order_count,
        cast(unit_count as decimal(18, 4)) as unit_count,
        cast(gross_sales_amount as decimal(18, 4)) as gross_sales_amount,
        cast(discount_amount as decimal(18, 4)) as discount_amount,
        cast(refund_amount as decimal(18, 4)) as refund_amount,
        cast(gross_sales_amount - discount_amount - refund_amount as decimal(18, 4)) as net_sales_amount,
        cast(cost_amount as decimal(18, 4)) as cost_amount,
        cast(margin_amount as decimal(18, 4)) as margin_amount,
        cast(deals_won_count as bigint) as deals_won_count,
        cast(booking_amount as decimal(18, 4)) as booking_amount,
        cast(unpriced_count as bigint) as unpriced_count
    from summed
)

select * from final
