-- One row per product.
-- Types only: no filters, no business rules.
with

lake as (select * from {{ source('lake', 'products') }}),

typed as (
    select
        -- identifiers
        cast(product_id as string) as product_id,
        -- categories and texts
        cast(product_name as string) as product_name,
        cast(sku as string) as sku,
        cast(product_category as string) as product_category,
        cast(product_subcategory as string) as product_subcategory,
        cast(revenue_stream as string) as revenue_stream,
        cast(currency_code as string) as currency_code,
        -- flags
        cast(is_active as boolean) as is_active,
        -- figures
        cast(list_price_amount as decimal(18, 4)) as list_price_amount,
        cast(unit_cost_amount as decimal(18, 4)) as unit_cost_amount,
        -- provenance
        cast(source as string) as source_system,
        cast(month as string) as lake_month
    from lake
)

select * from typed
