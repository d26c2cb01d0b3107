-- Grain: scope × metric × plan version × day covered by a target.
with

spread as (select * from {{ ref('int_targets__spread') }}),

assigned as (select * from {{ ref('int_targets__assigned') }}),

own as (
    select
        spread.scope_type,
        spread.scope_id,
        spread.metric,
        spread.plan_version,
        spread.target_on,
        'own' as target_origin,
        spread.target_amount,
        assigned.assigned_amount
    from spread
    left join assigned
        on
            spread.scope_type = assigned.scope_type
            and spread.scope_id = assigned.scope_id
            and spread.metric = assigned.metric
            and spread.plan_version = assigned.plan_version
            and spread.target_on = assigned.target_on
            and not assigned.is_in_force
),

rolled_up as (
    select
        scope_type,
        scope_id,
        metric,
        plan_version,
        target_on,
        'rolled_up' as target_origin,
        assigned_amount as target_amount,
        assigned_amount
    from assigned
    where not is_in_force and own_target_amount is null
),

-- What is in force on a day, under the version it comes from; for a roll-up of several, the one effective last.
in_force as (
    select
        scope_type,
        scope_id,
        metric,
        plan_version,
        target_on,
        target_amount as in_force_amount,
        cast(null as decimal(18, 4)) as in_force_assigned_amount
    from spread
    where scope_type in ('territory', 'product_category', 'rep') and is_current_plan
    union all
    select
        scope_type,
        scope_id,
        metric,
        latest_plan as plan_version,
        target_on,
        coalesce(own_target_amount, assigned_amount) as in_force_amount,
        assigned_amount as in_force_assigned_amount
    from assigned
    where is_in_force
),

plans as (
    select * from own
    union all
    select * from rolled_up
),

days as (select * from {{ ref('dim_date') }}),

final as (
    select
        plans.scope_type,
        plans.scope_id,
        plans.metric,
        plans.plan_version,
        plans.target_on,
        days.is_working_day,
        plans.target_origin,
        in_force.in_force_amount is not null as is_current_plan,
        plans.target_amount,
        plans.assigned_amount,
        in_force.in_force_amount,
        in_force.in_force_assigned_amount
    from plans
    inner join days on plans.target_on = days.date_on
    left join in_force
        on
            plans.scope_type = in_force.scope_type
            and plans.scope_id = in_force.scope_id
            and plans.metric = in_force.metric
            and plans.plan_version = in_force.plan_version
            and plans.target_on = in_force.target_on
)

select * from final
