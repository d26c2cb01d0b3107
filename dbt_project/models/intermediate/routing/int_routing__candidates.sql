-- Grain: open lead that nobody owns × rep who could have it.
-- Everybody at work with the skill, in the order in which the lead would choose: who covers its territory, then who
-- converts more, then who has less to do.
with

leads as (
    select * from {{ ref('int_routing__leads') }}
    where is_open and rep_id is null
),

reps as (select * from {{ ref('int_routing__reps') }}),

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

joined as (
    select
        leads.lead_id,
        leads.estimated_amount,
        leads.created_on,
        reps.rep_id,
        reps.conversion_ratio,
        reps.open_lead_count,
        covered.rep_id is not null as is_in_territory
    from leads
    inner join reps
        on leads.required_skill is null or reps.skills like concat('%;', leads.required_skill, ';%')
    left join covered on reps.rep_id = covered.rep_id and leads.territory_id = covered.territory_id
),

final as (
    select
        lead_id,
        estimated_amount,
        created_on,
        rep_id,
        is_in_territory,
        row_number() over (
            partition by lead_id
            order by is_in_territory desc, conversion_ratio desc nulls last, open_lead_count asc, rep_id asc
        ) as preference
    from joined
)

select * from final
