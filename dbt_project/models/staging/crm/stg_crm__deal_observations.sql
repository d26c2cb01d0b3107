-- One row per deal and business date whose night saw it stand otherwise than was told of it until then.
-- Types only: no filters, no business rules.
with

lake as (select * from {{ source('lake', 'deal_observations') }}),

company as (select timezone from {{ ref('stg_run__company') }}),

typed as (
    select
        -- identifiers
        cast(lake.deal_id as string) as deal_id,
        cast(lake.observed_at as timestamp) as observed_at,
        cast(lake.stage as string) as stage,
        cast(lake.rep_id as string) as rep_id,
        -- categories and texts
        cast(lake.currency_code as string) as currency_code,
        -- figures
        cast(lake.amount as decimal(18, 4)) as amount,
        cast(lake.probability as decimal(9, 4)) as probability,
        -- dates
        cast(lake.expected_close_on as date) as expected_close_on,
        -- business dates, in the company's time zone
        {{ business_date('lake.observed_at', 'company.timezone') }} as observed_on,
        -- provenance
        cast(lake.source as string) as source_system,
        cast(lake.month as string) as lake_month
    from lake
    cross join company
)

select * from typed
