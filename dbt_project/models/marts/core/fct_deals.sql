-- Grain: deal.
-- Deals with their outcome decided: the CRM's own flags first, then what the stage means in the configured funnel.
-- A source tells of a deal as it is when it is asked. Of one that has changed since the business date it told by then
-- what its last change until then tells; one that was closed since was open, one created since was not there.
-- Rebuilt by deal.
-- depends_on: {{ ref('int_pipeline__stale_deals') }}
{{ config(
    materialized=incremental_materialization(),
    incremental_strategy='replace_deals',
    on_schema_change='fail'
) }}
with

deals as (
    select * from {{ ref('stg_crm__deals') }}
    where {{ is_stale_deal('deal_id') }} and (created_on is null or created_on <= {{ as_of_date() }})
),

changes as (select * from {{ ref('int_pipeline__changes') }}),

reps as (select * from {{ ref('stg_crm__reps') }}),

rates as (select * from {{ ref('int_exchange_rates') }}),

company as (select * from {{ ref('stg_run__company') }}),

changed_since as (
    select
        deal_id,
        min(case when is_observed then 1 else 0 end) = 1 as is_only_seen_since
    from changes
    where changed_on > {{ as_of_date() }}
    group by deal_id
),

-- One that had not changed by then stood where its first change found it.
ranked_changes as (
    select
        changes.*,
        changed_since.is_only_seen_since,
        row_number() over (
            partition by changes.deal_id
            order by
                case when changes.changed_on <= {{ as_of_date() }} then 0 else 1 end asc,
                case when changes.changed_on <= {{ as_of_date() }} then changes.changed_at end desc,
                changes.changed_at asc,
                changes.stage asc
        ) as telling_rank
    from changes
    inner join changed_since on changes.deal_id = changed_since.deal_id
),

-- A closing stands where the deal has it still, and was only looked at since.
last_told as (
    select
        ranked_changes.*,
        coalesce(
            deals.closed_on <= {{ as_of_date() }}
            and (ranked_changes.stage = deals.stage or ranked_changes.is_only_seen_since),
            false
        ) as is_settled
    from ranked_changes
    inner join deals on ranked_changes.deal_id = deals.deal_id
    where ranked_changes.telling_rank = 1
),

told as (
    select
        deals.deal_id,
        deals.account_id,
        deals.contact_id,
        deals.territory_id,
        deals.product_id,
        deals.deal_name,
        deals.funnel,
        deals.revenue_stream,
        deals.lead_source,
        deals.created_on,
        deals.source_system,
        deals.amount as source_amount,
        case when coalesce(last_told.is_settled, true) then deals.stage else last_told.stage end as stage,
        {{ told_of_deal('rep_id', 'deals.rep_id', 'last_told') }} as rep_id,
        {{ told_of_deal('amount', 'deals.amount', 'last_told') }} as amount,
        {{ told_of_deal('currency_code', 'deals.currency_code', 'last_told') }} as currency_code,
        case when last_told.deal_id is null then deals.probability else last_told.probability end as probability,
        {{ told_of_deal('expected_close_on', 'deals.expected_close_on', 'last_told') }} as expected_close_on,
        case
            when not last_told.is_settled then null
            when deals.closed_on > {{ as_of_date() }} then false
            else deals.is_closed
        end as is_closed,
        case
            when not last_told.is_settled then null
            when deals.closed_on > {{ as_of_date() }} then false
            else deals.is_won
        end as is_won,
        case when coalesce(last_told.is_settled, true) then deals.closed_on end as closed_on
    from deals
    left join last_told on deals.deal_id = last_told.deal_id
),

staged as (
    select
        told.*,
        {{ stage_column('stage_position') }} as stage_position,
        {{ stage_column('stage_kind') }} as stage_kind,
        {{ stage_column('probability') }} as stage_probability
    from told
    {{ join_stage('told', 'told.stage') }}
),

decided as (
    select
        *,
        case
            when is_won then 'won'
            when is_won is null and coalesce(is_closed, true) and stage_kind = 'won' then 'won'
            when coalesce(is_closed, true) and stage_kind = 'discarded' then 'discarded'
            when is_closed then 'lost'
            when is_closed is null and stage_kind = 'lost' then 'lost'
            else 'open'
        end as outcome
    from staged
),

