-- Grain: dataset × currency × day.
-- Rows in a currency without a rate on or before their day: counted everywhere, worth nothing until the rate is there.
with

lines as (
    select
        'order_lines' as dataset,
        currency_code,
        sales_on as priced_on,
        original_net_amount as original_amount
    from {{ ref('fct_order_lines') }}
    where is_unpriced
),

refunds as (
    select
        'refunds' as dataset,
        currency_code,
        refunded_on as priced_on,
        original_refund_amount as original_amount
    from {{ ref('fct_refunds') }}
    where is_unpriced
),

deals as (
    select
        'deals' as dataset,
        currency_code,
        coalesce(closed_on, {{ as_of_date() }}) as priced_on,
        original_deal_amount as original_amount
    from {{ ref('fct_deals') }}
    where is_unpriced
),

unpriced as (
    select * from lines
    union all
    select * from refunds
    union all
    select * from deals
),

final as (
    select
        dataset,
        currency_code,
        priced_on,
        cast(count(*) as bigint) as row_count,
        cast(sum(original_amount) as decimal(18, 4)) as original_amount
    from unpriced
    group by dataset, currency_code, priced_on
)

select * from final
