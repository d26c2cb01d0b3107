-- Grain: team or company × each scope its targets and sales roll up to, itself included.
-- The team tree with the company at its top. '(none)' is the team of the reps without one.
with

ancestors as (select * from {{ ref('int_team_ancestors') }}),

tree as (
    select
        team_id,
        ancestor_team_id,
        distance
    from ancestors
    union all
    select
        '(none)' as team_id,
        '(none)' as ancestor_team_id,
        cast(0 as bigint) as distance
),

final as (
    select
        'team' as home_type,
        team_id as home_id,
        'team' as scope_type,
        ancestor_team_id as scope_id,
        distance
    from tree
    union all
    select
        'team' as home_type,
        team_id as home_id,
        'company' as scope_type,
        'company' as scope_id,
        max(distance) + 1 as distance
    from tree
    group by team_id
    union all
    select
        'company' as home_type,
        'company' as home_id,
        'company' as scope_type,
        'company' as scope_id,
        cast(0 as bigint) as distance
)

select * from final
