-- One row per order.
-- Types only: no filters, no business rules.
with

lake as (select * from {{ source('lake', 'orders') }}),

company as (select timezone from {{ ref('stg_run__company') }}),

typed as (
    select
        -- identifiers
        cast(lake.order_id as string) as order_id,
        cast(lake.customer_id as string) as customer_id,
        cast(lake.rep_id as string) as rep_id,
        cast(lake.territory_id as string) as territory_id,
        cast(lake.deal_id as string) as deal_id,
        -- categories and texts
        cast(lake.channel as string) as channel,
        cast(lake.status as string) as status,
        cast(lake.payment_method as string) as payment_method,
        cast(lake.currency_code as string) as currency_code,
        -- flags
        cast(lake.is_test as boolean) as is_test,
        -- figures
        cast(lake.subtotal_amount as decimal(18, 4)) as subtotal_amount,
        cast(lake.tax_amount as decimal(18, 4)) as tax_amount,
        cast(lake.shipping_amount as decimal(18, 4)) as shipping_amount,
        -- timestamps, UTC
        cast(lake.ordered_at as timestamp) as ordered_at,
        cast(lake.cancelled_at as timestamp) as cancelled_at,
        cast(lake.updated_at as timestamp) as updated_at,
        -- business dates, in the company's time zone
        {{ business_date('lake.ordered_at', 'company.timezone') }} as ordered_on,
        {{ business_date('lake.cancelled_at', 'company.timezone') }} as cancelled_on,
        -- provenance
        cast(lake.source as string) as source_system,
        cast(lake.month as string) as lake_month
    from lake
    cross join company
)

select * from typed
