-- Grain: open lead that nobody owns.
-- Who should have it: somebody at work who has the skill, before others whoever covers its territory, then whoever
-- converts more, then whoever has less to do. The most valuable leads choose first; a full rep is passed over, and
-- after some rounds what is left waits.
{%- set rounds = 5 %}
{%- set unlimited = 1000000 %}
{%- set learning_days = 365 %}
{%- set seen_before = 10 %}
with

leads as (
    select
        leads.*,
        {{ resolved_id('rep', 'leads') }} as owner_rep_id,
        {{ resolved_id('territory', 'leads') }} as lead_territory_id
    from {{ ref('stg_crm__leads') }} as leads
    {{ join_identity('rep', 'leads') }}
    {{ join_identity('territory', 'leads') }}
    where leads.created_on <= {{ as_of_date() }}
),

open_leads as (
    select * from leads
    where
        coalesce(status, 'new') in ('new', 'working')
        and (converted_on is null or converted_on > {{ as_of_date() }})
),

waiting_0 as (
    select
        lead_id,
        company_name,
        lead_territory_id,
        required_skill,
        created_on,
        estimated_amount
    from open_leads
    where owner_rep_id is null
),

described as (select * from {{ ref('stg_crm__reps') }}),

reps as (
    select
        reps.rep_id,
        reps.rep_name,
        reps.team_id,
        {{ resolved_id('territory', 'reps') }} as home_territory_id,
        described.lead_capacity,
        concat(';', replace(described.skills, '; ', ';'), ';') as skills
    from {{ ref('dim_rep') }} as reps
    inner join described on reps.rep_id = described.rep_id
    {{ join_identity('territory', 'reps') }}
    where
        reps.is_active
        and (reps.hired_on is null or reps.hired_on <= {{ as_of_date() }})
        and (reps.left_on is null or reps.left_on >= {{ as_of_date() }})
),

covered as (
    select
        {{ resolved_id('rep', 'assignments') }} as rep_id,
        {{ resolved_id('territory', 'assignments') }} as territory_id
    from {{ ref('stg_internal__territory_assignments') }} as assignments
    {{ join_identity('rep', 'assignments') }}
    {{ join_identity('territory', 'assignments') }}
    where
        assignments.assigned_on <= {{ as_of_date() }}
        and (assignments.ended_on is null or assignments.ended_on >= {{ as_of_date() }})
    union
    select
        rep_id,
        home_territory_id as territory_id
    from reps
    where home_territory_id is not null
),

loads as (
    select
        owner_rep_id as rep_id,
        count(*) as open_lead_count
    from open_leads
    where owner_rep_id is not null
    group by owner_rep_id
),

decided as (
    select
        owner_rep_id as rep_id,
        count(*) as lead_count,
        count(case when converted_on <= {{ as_of_date() }} then 1 end) as converted_count
    from leads
    where
        owner_rep_id is not null
        and created_on > {{ add_days(as_of_date(), -learning_days) }}
        and (converted_on <= {{ as_of_date() }} or status = 'closed')
    group by owner_rep_id
),

everybody as (
    select cast(sum(converted_count) as double) / sum(lead_count) as mean_ratio
    from decided
),

-- A rep who has decided few leads is taken to convert like everybody.
able as (
    select
        reps.rep_id,
        reps.rep_name,
        reps.team_id,
        reps.skills,
        reps.lead_capacity,
        coalesce(loads.open_lead_count, 0) as open_lead_count,
        greatest(coalesce(reps.lead_capacity, {{ unlimited }}) - coalesce(loads.open_lead_count, 0), 0) as room,
        cast(
            (coalesce(decided.converted_count, 0) + {{ seen_before }} * everybody.mean_ratio)
            / (coalesce(decided.lead_count, 0) + {{ seen_before }}) as decimal(9, 6)
        ) as conversion_ratio
    from reps
    cross join everybody
    left join loads on reps.rep_id = loads.rep_id
    left join decided on reps.rep_id = decided.rep_id
),

