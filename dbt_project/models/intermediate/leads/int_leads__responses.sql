-- Grain: lead that somebody has answered by the business date.
-- The first time anybody turned to the lead: what the CRM calls its first response, or a call, message or meeting that
-- it tells of, whichever came first. What the lead itself began is no answer; tasks are work of one's own.
with

leads as (select * from {{ ref('stg_crm__leads') }}),

activities as (select * from {{ ref('stg_crm__activities') }}),

contacts as (
    select
        lead_id,
        first_response_at as contacted_at,
        first_response_on as contacted_on
    from leads
    union all
    select
        lead_id,
        happened_at as contacted_at,
        happened_on as contacted_on
    from activities
    where activity_type <> 'task' and is_done and coalesce(direction, 'outbound') <> 'inbound'
),

final as (
    select
        lead_id,
        min(contacted_at) as first_contact_at,
        min(contacted_on) as first_contact_on
    from contacts
    where lead_id is not null and contacted_on <= {{ as_of_date() }}
    group by lead_id
)

select * from final
