-- Grain: team; teams that only rows refer to are inferred, `(none)` stands for no team.
with

teams as (select * from {{ ref('int_teams') }}),

ancestors as (select * from {{ ref('int_team_ancestors') }}),

depths as (
    select
        team_id,
        max(distance) as depth
    from ancestors
    group by team_id
),

final as (
    select
        teams.team_id,
        teams.team_name,
        teams.parent_team_id,
        teams.lead_rep_id,
        teams.region,
        cast(depths.depth as bigint) as depth,
        teams.is_inferred,
        teams.source_system
    from teams
    left join depths on teams.team_id = depths.team_id
    union all
    select
        '(none)' as team_id,
        '(none)' as team_name,
        cast(null as string) as parent_team_id,
        cast(null as string) as lead_rep_id,
        cast(null as string) as region,
        cast(0 as bigint) as depth,
        false as is_inferred,
        cast(null as string) as source_system
)

select * from final