-- The last move into the stage a deal stands in, for deals that were closed without a date. The first look at a deal
-- tells not when it came there.
followed_changes as (
    select
        changes.deal_id,
        changes.stage,
        changes.changed_on,
        changes.is_observed,
        lag(changes.stage) over (
            partition by changes.deal_id order by changes.changed_at, changes.stage
        ) as previous_stage
    from changes
    inner join decided on changes.deal_id = decided.deal_id
    where decided.outcome <> 'open' and decided.closed_on is null and changes.changed_on <= {{ as_of_date() }}
),

last_moves as (
    select
        deal_id,
        stage,
        max(changed_on) as changed_on
    from followed_changes
    where previous_stage <> stage or (previous_stage is null and not is_observed)
    group by deal_id, stage
),

dated as (
    select
        decided.*,
        company.currency_code as company_currency_code,
        coalesce(decided.currency_code, company.currency_code) as deal_currency_code,
        {{ resolved_id('rep', 'decided') }} as owner_rep_id,
        {{ resolved_id('account', 'decided') }} as resolved_account_id,
        {{ resolved_id('product', 'decided') }} as resolved_product_id,
        {{ resolved_id('territory', 'decided') }} as resolved_territory_id,
        case when decided.outcome <> 'open' then coalesce(decided.closed_on, last_moves.changed_on) end as decided_on
    from decided
    cross join company
    left join last_moves on decided.deal_id = last_moves.deal_id and decided.stage = last_moves.stage
    {{ join_identity('rep', 'decided') }}
    {{ join_identity('account', 'decided') }}
    {{ join_identity('product', 'decided') }}
    {{ join_identity('territory', 'decided') }}
),

-- Won and lost deals at the rate of the day they closed, open ones at today's.
priced as (
    select
        dated.*,
        {{ in_company_currency('dated.amount', 'dated.deal_currency_code', 'rates.rate') }} as deal_amount
    from dated
    left join rates
        on
            dated.deal_currency_code = rates.currency_code
            and least(coalesce(dated.decided_on, {{ as_of_date() }}), {{ as_of_date() }}) = rates.rate_on
),

configured_funnels as (select distinct funnel from {{ ref('stg_run__funnel_stages') }}),

home_territories as (
    select
        reps.rep_id,
        {{ resolved_id('territory', 'reps') }} as territory_id
    from reps
    {{ join_identity('territory', 'reps') }}
),

final as (
    select
        -- identifiers
        priced.deal_id,
        priced.resolved_account_id as account_id,
        priced.contact_id,
        priced.owner_rep_id as rep_id,
        coalesce(priced.resolved_territory_id, home_territories.territory_id) as territory_id,
        priced.resolved_product_id as product_id,
        -- categories
        priced.deal_name,
        coalesce(configured_funnels.funnel, 'default') as funnel,
        priced.stage,
        priced.stage_position,
        priced.outcome,
        coalesce(priced.revenue_stream, 'one_off') as revenue_stream,
        priced.lead_source,
        priced.deal_currency_code as currency_code,
        -- flags
        priced.outcome <> 'open' and priced.decided_on is null as is_undated,
        priced.amount is not null and priced.deal_amount is null as is_unpriced,
        -- business dates
        priced.created_on,
        priced.expected_close_on,
        priced.decided_on as closed_on,
        -- figures
        case
            when priced.decided_on >= priced.created_on
                then {{ days_between('priced.created_on', 'priced.decided_on') }}
        end as cycle_days,
        cast(case priced.outcome
            when 'won' then 1
            when 'lost' then 0
            when 'discarded' then 0
            else coalesce(priced.probability, priced.stage_probability)
        end as decimal(9, 4)) as probability,
        cast(priced.deal_amount as decimal(18, 4)) as deal_amount,
        priced.amount as original_deal_amount,
        priced.source_amount as source_deal_amount,
        -- provenance
        priced.source_system
    from priced
    left join configured_funnels on priced.funnel = configured_funnels.funnel
    left join home_territories on priced.owner_rep_id = home_territories.rep_id
)

select * from final
