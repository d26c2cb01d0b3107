-- One row per call, e-mail, meeting, quote or task, done or planned.
-- Types only: no filters, no business rules. What happened was done, where its source does not say.
with

lake as (select * from {{ source('lake', 'activities') }}),

company as (select timezone from {{ ref('stg_run__company') }}),

typed as (
    select
        -- identifiers
        cast(lake.activity_id as string) as activity_id,
        cast(lake.rep_id as string) as rep_id,
        cast(lake.account_id as string) as account_id,
        cast(lake.contact_id as string) as contact_id,
        cast(lake.deal_id as string) as deal_id,
        cast(lake.lead_id as string) as lead_id,
        -- categories and texts
        cast(lake.activity_type as string) as activity_type,
        cast(lake.direction as string) as direction,
        -- flags
        coalesce(cast(lake.is_done as boolean), lake.happened_at is not null) as is_done,
        -- dates
        cast(lake.planned_on as date) as planned_on,
        -- timestamps, UTC
        cast(lake.happened_at as timestamp) as happened_at,
        cast(lake.updated_at as timestamp) as updated_at,
        -- business dates, in the company's time zone
        {{ business_date('lake.happened_at', 'company.timezone') }} as happened_on,
        -- provenance
        cast(lake.source as string) as source_system,
        cast(lake.month as string) as lake_month
    from lake
    cross join company
)

select * from typed
