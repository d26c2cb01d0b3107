-- Grain: deal × move into a stage, or change of the deal in it.
-- When a deal entered a stage and when it left it, and what it was worth, whose it was and when it was due there.
-- Rebuilt by deal: the stage that an open deal stands in gets longer every day, and a closed deal stays as it is.
-- depends_on: {{ ref('int_pipeline__stale_deals') }}
{{ config(
    materialized=incremental_materialization(),
    incremental_strategy='replace_deals',
    on_schema_change='fail'
) }}
with

moves as (select * from {{ ref('int_pipeline__changes') }}),

deals as (
    select * from {{ ref('fct_deals') }}
    where {{ is_stale_deal('deal_id') }}
),

company as (select * from {{ ref('stg_run__company') }}),

rates as (select * from {{ ref('int_exchange_rates') }}),

described as (
    select
        moves.deal_id,
        moves.changed_at as entered_at,
        moves.changed_on as entered_on,
        moves.stage,
        moves.is_observed,
        moves.source_system,
        company.currency_code as company_currency_code,
        {{ stage_column('stage_position') }} as stage_position,
        {{ stage_column('stage_kind') }} as configured_kind,
        deals.outcome,
        deals.closed_on,
        {{ told_of_deal('rep_id', 'deals.rep_id', told=resolved_id('rep', 'moves')) }} as rep_id,
        {{ told_of_deal('expected_close_on', 'deals.expected_close_on') }} as expected_close_on,
        coalesce(moves.probability, {{ stage_column('probability') }}) as probability,
        {{ told_of_deal('amount', 'deals.original_deal_amount') }} as original_deal_amount,
        coalesce({{ told_of_deal('currency_code', 'deals.currency_code') }}, company.currency_code)
            as currency_code
    from moves
    cross join company
    left join deals on moves.deal_id = deals.deal_id
    {{ join_stage('deals', 'moves.stage') }}
    {{ join_identity('rep', 'moves') }}
),

-- Moves at the same instant are taken in the order of the funnel.
followed as (
    select
        *,
        lead(entered_at) over (
            partition by deal_id order by entered_at, stage_position, stage
        ) as exited_at,
        lead(entered_on) over (
            partition by deal_id order by entered_at, stage_position, stage
        ) as exited_on,
        lag(stage) over (
            partition by deal_id order by entered_at, stage_position, stage
        ) as previous_stage
    from described
),

final as (
    select
        -- identifiers
        followed.deal_id,
        followed.rep_id,
        -- categories
        followed.stage,
        followed.stage_position,
        -- A closed deal's last move into a stage that is not configured, or no longer, was its closing.
        coalesce(
            followed.configured_kind,
            case
                when
                    followed.outcome <> 'open'
                    and followed.entered_on <= {{ as_of_date() }}
                    and (followed.exited_on is null or followed.exited_on > {{ as_of_date() }})
                    then followed.outcome
            end,
            'open'
        ) as stage_kind,
        followed.currency_code,
        -- flags
        followed.is_observed,
        followed.exited_at is null as is_current,
        -- times
        followed.entered_at,
        followed.exited_at,
        followed.entered_on,
        followed.exited_on,
        followed.expected_close_on,
        -- figures
        -- Who is told again to be in a stage, with another value, owner or day, has not come to it again.
        cast(count(
            case when followed.previous_stage is null or followed.previous_stage <> followed.stage then 1 end
        ) over (
            partition by followed.deal_id, followed.stage
            order by followed.entered_at
            rows between unbounded preceding and current row
        ) as bigint) as visit_number,
        -- Where a deal stands that nobody told of but its moves is not known.
        case
            when followed.exited_at is not null or followed.outcome is not null
                then {{ days_between(
                    'followed.entered_on',
                    'greatest(followed.entered_on, least(followed.exited_on, followed.closed_on, ' ~ as_of_date() ~ '))'
                ) }}
        end as duration_days,
        followed.probability,
        cast(
            {{ in_company_currency('followed.original_deal_amount', 'followed.currency_code', 'rates.rate') }}
            as decimal(18, 4)
        ) as deal_amount,
        followed.original_deal_amount,
        -- provenance
        followed.source_system
    from followed
    left join rates on followed.currency_code = rates.currency_code and followed.entered_on = rates.rate_on
)

select * from final
