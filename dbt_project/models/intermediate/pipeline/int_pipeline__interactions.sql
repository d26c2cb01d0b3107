-- Grain: deal or lead that somebody has been in touch about, or plans to be.
-- When a customer was last met, called or written to, and when that is planned next. Tasks are work of one's own; what
-- is done without a day tells nothing yet; what was held after the business date was a plan on it, if anything. Who was
-- met as a lead was met when the lead became a deal.
with

activities as (
    select * from {{ ref('stg_crm__activities') }}
    where activity_type <> 'task'
),

leads as (
    select
        lead_id,
        converted_deal_id
    from {{ ref('stg_crm__leads') }}
    where converted_deal_id is not null and coalesce(converted_on, created_on) <= {{ as_of_date() }}
),

sides as (
    select
        'deal' as item_type,
        deal_id as item_id,
        is_done,
        happened_on,
        planned_on
    from activities
    where deal_id is not null
    union all
    select
        'lead' as item_type,
        lead_id as item_id,
        is_done,
        happened_on,
        planned_on
    from activities
    where lead_id is not null
    union all
    select
        'deal' as item_type,
        leads.converted_deal_id as item_id,
        activities.is_done,
        activities.happened_on,
        activities.planned_on
    from activities
    inner join leads on activities.lead_id = leads.lead_id
    where activities.deal_id is null
),

final as (
    select
        item_type,
        item_id,
        count(case when is_done and happened_on <= {{ as_of_date() }} then 1 end) as interaction_count,
        max(case when is_done and happened_on <= {{ as_of_date() }} then happened_on end) as last_interaction_on,
        min(
            case
                when not (is_done and happened_on <= {{ as_of_date() }}) and planned_on >= {{ as_of_date() }}
                    then planned_on
            end
        ) as next_interaction_on
    from sides
    group by item_type, item_id
)

select * from final
