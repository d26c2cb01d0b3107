-- Grain: closed deal × part of its way through the open stages.
-- The stages a closed deal came through, in their order, as far as each of them. Nobody knows how deals had come to
-- where a night first saw them, days after they were created: they are left out. Rebuilt by deal.
-- depends_on: {{ ref('int_pipeline__stale_deals') }}
{{ config(
    materialized=incremental_materialization(),
    incremental_strategy='replace_deals',
    on_schema_change='fail'
) }}
with

deals as (
    select * from {{ ref('fct_deals') }}
    where {{ is_stale_deal('deal_id') }} and outcome in ('won', 'lost') and closed_on <= {{ as_of_date() }}
),

moves as (
    select moves.*
    from {{ ref('fct_deal_stages') }} as moves
    inner join deals on moves.deal_id = deals.deal_id
    where moves.stage_kind = 'open' and {{ is_move_by_the_end('moves', 'deals') }}
),

beginnings as (
    select
        moves.deal_id,
        {{ first_told('moves') }}
    from moves
    group by moves.deal_id
),

-- A deal that is told twice to be in a stage has not moved.
turns as (
    select
        deal_id,
        stage,
        entered_at,
        stage_position,
        lag(stage) over (partition by deal_id order by entered_at, stage_position, stage) as previous_stage
    from moves
),

paths as (
    select
        deal_id,
        stage as last_stage,
        {{ joined_texts_so_far(
            'stage', ' > ', 'partition by deal_id order by entered_at, stage_position, stage'
        ) }} as stage_path,
        row_number() over (partition by deal_id order by entered_at, stage_position, stage) as stage_count
    from turns
    where previous_stage is null or previous_stage <> stage
),

final as (
    select
        deals.deal_id,
        deals.funnel,
        paths.stage_path,
        paths.last_stage,
        paths.stage_count,
        deals.outcome,
        deals.deal_amount,
        deals.cycle_days
    from deals
    inner join paths on deals.deal_id = paths.deal_id
    inner join beginnings on deals.deal_id = beginnings.deal_id
    where not {{ is_found_on_its_way('deals', 'beginnings') }}
)

select * from final
