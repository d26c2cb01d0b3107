-- One row per spell of a rep in a territory.
-- Types only: no filters, no business rules.
with

lake as (select * from {{ source('lake', 'territory_assignments') }}),

typed as (
    select
        -- identifiers
        cast(territory_id as string) as territory_id,
        cast(rep_id as string) as rep_id,
        cast(assigned_on as date) as assigned_on,
        -- dates
        cast(ended_on as date) as ended_on,
        -- provenance
        cast(source as string) as source_system,
        cast(month as string) as lake_month
    from lake
)

select * from typed
