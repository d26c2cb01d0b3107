-- Grain: rep at work on the business date.
-- What a rep can, has to do and makes of leads. Who has decided few leads is taken to convert like everybody, as if ten
-- more of the average had been seen.
{%- set unlimited = 1000000 %}
{%- set learning_days = 365 %}
{%- set seen_before = 10 %}
with

leads as (
    select
        rep_id,
        is_open,
        is_converted,
        is_decided and created_on > {{ add_days(as_of_date(), -learning_days) }} as is_learnt_from
    from {{ ref('int_routing__leads') }}
    where rep_id is not null
),

reps as (select * from {{ ref('dim_rep') }}),

described as (select * from {{ ref('stg_crm__reps') }}),

worked as (
    select
        rep_id,
        count(case when is_open then 1 end) as open_lead_count,
        count(case when is_learnt_from then 1 end) as decided_count,
        count(case when is_learnt_from and is_converted then 1 end) as converted_count
    from leads
    group by rep_id
),

everybody as (
    select cast(sum(converted_count) as double) / nullif(sum(decided_count), 0) as mean_ratio
    from worked
),

final as (
    select
        reps.rep_id,
        reps.team_id,
        described.skills,
        described.lead_capacity,
        cast(coalesce(worked.open_lead_count, 0) as bigint) as open_lead_count,
        greatest(
            coalesce(described.lead_capacity, {{ unlimited }}) - coalesce(worked.open_lead_count, 0), 0
        ) as room_count,
        cast(
            (coalesce(worked.converted_count, 0) + {{ seen_before }} * everybody.mean_ratio)
            / (coalesce(worked.decided_count, 0) + {{ seen_before }}) as decimal(9, 6)
        ) as conversion_ratio
    from reps
    inner join described on reps.rep_id = described.rep_id
    cross join everybody
    left join worked on reps.rep_id = worked.rep_id
    where
        reps.is_active
        and (reps.hired_on is null or reps.hired_on <= {{ as_of_date() }})
        and (reps.left_on is null or reps.left_on >= {{ as_of_date() }})
)

select * from final
