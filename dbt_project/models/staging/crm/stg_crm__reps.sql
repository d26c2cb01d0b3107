-- One row per salesperson, past and present.
-- Types only: no filters, no business rules.
with

lake as (select * from {{ source('lake', 'reps') }}),

typed as (
    select
        -- identifiers
        cast(rep_id as string) as rep_id,
        cast(team_id as string) as team_id,
        cast(manager_rep_id as string) as manager_rep_id,
        cast(territory_id as string) as territory_id,
        -- categories and texts
        cast(rep_name as string) as rep_name,
        cast(email as string) as email,
        cast(role_name as string) as role_name,
        cast(skills as string) as skills,
        -- flags
        cast(is_active as boolean) as is_active,
        -- figures
        cast(lead_capacity as bigint) as lead_capacity,
        -- dates
        cast(hired_on as date) as hired_on,
        cast(left_on as date) as left_on,
        -- provenance
        cast(source as string) as source_system,
        cast(month as string) as lake_month
    from lake
)

select * from typed
