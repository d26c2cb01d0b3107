-- One row per customer of the shop.
-- Types only: no filters, no business rules.
with

lake as (select * from {{ source('lake', 'customers') }}),

typed as (
    select
        -- identifiers
        cast(customer_id as string) as customer_id,
        cast(account_id as string) as account_id,
        cast(territory_id as string) as territory_id,
        -- categories and texts
        cast(customer_name as string) as customer_name,
        cast(email as string) as email,
        cast(segment as string) as segment,
        cast(industry as string) as industry,
        cast(region as string) as region,
        cast(country_code as string) as country_code,
        cast(acquisition_channel as string) as acquisition_channel,
        -- dates
        cast(created_on as date) as created_on,
        -- provenance
        cast(source as string) as source_system,
        cast(month as string) as lake_month
    from lake
)

select * from typed
