-- One row per rep who gets credit for a deal.
-- Types only: no filters, no business rules.
with

lake as (select * from {{ source('lake', 'deal_splits') }}),

typed as (
    select
        -- identifiers
        cast(deal_id as string) as deal_id,
        cast(rep_id as string) as rep_id,
        -- figures
        cast(split_ratio as decimal(18, 8)) as split_ratio,
        -- provenance
        cast(source as string) as source_system,
        cast(month as string) as lake_month
    from lake
)

select * from typed
