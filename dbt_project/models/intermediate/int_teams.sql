-- Grain: team; the unknown teams that rows refer to included.
with

teams as (select * from {{ ref('stg_crm__teams') }}),

unmatched as (select * from {{ ref('int_unmatched_ids') }}),

known as (
    select
        teams.team_id,
        teams.team_name,
        teams.region,
        teams.source_system,
        false as is_inferred,
        {{ resolved_id('team', 'teams', 'parent_team_id') }} as parent_team_id,
        {{ resolved_id('rep', 'teams', 'lead_rep_id') }} as lead_rep_id
    from teams
    {{ join_identity('team', 'teams', 'parent_team_id') }}
    {{ join_identity('rep', 'teams', 'lead_rep_id') }}
),

inferred as (
    select
        id as team_id,
        cast(null as string) as team_name,
        cast(null as string) as region,
        min(source_system) as source_system,
        true as is_inferred,
        cast(null as string) as parent_team_id,
        cast(null as string) as lead_rep_id
    from unmatched
    where entity = 'team'
    group by id
),

final as (
    select
        team_id,
        team_name,
        region,
        source_system,
        is_inferred,
        parent_team_id,
        lead_rep_id
    from known
    union all
    select
        team_id,
        team_name,
        region,
        source_system,
        is_inferred,
        parent_team_id,
        lead_rep_id
    from inferred
)

select * from final
