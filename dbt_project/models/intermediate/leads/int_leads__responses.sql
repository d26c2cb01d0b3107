-- Grain: lead that somebody has answered by the business date.
-- The first time anybody turned to the lead: what the CRM calls its first response, or a call, message or meeting that
-- it tells of, whichever came first. What the lead itself began is no answer; tasks are work of one's own. The lead has
-- waited while work was done: within opening hours of working days.
with

leads as (select * from {{ ref('stg_crm__leads') }}),

activities as (select * from {{ ref('stg_crm__activities') }}),

days as (select * from {{ ref('dim_date') }}),

company as (select * from {{ ref('stg_run__company') }}),

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

answered as (
    select
        lead_id,
        min(contacted_at) as first_contact_at,
        min(contacted_on) as first_contact_on
    from contacts
    where lead_id is not null and contacted_on <= {{ as_of_date() }}
    group by lead_id
),

ends as (
    select
        lead_id,
        'creation' as end_name,
        created_at as ended_at,
        created_on as ended_on
    from leads
    union all
    select
        lead_id,
        'answer' as end_name,
        first_contact_at as ended_at,
        first_contact_on as ended_on
    from answered
),

-- Seconds of work from the calendar's first day on.
worked as (
    select
        ends.lead_id,
        ends.end_name,
        (days.working_day_number - case when days.is_working_day then 1 else 0 end)
        * (company.closing_minute - company.opening_minute) * 60
        + case
            when days.is_working_day
                then
                    least(
                        greatest({{ second_of_day('ends.ended_at', 'company.timezone') }}, company.opening_minute * 60),
                        company.closing_minute * 60
                    )
                    - company.opening_minute * 60
            else 0
        end as working_seconds
    from ends
    cross join company
    inner join days on ends.ended_on = days.date_on
),

waited as (
    select
        lead_id,
        max(case when end_name = 'answer' then working_seconds end)
        - max(case when end_name = 'creation' then working_seconds end) as waited_seconds
    from worked
    group by lead_id
),

final as (
    select
        answered.lead_id,
        answered.first_contact_at,
        answered.first_contact_on,
        cast(waited.waited_seconds / 3600.0 as decimal(18, 4)) as response_hours
    from answered
    left join waited on answered.lead_id = waited.lead_id
)

select * from final
