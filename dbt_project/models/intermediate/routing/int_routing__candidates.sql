-- Grain: open lead that nobody owns × rep who could have it.
-- Everybody at work with the skill, room or not; a capacity of 0 is that of somebody who takes no leads.
with

leads as (
    select * from {{ ref('int_routing__leads') }}
    where is_open and rep_id is null
),

reps as (
    select * from {{ ref('int_routing__reps') }}
    where coalesce(lead_capacity, 1) > 0
),

described as (select * from {{ ref('stg_crm__reps') }}),

assignments as (select * from {{ ref('stg_internal__territory_assignments') }}),

covered as (
    select
        {{ resolved_id('rep', 'assignments') }} as rep_id,
        {{ resolved_id('territory', 'assignments') }} as territory_id
    from assignments
    {{ join_identity('rep', 'assignments') }}
    {{ join_identity('territory', 'assignments') }}
    where
        assignments.assigned_on <= {{ as_of_date() }}
        and (assignments.ended_on is null or assignments.ended_on >= {{ as_of_date() }})
    union
    select
        described.rep_id,
        {{ resolved_id('territory', 'described') }} as territory_id
    from described
    {{ join_identity('territory', 'described') }}
    where described.territory_id is not null
),

final as (
    select
        leads.lead_id,
        leads.territory_id,
        leads.required_skill,
        leads.estimated_amount,
        leads.created_on,
        reps.rep_id,
        covered.rep_id is not null as is_in_territory
    from leads
    inner join reps
        on leads.required_skill is null or {{ is_listed('leads.required_skill', 'reps.skills') }}
    left join covered on reps.rep_id = covered.rep_id and leads.territory_id = covered.territory_id
)

select * from final
