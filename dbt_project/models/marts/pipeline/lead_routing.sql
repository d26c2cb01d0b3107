-- Grain: open lead that nobody owns.
-- Who should have it: somebody at work who has the skill and room, before others whoever covers its territory, then
-- whoever converts more, then whoever has less to do.
with

leads as (
    select * from {{ ref('int_routing__leads') }}
    where is_open and rep_id is null
),

candidates as (select * from {{ ref('int_routing__candidates') }}),

reps as (select * from {{ ref('int_routing__reps') }}),

routed as (
    {{ routed(5) }}
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
        leads.lead_id,
        leads.company_name,
        leads.territory_id,
        leads.required_skill,
        leads.created_on,
        -- the proposal
        routed.rep_id as proposed_rep_id,
        reps.team_id as proposed_team_id,
        -- why
        case
            when counted.lead_id is null then 'nobody at work has the skill'
            when routed.rep_id is null then 'no room with those who have the skill'
            when routed.is_in_territory then 'covers the territory'
            else 'converts most of those with room'
        end as reason,
        cast(coalesce(counted.candidate_count, 0) as bigint) as candidate_count,
        routed.is_in_territory,
        reps.conversion_ratio,
        reps.open_lead_count,
        reps.lead_capacity
    from leads
    left join counted on leads.lead_id = counted.lead_id
    left join routed on leads.lead_id = routed.lead_id
    left join reps on routed.rep_id = reps.rep_id
)

select * from final
