/*
title: Products and regions
order: 50
*/

-- query: top_month
select
    rank_in_month as product_rank,
    product_name,
    nullif(product_category, '(none)') as product_category,
    net_sales_amount,
    share_of_month_ratio,
    previous_month_net_sales_amount,
    last_year_net_sales_amount as last_year_month_net_sales_amount,
    margin_amount,
    unit_count as units_count,
    order_count as orders_count,
    refund_amount
from marts.product_sales
where sales_month = date_trunc('month', $business_on)
order by rank_in_month
limit 30

-- query: top_quarter
select
    product_name,
    nullif(product_category, '(none)') as product_category,
    sum(net_sales_amount) as net_sales_amount,
    sum(margin_amount) as margin_amount,
    sum(unit_count) as units_count,
    sum(refund_amount) as refund_amount
from marts.product_sales
where
    sales_month <= $business_on
    and sales_month >= (
        select date_trunc('month', fiscal_quarter_start_on) from marts.dim_date where date_on = $business_on
    )
group by product_id, product_name, product_sales.product_category
order by net_sales_amount desc, product_id
limit 20

-- query: categories
with day as (
    select
        now.date_on as business_on,
        now.fiscal_month_start_on as month_start_on,
        now.fiscal_quarter_start_on as quarter_start_on,
        before.fiscal_month_start_on as previous_start_on,
        before.fiscal_month_end_on as previous_end_on,
        last_year.fiscal_month_start_on as last_year_start_on,
        last_year.fiscal_month_end_on as last_year_end_on
    from marts.dim_date as now
    left join marts.dim_date as before on before.date_on = now.fiscal_month_start_on - 1
    left join marts.dim_date as last_year on last_year.date_on = cast(now.fiscal_month_start_on - interval 1 year as date)
    where now.date_on = $business_on
)

select
    nullif(product_category, '(none)') as product_category,
    sum(net_sales_amount) filter (where sales_on between month_start_on and business_on) as month_net_sales_amount,
    sum(net_sales_amount) filter (where sales_on between previous_start_on and previous_end_on)
        as previous_month_net_sales_amount,
    sum(net_sales_amount) filter (where sales_on between last_year_start_on and last_year_end_on)
        as last_year_month_net_sales_amount,
    sum(margin_amount) filter (where sales_on between month_start_on and business_on) as month_margin_amount,
    sum(order_count) filter (where sales_on between month_start_on and business_on) as month_orders_count,
    sum(booking_amount) filter (where sales_on between month_start_on and business_on) as month_booking_amount,
    sum(net_sales_amount) filter (where sales_on between quarter_start_on and business_on)
        as quarter_net_sales_amount,
    sum(margin_amount) filter (where sales_on between quarter_start_on and business_on) as quarter_margin_amount
from marts.daily_sales
cross join day
where sales_on between least(last_year_start_on, previous_start_on, quarter_start_on) and business_on
group by daily_sales.product_category
having month_net_sales_amount is not null or previous_month_net_sales_amount is not null
    or last_year_month_net_sales_amount is not null or quarter_net_sales_amount is not null
order by month_net_sales_amount desc nulls last, daily_sales.product_category

-- query: channels
with day as (
    select
        now.date_on as business_on,
        now.fiscal_month_start_on as month_start_on,
        now.fiscal_quarter_start_on as quarter_start_on,
        before.fiscal_month_start_on as previous_start_on,
        before.fiscal_month_end_on as previous_end_on,
        last_year.fiscal_month_start_on as last_year_start_on,
        last_year.fiscal_month_end_on as last_year_end_on
    from marts.dim_date as now
    left join marts.dim_date as before on before.date_on = now.fiscal_month_start_on - 1
    left join marts.dim_date as last_year on last_year.date_on = cast(now.fiscal_month_start_on - interval 1 year as date)
    where now.date_on = $business_on
)

