-- One row per order line.
-- Types only: no filters, no business rules.
with

lake as (select * from {{ source('lake', 'order_lines') }}),

company as (select timezone from {{ ref('stg_run__company') }}),

typed as (
    select
        -- identifiers
        cast(lake.order_id as string) as order_id,
        cast(lake.line_number as bigint) as line_number,
        cast(lake.product_id as string) as product_id,
        -- categories and texts
        cast(lake.line_kind as string) as line_kind,
        cast(lake.currency_code as string) as currency_code,
        cast(lake.revenue_stream as string) as revenue_stream,
        -- figures
        cast(lake.quantity as decimal(18, 4)) as quantity,
        cast(lake.unit_price_amount as decimal(18, 4)) as unit_price_amount,
        cast(lake.discount_amount as decimal(18, 4)) as discount_amount,
        cast(lake.net_amount as decimal(18, 4)) as net_amount,
        cast(lake.cost_amount as decimal(18, 4)) as cost_amount,
        -- timestamps, UTC
        cast(lake.ordered_at as timestamp) as ordered_at,
        -- business dates, in the company's time zone
        {{ business_date('lake.ordered_at', 'company.timezone') }} as ordered_on,
        -- provenance
        cast(lake.source as string) as source_system,
        cast(lake.month as string) as lake_month
    from lake
    cross join company
)

select * from typed
