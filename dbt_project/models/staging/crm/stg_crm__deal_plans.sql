-- One row per deal and business date whose night saw its owner plan otherwise than before.
-- Types only: no filters, no business rules.
with

lake as (select * from {{ source('lake', 'deal_plans') }}),

company as (select timezone from {{ ref('stg_run__company') }}),

typed as (
    select
        -- identifiers
        cast(lake.deal_id as string) as deal_id,
        cast(lake.observed_at as timestamp) as observed_at,
        -- categories and texts
        cast(lake.forecast_category as string) as forecast_category,
        cast(lake.next_action as string) as next_action,
        -- figures
        cast(lake.rep_forecast_amount as decimal(18, 4)) as rep_forecast_amount,
        -- dates
        cast(lake.rep_forecast_close_on as date) as rep_forecast_close_on,
        cast(lake.next_action_due_on as date) as next_action_due_on,
        cast(lake.suspended_until as date) as suspended_until,
        -- business dates, in the company's time zone
        {{ business_date('lake.observed_at', 'company.timezone') }} as observed_on,
        -- provenance
        cast(lake.source as string) as source_system,
        cast(lake.month as string) as lake_month
    from lake
    cross join company
)

select * from typed