candidates as (
    select
        waiting_0.lead_id,
        waiting_0.estimated_amount,
        waiting_0.created_on,
        able.rep_id,
        able.conversion_ratio,
        able.open_lead_count,
        covered.rep_id is not null as is_in_territory
    from waiting_0
    inner join able
        on
            waiting_0.required_skill is null
            or able.skills like concat('%;', waiting_0.required_skill, ';%')
    left join covered on able.rep_id = covered.rep_id and waiting_0.lead_territory_id = covered.territory_id
),

room_0 as (
    select
        rep_id,
        room
    from able
),
{%- for round in range(1, rounds + 1) %}

    choices_{{ round }} as (
        select
            candidates.*,
            room_{{ round - 1 }}.room,
            row_number() over (
                partition by candidates.lead_id
                order by
                    case when candidates.is_in_territory then 0 else 1 end asc,
                    candidates.conversion_ratio desc,
                    candidates.open_lead_count asc,
                    candidates.rep_id asc
            ) as choice
        from candidates
        inner join waiting_{{ round - 1 }} on candidates.lead_id = waiting_{{ round - 1 }}.lead_id
        inner join room_{{ round - 1 }} on candidates.rep_id = room_{{ round - 1 }}.rep_id
        where room_{{ round - 1 }}.room > 0
    ),

    placed_{{ round }} as (
        select
            *,
            row_number() over (
                partition by rep_id
                order by coalesce(estimated_amount, 0) desc, created_on asc, lead_id asc
            ) as place
        from choices_{{ round }}
        where choice = 1
    ),

    room_{{ round }} as (
        select
            room_{{ round - 1 }}.rep_id,
            max(room_{{ round - 1 }}.room) - count(placed_{{ round }}.lead_id) as room
        from room_{{ round - 1 }}
        left join placed_{{ round }}
            on
                room_{{ round - 1 }}.rep_id = placed_{{ round }}.rep_id
                and room_{{ round - 1 }}.room >= placed_{{ round }}.place
        group by room_{{ round - 1 }}.rep_id
    ),

    waiting_{{ round }} as (
        select waiting_{{ round - 1 }}.lead_id
        from waiting_{{ round - 1 }}
        left join placed_{{ round }}
            on
                waiting_{{ round - 1 }}.lead_id = placed_{{ round }}.lead_id
                and placed_{{ round }}.room >= placed_{{ round }}.place
        where placed_{{ round }}.lead_id is null
    ),
{%- endfor %}

placed as (
    {%- for round in range(1, rounds + 1) %}
        select
            lead_id,
            rep_id,
            is_in_territory
        from placed_{{ round }}
        where place <= room
        {%- if not loop.last %}
            union all
        {%- endif %}
    {%- endfor %}
),

counted as (
    select
        lead_id,
        count(*) as candidate_count
    from candidates
    group by lead_id
),

final as (
    select
        -- the lead
        waiting_0.lead_id,
        waiting_0.company_name,
        waiting_0.lead_territory_id as territory_id,
        waiting_0.required_skill,
        waiting_0.created_on,
        -- the proposal
        placed.rep_id as proposed_rep_id,
        able.rep_name as proposed_rep_name,
        able.team_id as proposed_team_id,
        -- why
        case
            when placed.rep_id is null and counted.lead_id is null then 'nobody at work has the skill'
            when placed.rep_id is null then 'nobody with the skill has room'
            when placed.is_in_territory then 'covers the territory'
            else 'converts most of those with room'
        end as reason,
        cast(coalesce(counted.candidate_count, 0) as bigint) as candidate_count,
        placed.is_in_territory,
        able.conversion_ratio,
        cast(able.open_lead_count as bigint) as open_lead_count,
        able.lead_capacity
    from waiting_0
    left join counted on waiting_0.lead_id = counted.lead_id
    left join placed on waiting_0.lead_id = placed.lead_id
    left join able on placed.rep_id = able.rep_id
)

select * from final
