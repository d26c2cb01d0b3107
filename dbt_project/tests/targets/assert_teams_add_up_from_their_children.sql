-- Where a team has no target of its own, what is in force for it is the sum of what is in force for the reps in it
-- and for the teams directly below it.
with

daily as (
    select * from {{ ref('fct_targets_daily') }}
    where is_current_plan
),

parents as (
    select
        'rep' as scope_type,
        rep_id as scope_id,
        coalesce(team_id, '(none)') as team_id
    from {{ ref('dim_rep') }}
    union all
    select
        'team' as scope_type,
        team_id as scope_id,
        ancestor_team_id as team_id
    from {{ ref('int_team_ancestors') }}
    where distance = 1
),

children as (
    select
        parents.team_id,
        daily.metric,
        daily.target_on,
        sum(daily.in_force_amount) as children_amount
    from daily
    inner join parents on daily.scope_type = parents.scope_type and daily.scope_id = parents.scope_id
    group by parents.team_id, daily.metric, daily.target_on
),

teams as (
    select * from daily
    where scope_type = 'team'
)

select
    coalesce(teams.scope_id, children.team_id) as team_id,
    coalesce(teams.metric, children.metric) as metric,
    coalesce(teams.target_on, children.target_on) as target_on,
    teams.in_force_amount,
    teams.in_force_assigned_amount,
    children.children_amount
from teams
full join children
    on
        teams.scope_id = children.team_id
        and teams.metric = children.metric
        and teams.target_on = children.target_on
where
    teams.in_force_assigned_amount is distinct from children.children_amount
    or (teams.target_origin = 'rolled_up' and teams.in_force_amount is distinct from children.children_amount)
