-- Grain: team or company × metric × plan × day on which it or somebody below it has a target.
-- A plan is either one plan version (`is_in_force` false) or what is in force on the day, whatever its version
-- (`is_in_force` true, `plan_version` empty). What stands below a scope is the sum of its children's targets; a
-- child without one hands on what stands below it. `latest_plan` is the version that became effective last.
with

spread as (select * from {{ ref('int_targets__spread') }}),

chain as (select * from {{ ref('int_targets__team_chain') }}),

reps as (select * from {{ ref('dim_rep') }}),

plans as (
    select
        scope_type,
        scope_id,
        metric,
        false as is_in_force,
        plan_version,
        target_on,
        target_amount,
        concat(cast(effective_from_on as string), plan_version) as latest_plan
    from spread
    where scope_type in ('rep', 'team', 'company')
    union all
    select
        scope_type,
        scope_id,
        metric,
        true as is_in_force,
        '' as plan_version,
        target_on,
        target_amount,
        concat(cast(effective_from_on as string), plan_version) as latest_plan
    from spread
    where scope_type in ('rep', 'team', 'company') and is_current_plan
),

parents as (
    select
        home_id as team_id,
        scope_type as home_type,
        scope_id as home_id
    from chain
    where home_type = 'team' and distance = 1
),

-- A rep's target stands in his team, a team's in the team above it or in the company.
incoming as (
    select
        case when plans.scope_type = 'rep' then 'team' else parents.home_type end as home_type,
        case when plans.scope_type = 'rep' then coalesce(reps.team_id, '(none)') else parents.home_id end as home_id,
        plans.metric,
        plans.is_in_force,
        plans.plan_version,
        plans.target_on,
        sum(plans.target_amount) as target_amount,
        max(plans.latest_plan) as latest_plan
    from plans
    left join reps on case when plans.scope_type = 'rep' then plans.scope_id end = reps.rep_id
    left join parents on case when plans.scope_type = 'team' then plans.scope_id end = parents.team_id
    where plans.scope_type in ('rep', 'team')
    group by
        case when plans.scope_type = 'rep' then 'team' else parents.home_type end,
        case when plans.scope_type = 'rep' then coalesce(reps.team_id, '(none)') else parents.home_id end,
        plans.metric,
        plans.is_in_force,
        plans.plan_version,
        plans.target_on
),

upwards as (
    select
        incoming.*,
        chain.scope_type,
        chain.scope_id,
        max(case when plans.scope_id is null then 0 else 1 end) over (
            partition by
                incoming.home_type,
                incoming.home_id,
                incoming.metric,
                incoming.is_in_force,
                incoming.plan_version,
                incoming.target_on
            order by chain.distance rows between unbounded preceding and 1 preceding
        ) as is_held_below
    from incoming
    inner join chain on incoming.home_type = chain.home_type and incoming.home_id = chain.home_id
    left join plans
        on
            chain.scope_type = plans.scope_type
            and chain.scope_id = plans.scope_id
            and incoming.metric = plans.metric
            and incoming.is_in_force = plans.is_in_force
            and incoming.plan_version = plans.plan_version
            and incoming.target_on = plans.target_on
),

-- A scope with a target of its own hands that on instead.
assigned as (
    select
        scope_type,
        scope_id,
        metric,
        is_in_force,
        plan_version,
        target_on,
        sum(target_amount) as assigned_amount,
        max(latest_plan) as latest_plan
    from upwards
    where coalesce(is_held_below, 0) = 0
    group by scope_type, scope_id, metric, is_in_force, plan_version, target_on
),

own as (
    select * from plans
    where scope_type in ('team', 'company')
),

final as (
    select
        coalesce(own.scope_type, assigned.scope_type) as scope_type,
        coalesce(own.scope_id, assigned.scope_id) as scope_id,
        coalesce(own.metric, assigned.metric) as metric,
        coalesce(own.is_in_force, assigned.is_in_force) as is_in_force,
        coalesce(own.plan_version, assigned.plan_version) as plan_version,
        coalesce(own.target_on, assigned.target_on) as target_on,
        substring(coalesce(own.latest_plan, assigned.latest_plan), 11) as latest_plan,
        own.target_amount as own_target_amount,
        cast(assigned.assigned_amount as decimal(18, 4)) as assigned_amount,
        cast(assigned.assigned_amount - own.target_amount as decimal(18, 4)) as over_assignment_amount
    from own
    full join assigned
        on
            own.scope_type = assigned.scope_type
            and own.scope_id = assigned.scope_id
            and own.metric = assigned.metric
            and own.is_in_force = assigned.is_in_force
            and own.plan_version = assigned.plan_version
            and own.target_on = assigned.target_on
)

select * from final
