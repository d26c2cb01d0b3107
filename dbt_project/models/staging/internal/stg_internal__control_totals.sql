-- One row per source, dataset and period: what the source says it sent.
-- Types only: no filters, no business rules.
with

lake as (select * from {{ source('lake', 'control_totals') }}),

typed as (
    select
        -- identifiers
        cast(source_system as string) as source_system,
        cast(dataset as string) as dataset,
        cast(period_start_on as date) as period_start_on,
        -- figures
        cast(row_count as bigint) as row_count,
        cast(total_amount as decimal(18, 4)) as total_amount,
        -- dates
        cast(period_end_on as date) as period_end_on,
        -- provenance
        cast(source as string) as sent_by_source,
        cast(month as string) as lake_month
    from lake
)

select * from typed
