-- One row per refund of an order or a line.
-- Types only: no filters, no business rules.
with

lake as (select * from {{ source('lake', 'refunds') }}),

company as (select timezone from {{ ref('stg_run__company') }}),

typed as (
    select
        -- identifiers
        cast(lake.refund_id as string) as refund_id,
        cast(lake.order_id as string) as order_id,
        -- categories and texts
        cast(lake.currency_code as string) as currency_code,
        cast(lake.reason as string) as reason,
        -- figures
        cast(lake.line_number as bigint) as line_number,
        cast(lake.quantity as decimal(18, 4)) as quantity,
        cast(lake.amount as decimal(18, 4)) as amount,
        cast(lake.cost_amount as decimal(18, 4)) as cost_amount,
        -- timestamps, UTC
        cast(lake.refunded_at as timestamp) as refunded_at,
        cast(lake.updated_at as timestamp) as updated_at,
        -- business dates, in the company's time zone
        {{ business_date('lake.refunded_at', 'company.timezone') }} as refunded_on,
        -- provenance
        cast(lake.source as string) as source_system,
        cast(lake.month as string) as lake_month
    from lake
    cross join company
)

select * from typed
