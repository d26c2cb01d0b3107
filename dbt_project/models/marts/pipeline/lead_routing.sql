-- Grain: open lead that nobody owns.
-- Who should have it: somebody at work who has the skill and room, before others whoever covers its territory, then
-- whoever converts most for what there is to do, the leads proposed tonight counted.
with

leads as (
    select * from {{ ref('int_routing__leads') }}
    where is_open and rep_id is null
),

candidates as (select * from {{ ref('int_routing__candidates') }}),

reps as (select * from {{ ref('int_routing__reps') }}),

routed as (
    {{ routed(7) }}
),

proposed as (
    select
        rep_id,
        count(*) as lead_count
    from routed
    group by rep_id
),

counted as (
    select
        candidates.lead_id,
        count(*) as candidate_count,
        count(case when reps.room_count > coalesce(proposed.lead_count, 0) then 1 end) as with_room_count
    from candidates
    inner join reps on candidates.rep_id = reps.rep_id
    left join proposed on candidates.rep_id = proposed.rep_id
    group by candidates.lead_id
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
            when routed.rep_id is null and counted.with_room_count > 0 then 'others were placed first'
            when routed.rep_id is null then 'no room with those who have the skill'
            when routed.is_in_territory then 'covers the territory'
            else 'converts most for what there is to do'
        end as reason,
        cast(coalesce(counted.candidate_count, 0) as bigint) as candidate_count,
        routed.is_in_territory,
        reps.conversion_ratio,
        reps.open_lead_count,
        cast(proposed.lead_count as bigint) as proposed_lead_count,
        reps.lead_capacity
    from leads
    left join counted on leads.lead_id = counted.lead_id
    left join routed on leads.lead_id = routed.lead_id
    left join reps on routed.rep_id = reps.rep_id
    left join proposed on routed.rep_id = proposed.rep_id
)

select * from final
