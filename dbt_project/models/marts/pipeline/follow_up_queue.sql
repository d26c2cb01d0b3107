-- Grain: open deal or open lead.
-- Whom to turn to first: who has waited longest comes first. Suspended deals wait until their day.
with

deals as (
    select * from {{ ref('deal_register') }}
    where outcome = 'open' and not is_suspended
),

leads as (
    select * from {{ ref('stg_crm__leads') }} as leads
    where {{ is_counted_lead() }} and {{ is_open_lead('leads') }}
),

interactions as (
    select * from {{ ref('int_pipeline__interactions') }}
    where item_type = 'lead'
),

responses as (select * from {{ ref('int_leads__responses') }}),

reps as (select * from {{ ref('dim_rep') }}),

company as (select currency_code as company_currency_code from {{ ref('stg_run__company') }}),

rates as (select * from {{ ref('int_exchange_rates') }}),

lead_items as (
    select
        leads.lead_id,
        leads.company_name,
        leads.created_on,
        {{ resolved_id('rep', 'leads') }} as rep_id,
        responses.lead_id is not null as is_contacted,
        coalesce(
            greatest(responses.first_contact_on, interactions.last_interaction_on),
            responses.first_contact_on,
            interactions.last_interaction_on
        ) as last_interaction_on,
        interactions.next_interaction_on,
        {{ in_company_currency(
            'leads.estimated_amount', 'coalesce(leads.currency_code, company_currency_code)', 'rates.rate'
        ) }} as estimated_amount
    from leads
    cross join company
    left join interactions on leads.lead_id = interactions.item_id
    left join responses on leads.lead_id = responses.lead_id
    left join rates on leads.currency_code = rates.currency_code and rates.rate_on = {{ as_of_date() }}
    {{ join_identity('rep', 'leads') }}
),

items as (
    select
        'deal' as item_type,
        deal_id as item_id,
        coalesce(deal_name, account_name) as item_name,
        account_id,
        stage,
        rep_id,
        created_on,
        last_interaction_on is not null as is_contacted,
        last_interaction_on,
        next_interaction_on,
        next_action,
        next_action_due_on,
        is_next_action_overdue,
        deal_amount as item_amount
    from deals
    union all
    select
        'lead' as item_type,
        lead_id as item_id,
        company_name as item_name,
        cast(null as string) as account_id,
        cast(null as string) as stage,
        coalesce(rep_id, '(none)') as rep_id,
        created_on,
        is_contacted,
        last_interaction_on,
        next_interaction_on,
        cast(null as string) as next_action,
        cast(null as date) as next_action_due_on,
        false as is_next_action_overdue,
        estimated_amount as item_amount
    from lead_items
),

waiting as (
    select
        *,
        {{ days_between('coalesce(last_interaction_on, created_on)', as_of_date()) }} as silent_days
    from items
),

final as (
    select
        -- the item
        waiting.item_type,
        waiting.item_id,
        waiting.item_name,
        waiting.account_id,
        waiting.stage,
        -- whose
        waiting.rep_id,
        reps.rep_name,
        coalesce(reps.team_id, '(none)') as team_id,
        -- why
        case
            when not waiting.is_contacted then 'never contacted'
            when waiting.is_next_action_overdue then 'next action overdue'
            when waiting.next_action is null and waiting.next_interaction_on is null then 'nothing planned'
            else 'silent'
        end as reason,
        waiting.last_interaction_on,
        waiting.silent_days,
        waiting.next_interaction_on,
        waiting.next_action,
        waiting.next_action_due_on,
        company.company_currency_code as currency_code,
        waiting.item_amount,
        -- in which order
        cast(row_number() over (
            order by
                coalesce(waiting.silent_days, 0) desc,
                coalesce(waiting.item_amount, 0) desc,
                waiting.item_type asc,
                waiting.item_id asc
        ) as bigint) as queue_rank,
        cast(row_number() over (
            partition by waiting.rep_id
            order by
                coalesce(waiting.silent_days, 0) desc,
                coalesce(waiting.item_amount, 0) desc,
                waiting.item_type asc,
                waiting.item_id asc
        ) as bigint) as rep_queue_rank
    from waiting
    cross join company
    left join reps on waiting.rep_id = reps.rep_id
)

select * from final
