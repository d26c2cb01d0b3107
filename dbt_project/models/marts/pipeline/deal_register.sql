-- Grain: deal.
-- The line of the sales report: who with, how far, how much, how likely, what next.
-- Of a deal that a night found on its way in a stage it is not known that it has been there for a short time only.
-- Built after the movements: side by side the two need more memory than a night may use.
-- depends_on: {{ ref('int_pipeline__movements') }}
{%- set plans = [
    'next_action', 'next_action_due_on', 'forecast_category', 'suspended_until', 'rep_forecast_close_on',
    'rep_forecast_amount'
] %}
with

deals as (select * from {{ ref('fct_deals') }}),

details as (select * from {{ ref('stg_crm__deals') }}),

-- What owners plan otherwise since the business date is not what they planned on it.
replanned as (
    select distinct deal_id
    from {{ ref('stg_crm__deal_plans') }}
    where observed_on > {{ as_of_date() }}
),

former_plans as (
    select
        *,
        row_number() over (partition by deal_id order by observed_at desc) as plan_rank
    from {{ ref('stg_crm__deal_plans') }}
    where observed_on <= {{ as_of_date() }}
),

accounts as (select * from {{ ref('stg_crm__accounts') }}),

contacts as (select * from {{ ref('stg_crm__contacts') }}),

primary_contacts as (
    select
        deal_id,
        min(contact_id) as contact_id
    from {{ ref('stg_crm__deal_contacts') }}
    where is_primary
    group by deal_id
),

roles as (select * from {{ ref('stg_crm__deal_contacts') }}),

reps as (select * from {{ ref('dim_rep') }}),

stages as (select * from {{ ref('stg_run__funnel_stages') }}),

company as (select * from {{ ref('stg_run__company') }}),

rates as (select * from {{ ref('int_exchange_rates') }}),

interactions as (
    select * from {{ ref('int_pipeline__interactions') }}
    where item_type = 'deal'
),

-- Counted among the open stages alone: closing stages may be listed anywhere. A retired one is no part of the way: who
-- stands in it still has come as far as the stage before.
open_stages as (
    select
        funnel,
        stage,
        sum(case when is_retired then 0 else 1 end) over (
            partition by funnel
            order by stage_position
            rows between unbounded preceding and current row
        ) as stage_rank,
        sum(case when is_retired then 0 else 1 end) over (partition by funnel) as stage_count
    from stages
    where stage_kind = 'open'
),

beginnings as (
    select * from {{ ref('int_pipeline__beginnings') }}
    where first_told_on <= {{ as_of_date() }}
),

-- All days in the stage that an open deal stands in, visits before included.
stays as (
    select
        moves.deal_id,
        min(moves.entered_on) as stage_first_told_on,
        sum(moves.duration_days) as days_in_stage
    from {{ ref('fct_deal_stages') }} as moves
    inner join deals on moves.deal_id = deals.deal_id and moves.stage = deals.stage
    where deals.outcome = 'open' and moves.entered_on <= {{ as_of_date() }}
    group by moves.deal_id
),

pushes as (
    select
        deal_id,
        count(*) as push_count
    from {{ ref('int_pipeline__pushes') }}
    where period_type = 'month'
    group by deal_id
),

former_business as (
    select
        deals.deal_id,
        count(*) as deal_count,
        sum(former_deals.deal_amount) as amount
    from deals
    inner join deals as former_deals on deals.account_id = former_deals.account_id
    where
        former_deals.outcome = 'won'
        and former_deals.deal_id <> deals.deal_id
        and former_deals.closed_on < coalesce(deals.created_on, deals.closed_on, {{ add_days(as_of_date(), 1) }})
    group by deals.deal_id
),

joined as (
    select
        deals.*,
        company.currency_code as company_currency_code,
        details.business_type,
        details.channel,
        details.loss_reason,
        details.competitor,
        {%- for column in plans %}
            case when replanned.deal_id is null then details.{{ column }} else former_plans.{{ column }} end
                as {{ column }},
        {%- endfor %}
        rates.rate as todays_rate,
        accounts.account_name,
        accounts.industry,
        coalesce(deals.contact_id, primary_contacts.contact_id) as main_contact_id,
        {{ stage_column('norm_days') }} as norm_days,
        coalesce(own_open_stages.stage_rank, default_open_stages.stage_rank) as open_stage_rank,
        coalesce(own_open_stages.stage_count, default_open_stages.stage_count) as open_stage_count,
        stays.days_in_stage,
        coalesce(
            {{ is_found_on_its_way('deals', 'beginnings') }}
            and stays.stage_first_told_on = beginnings.first_told_on,
            false
        ) as is_found_in_stage,
        case when beginnings.deal_id is not null then coalesce(pushes.push_count, 0) end as push_count,
        interactions.interaction_count,
        interactions.last_interaction_on,
        interactions.next_interaction_on,
        former_business.deal_count as earlier_won_deal_count,
        former_business.amount as earlier_won_amount,
        deals.outcome = 'open' as is_open
    from deals
    cross join company
    inner join details on deals.deal_id = details.deal_id
    left join replanned on deals.deal_id = replanned.deal_id
    left join former_plans on deals.deal_id = former_plans.deal_id and former_plans.plan_rank = 1
    left join accounts on deals.account_id = accounts.account_id
    left join primary_contacts on deals.deal_id = primary_contacts.deal_id
    {{ join_stage('deals', 'deals.stage') }}
    left join open_stages as own_open_stages
        on deals.funnel = own_open_stages.funnel and deals.stage = own_open_stages.stage
    left join open_stages as default_open_stages
        on default_open_stages.funnel = 'default' and deals.stage = default_open_stages.stage
    left join beginnings on deals.deal_id = beginnings.deal_id
    left join stays on deals.deal_id = stays.deal_id
    left join pushes on deals.deal_id = pushes.deal_id
    left join interactions on deals.deal_id = interactions.item_id
    left join former_business on deals.deal_id = former_business.deal_id
    left join rates on deals.currency_code = rates.currency_code and rates.rate_on = {{ as_of_date() }}
),

