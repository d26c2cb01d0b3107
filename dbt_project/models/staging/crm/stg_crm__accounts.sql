-- One row per company the sales force deals with.
-- Types only: no filters, no business rules.
with

lake as (select * from {{ source('lake', 'accounts') }}),

typed as (
    select
        -- identifiers
        cast(account_id as string) as account_id,
        cast(parent_account_id as string) as parent_account_id,
        cast(owner_rep_id as string) as owner_rep_id,
        cast(territory_id as string) as territory_id,
        -- categories and texts
        cast(account_name as string) as account_name,
        cast(industry as string) as industry,
        cast(region as string) as region,
        cast(country_code as string) as country_code,
        cast(currency_code as string) as currency_code,
        -- figures
        cast(employee_count as bigint) as employee_count,
        cast(annual_revenue_amount as decimal(18, 4)) as annual_revenue_amount,
        -- dates
        cast(created_on as date) as created_on,
        -- provenance
        cast(source as string) as source_system,
        cast(month as string) as lake_month
    from lake
)

select * from typed
