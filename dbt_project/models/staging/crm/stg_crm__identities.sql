-- One row per entity known to another system under another id.
-- Types only: no filters, no business rules.
with

lake as (select * from {{ source('lake', 'identities') }}),

typed as (
    select
        -- identifiers
        cast(entity as string) as entity,
        cast(system as string) as system,
        cast(external_id as string) as external_id,
        cast(internal_id as string) as internal_id,
        -- provenance
        cast(source as string) as source_system,
        cast(month as string) as lake_month
    from lake
)

select * from typed