final as (
    select
        -- the deal
        joined.deal_id,
        joined.deal_name,
        joined.funnel,
        joined.stage,
        joined.stage_position,
        joined.outcome,
        joined.revenue_stream,
        joined.business_type,
        joined.channel,
        joined.lead_source,
        joined.product_id,
        joined.territory_id,
        -- who with
        joined.account_id,
        joined.account_name,
        joined.industry,
        joined.main_contact_id as contact_id,
        contacts.contact_name,
        contacts.job_title,
        coalesce(roles.decision_role, contacts.decision_role) as decision_role,
        -- whose
        coalesce(joined.rep_id, '(none)') as rep_id,
        reps.rep_name,
        coalesce(reps.team_id, '(none)') as team_id,
        -- how far
        case
            when joined.outcome = 'won' then cast(1 as decimal(28, 10))
            when joined.is_open then {{ fraction('joined.open_stage_rank', 'joined.open_stage_count + 1') }}
        end as progress_ratio,
        joined.created_on,
        joined.expected_close_on,
        cast(joined.push_count as bigint) as push_count,
        joined.closed_on,
        case when joined.is_open then cast(joined.days_in_stage as bigint) end as days_in_stage,
        case when joined.is_open then joined.norm_days end as norm_days,
        -- how much, how likely
        joined.company_currency_code as currency_code,
        joined.deal_amount,
        joined.currency_code as original_currency_code,
        joined.original_deal_amount,
        joined.probability,
        cast(
            cast(joined.deal_amount as decimal(20, 4)) * cast(joined.probability as decimal(9, 4)) as decimal(18, 4)
        ) as expected_revenue_amount,
        joined.forecast_category,
        {{ in_company_currency('joined.rep_forecast_amount', 'joined.currency_code', 'joined.todays_rate') }}
            as rep_forecast_amount,
        joined.rep_forecast_close_on,
        -- what next
        cast(coalesce(joined.interaction_count, 0) as bigint) as interaction_count,
        joined.last_interaction_on,
        case
            when joined.is_open
                then {{ days_between('coalesce(joined.last_interaction_on, joined.created_on)', as_of_date()) }}
        end as silent_days,
        joined.next_interaction_on,
        joined.next_action,
        joined.next_action_due_on,
        -- flags
        joined.is_open and coalesce(joined.next_action_due_on < {{ as_of_date() }}, false) as is_next_action_overdue,
        joined.is_open and coalesce(joined.expected_close_on < {{ as_of_date() }}, false) as is_overdue,
        joined.is_open and coalesce(joined.suspended_until > {{ as_of_date() }}, false) as is_suspended,
        joined.suspended_until,
        case
            when not joined.is_open or coalesce(joined.suspended_until > {{ as_of_date() }}, false) then false
            when joined.norm_days is null then false
            when joined.days_in_stage > joined.norm_days then true
            when joined.days_in_stage is not null and not joined.is_found_in_stage then false
        end as is_stalled,
        -- how it ended
        case when joined.outcome = 'lost' then joined.loss_reason end as loss_reason,
        case when joined.outcome = 'lost' then joined.competitor end as competitor,
        joined.cycle_days,
        -- earlier business
        cast(coalesce(joined.earlier_won_deal_count, 0) as bigint) as earlier_won_deal_count,
        cast(
            case when joined.earlier_won_deal_count is null then 0 else joined.earlier_won_amount end as decimal(18, 4)
        ) as earlier_won_amount
    from joined
    left join contacts on joined.main_contact_id = contacts.contact_id
    left join roles on joined.deal_id = roles.deal_id and joined.main_contact_id = roles.contact_id
    left join reps on joined.rep_id = reps.rep_id
)

select * from final
