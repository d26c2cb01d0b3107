-- One row per target: who, which metric, which window, which version of the plan.
-- Types only: no filters, no business rules.
with

lake as (select * from {{ source('lake', 'targets') }}),

typed as (
    select
        -- identifiers
        cast(scope_type as string) as scope_type,
        cast(scope_id as string) as scope_id,
        cast(metric as string) as metric,
        cast(period_type as string) as period_type,
        cast(period_start_on as date) as period_start_on,
        cast(plan_version as string) as plan_version,
        -- categories and texts
        cast(currency_code as string) as currency_code,
        -- figures
        cast(target_amount as decimal(18, 4)) as target_amount,
        -- dates
        cast(period_end_on as date) as period_end_on,
        cast(effective_on as date) as effective_on,
        -- provenance
        cast(source as string) as source_system,
        cast(month as string) as lake_month
    from lake
)

select * from typed
