-- Grain: rep × scorecard the rep counts in: the rep's own, the team's and those of all teams above it.
with

reps as (select * from {{ ref('dim_rep') }}),

chain as (select * from {{ ref('int_targets__team_chain') }}),

final as (
    select
        rep_id,
        'rep' as scope_type,
        rep_id as scope_id
    from reps
    union all
    select
        reps.rep_id,
        'team' as scope_type,
        chain.scope_id
    from reps
    inner join chain on coalesce(reps.team_id, '(none)') = chain.home_id
    where chain.home_type = 'team' and chain.scope_type = 'team'
)

select * from final
