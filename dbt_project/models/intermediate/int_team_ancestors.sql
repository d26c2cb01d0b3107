-- Grain: team × itself or a team above it.
-- Whatever counts for a team counts for all its ancestors. A circle of parents ends after twenty levels.
with recursive

teams as (select * from {{ ref('int_teams') }}),

climbed as (
    select
        team_id,
        team_id as ancestor_team_id,
        parent_team_id as next_team_id,
        0 as distance
    from teams
    union all
    select
        climbed.team_id,
        climbed.next_team_id as ancestor_team_id,
        teams.parent_team_id as next_team_id,
        climbed.distance + 1 as distance
    from climbed
    inner join teams on climbed.next_team_id = teams.team_id
    where climbed.distance < 20
),

final as (
    select
        team_id,
        ancestor_team_id,
        cast(min(distance) as bigint) as distance
    from climbed
    group by team_id, ancestor_team_id
)

select * from final
