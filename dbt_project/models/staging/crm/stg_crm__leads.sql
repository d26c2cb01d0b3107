-- One row per person or company that showed interest, before there is a deal.
-- Types only: no filters, no business rules.
with

lake as (select * from {{ source('lake', 'leads') }}),

company as (select timezone from {{ ref('stg_run__company') }}),

typed as (
    select
        -- identifiers
        cast(lake.lead_id as string) as lead_id,
        cast(lake.rep_id as string) as rep_id,
        cast(lake.territory_id as string) as territory_id,
        cast(lake.converted_deal_id as string) as converted_deal_id,
        -- categories and texts
        cast(lake.lead_name as string) as lead_name,
        cast(lake.company_name as string) as company_name,
        cast(lake.email as string) as email,
        cast(lake.phone as string) as phone,
        cast(lake.channel as string) as channel,
        cast(lake.segment as string) as segment,
        cast(lake.category as string) as category,
        cast(lake.status as string) as status,
        cast(lake.required_skill as string) as required_skill,
        cast(lake.currency_code as string) as currency_code,
        -- figures
        cast(lake.estimated_amount as decimal(18, 4)) as estimated_amount,
        -- timestamps, UTC
        cast(lake.created_at as timestamp) as created_at,
        cast(lake.first_response_at as timestamp) as first_response_at,
        cast(lake.converted_at as timestamp) as converted_at,
        cast(lake.updated_at as timestamp) as updated_at,
        -- business dates, in the company's time zone
        {{ business_date('lake.created_at', 'company.timezone') }} as created_on,
        {{ business_date('lake.first_response_at', 'company.timezone') }} as first_response_on,
        {{ business_date('lake.converted_at', 'company.timezone') }} as converted_on,
        -- provenance
        cast(lake.source as string) as source_system,
        cast(lake.month as string) as lake_month
    from lake
    cross join company
)

select * from typed
