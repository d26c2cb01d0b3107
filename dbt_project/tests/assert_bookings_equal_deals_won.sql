-- Every deal won on a known day is booked once, to the last digit, however it is split.
{{ config(meta={'dagster': {'ref': {'name': 'daily_sales'}}}) }}
with

deals as (
    select
        count(*) as deals_won_count,
        sum(deal_amount) as booking_amount
    from {{ ref('fct_deals') }}
    where outcome = 'won' and not is_undated
),

sales as (
    select
        sum(deals_won_count) as deals_won_count,
        sum(booking_amount) as booking_amount
    from {{ ref('daily_sales') }}
)

select
    deals.deals_won_count as expected_deals_won_count,
    sales.deals_won_count,
    deals.booking_amount as expected_booking_amount,
    sales.booking_amount
from deals
cross join sales
where
    deals.deals_won_count <> coalesce(sales.deals_won_count, 0)
    or coalesce(deals.booking_amount, 0) <> coalesce(sales.booking_amount, 0)
