-- One row per person who has a say in a deal.
-- Types only: no filters, no business rules.
with

lake as (select * from {{ source('lake', 'deal_contacts') }}),

typed as (
    select
        -- identifiers
        cast(deal_id as string) as deal_id,
        cast(contact_id as string) as contact_id,
        -- categories and texts
        cast(decision_role as string) as decision_role,
        -- flags
        cast(is_primary as boolean) as is_primary,
        -- provenance
        cast(source as string) as source_system,
        cast(month as string) as lake_month
    from lake
)

select * from typed