select
    nullif(channel, '(none)') as sales_channel,
    sum(net_sales_amount) filter (where sales_on between month_start_on and business_on) as month_net_sales_amount,
    sum(net_sales_amount) filter (where sales_on between previous_start_on and previous_end_on)
        as previous_month_net_sales_amount,
    sum(net_sales_amount) filter (where sales_on between last_year_start_on and last_year_end_on)
        as last_year_month_net_sales_amount,
    sum(margin_amount) filter (where sales_on between month_start_on and business_on) as month_margin_amount,
    sum(order_count) filter (where sales_on between month_start_on and business_on) as month_orders_count,
    sum(booking_amount) filter (where sales_on between month_start_on and business_on) as month_booking_amount,
    sum(net_sales_amount) filter (where sales_on between quarter_start_on and business_on)
        as quarter_net_sales_amount,
    sum(margin_amount) filter (where sales_on between quarter_start_on and business_on) as quarter_margin_amount
from marts.daily_sales
cross join day
where sales_on between least(last_year_start_on, previous_start_on, quarter_start_on) and business_on
group by daily_sales.channel
having month_net_sales_amount is not null or previous_month_net_sales_amount is not null
    or last_year_month_net_sales_amount is not null or quarter_net_sales_amount is not null
order by month_net_sales_amount desc nulls last, daily_sales.channel

-- query: streams
with day as (
    select
        now.date_on as business_on,
        now.fiscal_month_start_on as month_start_on,
        now.fiscal_quarter_start_on as quarter_start_on,
        before.fiscal_month_start_on as previous_start_on,
        before.fiscal_month_end_on as previous_end_on,
        last_year.fiscal_month_start_on as last_year_start_on,
        last_year.fiscal_month_end_on as last_year_end_on
    from marts.dim_date as now
    left join marts.dim_date as before on before.date_on = now.fiscal_month_start_on - 1
    left join marts.dim_date as last_year on last_year.date_on = cast(now.fiscal_month_start_on - interval 1 year as date)
    where now.date_on = $business_on
)

select
    nullif(revenue_stream, '(none)') as revenue_stream,
    sum(net_sales_amount) filter (where sales_on between month_start_on and business_on) as month_net_sales_amount,
    sum(net_sales_amount) filter (where sales_on between previous_start_on and previous_end_on)
        as previous_month_net_sales_amount,
    sum(net_sales_amount) filter (where sales_on between last_year_start_on and last_year_end_on)
        as last_year_month_net_sales_amount,
    sum(margin_amount) filter (where sales_on between month_start_on and business_on) as month_margin_amount,
    sum(order_count) filter (where sales_on between month_start_on and business_on) as month_orders_count,
    sum(booking_amount) filter (where sales_on between month_start_on and business_on) as month_booking_amount,
    sum(net_sales_amount) filter (where sales_on between quarter_start_on and business_on)
        as quarter_net_sales_amount,
    sum(margin_amount) filter (where sales_on between quarter_start_on and business_on) as quarter_margin_amount
from marts.daily_sales
cross join day
where sales_on between least(last_year_start_on, previous_start_on, quarter_start_on) and business_on
group by daily_sales.revenue_stream
having month_net_sales_amount is not null or previous_month_net_sales_amount is not null
    or last_year_month_net_sales_amount is not null or quarter_net_sales_amount is not null
order by month_net_sales_amount desc nulls last, daily_sales.revenue_stream

-- query: territories
with day as (
    select
        now.date_on as business_on,
        now.fiscal_month_start_on as month_start_on,
        now.fiscal_quarter_start_on as quarter_start_on,
        before.fiscal_month_start_on as previous_start_on,
        before.fiscal_month_end_on as previous_end_on,
        last_year.fiscal_month_start_on as last_year_start_on,
        last_year.fiscal_month_end_on as last_year_end_on
    from marts.dim_date as now
    left join marts.dim_date as before on before.date_on = now.fiscal_month_start_on - 1
    left join marts.dim_date as last_year on last_year.date_on = cast(now.fiscal_month_start_on - interval 1 year as date)
    where now.date_on = $business_on
)

