-- One row per sales territory.
-- Types only: no filters, no business rules.
with

lake as (select * from {{ source('lake', 'territories') }}),

typed as (
    select
        -- identifiers
        cast(territory_id as string) as territory_id,
        cast(parent_territory_id as string) as parent_territory_id,
        -- categories and texts
        cast(territory_name as string) as territory_name,
        cast(region as string) as region,
        cast(country_code as string) as country_code,
        -- provenance
        cast(source as string) as source_system,
        cast(month as string) as lake_month
    from lake
)

select * from typed
