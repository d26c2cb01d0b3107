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

company as (select * from {{ ref('stg_run__company') }}),

rates as (
    select * from {{ ref('int_exchange_rates') }}
    where rate_on = {{ as_of_date() }}
),

adjustments as (
    select
        'forecast_adjustments' as dataset,
        adjusted.currency_code,
        {{ as_of_date() }} as priced_on,
        adjusted.adjusted_amount as original_amount
    from {{ ref('stg_internal__forecast_adjustments') }} as adjusted
    inner join company on adjusted.currency_code <> company.currency_code
    left join rates on adjusted.currency_code = rates.currency_code
    where adjusted.adjusted_on <= {{ as_of_date() }} and rates.rate is null
),

unpriced as (
    select * from lines
    union all
    select * from refunds
    union all
    select * from deals
    union all
    select * from adjustments
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