select
    dim_territory.territory_name as territory_name,
    sum(net_sales_amount) filter (where sales_on between month_start_on and business_on) as month_net_sales_amount,
    sum(net_sales_amount) filter (where sales_on between previous_start_on and previous_end_on)
        as previous_month_net_sales_amount,
    sum(net_sales_amount) filter (where sales_on between last_year_start_on and last_year_end_on)
        as last_year_month_net_sales_amount,
    sum(margin_amount) filter (where sales_on between month_start_on and business_on) as month_margin_amount,
    sum(order_count) filter (where sales_on between month_start_on and business_on) as month_orders_count,
    sum(booking_amount) filter (where sales_on between month_start_on and business_on) as month_booking_amount,
    sum(net_sales_amount) filter (where sales_on between quarter_start_on and business_on)
        as quarter_net_sales_amount,
    sum(margin_amount) filter (where sales_on between quarter_start_on and business_on) as quarter_margin_amount
from marts.daily_sales
cross join day
left join marts.dim_territory on daily_sales.territory_id = dim_territory.territory_id
where sales_on between least(last_year_start_on, previous_start_on, quarter_start_on) and business_on
group by daily_sales.territory_id, dim_territory.territory_name
having month_net_sales_amount is not null or previous_month_net_sales_amount is not null
    or last_year_month_net_sales_amount is not null or quarter_net_sales_amount is not null
order by month_net_sales_amount desc nulls last, daily_sales.territory_id, dim_territory.territory_name

-- query: territory_plan
select
    dim_territory.territory_name,
    target_attainment.metric,
    target_attainment.period_type,
    target_attainment.actual_amount,
    target_attainment.target_to_date_amount,
    target_attainment.target_amount,
    target_attainment.pace_ratio,
    target_attainment.attainment_ratio,
    target_attainment.variance_amount,
    target_attainment.projection_amount,
    target_attainment.status
from marts.target_attainment
left join marts.dim_territory on target_attainment.scope_id = dim_territory.territory_id
where
    target_attainment.scope_type = 'territory' and target_attainment.is_current_plan
    and target_attainment.target_amount is not null
    and target_attainment.period_type in ('month', 'quarter', 'year')
    and $business_on between target_attainment.period_start_on and target_attainment.period_end_on
order by 1, target_attainment.metric, list_position(['month', 'quarter', 'year'], target_attainment.period_type)

-- query: category_plan
select
    target_attainment.scope_id as product_category,
    target_attainment.metric,
    target_attainment.period_type,
    target_attainment.actual_amount,
    target_attainment.target_to_date_amount,
    target_attainment.target_amount,
    target_attainment.pace_ratio,
    target_attainment.attainment_ratio,
    target_attainment.variance_amount,
    target_attainment.projection_amount,
    target_attainment.status
from marts.target_attainment
where
    target_attainment.scope_type = 'product_category' and target_attainment.is_current_plan
    and target_attainment.target_amount is not null
    and target_attainment.period_type in ('month', 'quarter', 'year')
    and $business_on between target_attainment.period_start_on and target_attainment.period_end_on
order by 1, target_attainment.metric, list_position(['month', 'quarter', 'year'], target_attainment.period_type)

-- query: weak
with behind as (
    select scope_id as territory_id, actual_amount, target_to_date_amount, pace_ratio, status
    from marts.target_attainment
    where
        scope_type = 'territory' and metric in ('net_sales', 'revenue') and period_type = 'quarter' and is_current_plan
        and target_amount is not null and status in ('behind', 'at_risk', 'missed')
        and $business_on between period_start_on and period_end_on
    qualify row_number() over (partition by scope_id order by metric) = 1
),

open_deals as (
    select territory_id, count(*) as open_deals_count, sum(deal_amount) as open_amount
    from marts.deal_register
    where outcome = 'open'
    group by territory_id
),

customers as (
    select territory_id, count(*) as customers_count
    from marts.dim_customer
    where not is_inferred
    group by territory_id
)

select
    dim_territory.territory_name,
    behind.actual_amount,
    behind.target_to_date_amount,
    behind.pace_ratio,
    behind.status,
    open_deals.open_deals_count,
    open_deals.open_amount,
    customers.customers_count
from behind
inner join marts.dim_territory on behind.territory_id = dim_territory.territory_id
left join open_deals on behind.territory_id = open_deals.territory_id
left join customers on behind.territory_id = customers.territory_id
order by behind.pace_ratio nulls last, dim_territory.territory_name
