-- One row per sales team.
-- Types only: no filters, no business rules.
with

lake as (select * from {{ source('lake', 'teams') }}),

typed as (
    select
        -- identifiers
        cast(team_id as string) as team_id,
        cast(parent_team_id as string) as parent_team_id,
        cast(lead_rep_id as string) as lead_rep_id,
        -- categories and texts
        cast(team_name as string) as team_name,
        cast(region as string) as region,
        -- provenance
        cast(source as string) as source_system,
        cast(month as string) as lake_month
    from lake
)

select * from typed
