-- Grain: deal × open stage of its funnel that it has reached.
-- When a deal first came to a stage and what became of it there. Whoever stands in a later stage, or is won, has
-- passed all stages before it, also skipped ones; who went back has still passed. Nobody skips a retired stage. Left
-- out are deals that proved to be none, those whose source tells nothing of their stages, and those that a night
-- first saw days after they were created: how they came there nobody knows, and those that had been lost before were
-- never seen. A passage belongs to the owner of the deal in the stage when it first left it for a later one or was
-- closed; of a skipped stage, when it skipped it. Rebuilt by deal.
-- depends_on: {{ ref('int_pipeline__stale_deals') }}
{{ config(
    materialized=incremental_materialization(),
    incremental_strategy='replace_deals',
    on_schema_change='fail'
) }}
with

deals as (
    select * from {{ ref('fct_deals') }}
    where {{ is_stale_deal('deal_id') }} and outcome <> 'discarded' and not is_undated
),

moves as (
    select moves.*
    from {{ ref('fct_deal_stages') }} as moves
    inner join deals on moves.deal_id = deals.deal_id
    where {{ is_move_by_the_end('moves', 'deals') }}
),

stages as (
    select * from {{ ref('stg_run__funnel_stages') }}
    where stage_kind = 'open'
),

-- With how far the deal had come before.
open_moves as (
    select
        deal_id,
        stage_position,
        entered_on,
        coalesce(rep_id, '(none)') as rep_id,
        row_number() over (partition by deal_id order by entered_on, entered_at, stage_position, stage) as move_number,
        lag(coalesce(rep_id, '(none)')) over (
            partition by deal_id order by entered_on, entered_at, stage_position, stage
        ) as previous_rep_id,
        max(stage_position) over (
            partition by deal_id order by entered_on, entered_at, stage_position, stage
            rows between unbounded preceding and 1 preceding
        ) as former_position
    from moves
    where stage_kind = 'open' and stage_position is not null
),

reached as (
    select
        moves.deal_id,
        max(case when moves.stage_kind = 'open' then moves.stage_position end) as furthest_position,
        {{ first_told('moves') }}
    from moves
    group by moves.deal_id
),

tracked as (
    select
        deals.deal_id,
        deals.funnel,
        deals.rep_id,
        deals.created_on,
        deals.deal_amount,
        case when deals.closed_on <= {{ as_of_date() }} then deals.outcome else 'open' end as outcome,
        case when deals.closed_on <= {{ as_of_date() }} then deals.closed_on end as closed_on,
        reached.furthest_position
    from deals
    inner join reached on deals.deal_id = reached.deal_id
    where not {{ is_found_on_its_way('deals', 'reached') }}
),

-- Moves in the furthest stage that the deal had come to by then.
foremost as (
    select
        deal_id,
        stage_position,
        rep_id,
        lead(stage_position) over (partition by deal_id order by move_number) as next_position,
        lead(entered_on) over (partition by deal_id order by move_number) as next_on,
        first_value(coalesce(former_position, -1)) over (
            partition by deal_id, stage_position order by move_number
        ) as former_position,
        first_value(entered_on) over (partition by deal_id, stage_position order by move_number) as first_on,
        first_value(rep_id) over (partition by deal_id, stage_position order by move_number) as first_rep_id,
        first_value(previous_rep_id) over (partition by deal_id, stage_position order by move_number) as skipped_rep_id
    from open_moves
    where former_position is null or former_position <= stage_position
),

-- How a deal came further than ever before, and when further still; told at its last move in between in that stage.
steps as (
    select * from foremost
    where next_position is null or next_position > stage_position
),

returns as (
    select
        deal_id,
        stage_position,
        rep_id,
        row_number() over (partition by deal_id, stage_position order by move_number) as return_rank
    from open_moves
    where stage_position < former_position
),

last_moves as (
    select
        deal_id,
        rep_id,
        row_number() over (partition by deal_id order by move_number desc) as move_rank
    from open_moves
),

-- Whose the deal was: as its last move in the stage tells before it went on; without one its last before, else its
-- first return to the stage, else its first beyond.
reached_stages as (
    select
        steps.deal_id,
        stages.stage,
        stages.stage_position,
        stages.probability as stage_probability,
        steps.first_on,
        case when stages.stage_position = steps.stage_position then steps.next_on else steps.first_on end as beyond_on,
        stages.stage_position < steps.stage_position and returns.deal_id is null as is_skipped,
        case
            when stages.stage_position = steps.stage_position then steps.rep_id
            else coalesce(steps.skipped_rep_id, returns.rep_id, steps.first_rep_id)
        end as rep_id
    from steps
    inner join tracked on steps.deal_id = tracked.deal_id
    inner join stages
        on
            tracked.funnel = stages.funnel
            and steps.former_position < stages.stage_position
            and steps.stage_position >= stages.stage_position
    left join returns
        on
            steps.deal_id = returns.deal_id
            and stages.stage_position = returns.stage_position
            and returns.return_rank = 1
    where
        not stages.is_retired
        or stages.stage_position = steps.stage_position
        or returns.deal_id is not null
),

-- What is won has passed the stages that it never came to.
leapt_stages as (
    select
        tracked.deal_id,
        stages.stage,
        stages.stage_position,
        stages.probability as stage_probability,
        cast(null as date) as first_on,
        cast(null as date) as beyond_on,
        true as is_skipped,
        case when last_moves.deal_id is null then tracked.rep_id else last_moves.rep_id end as rep_id
    from tracked
    inner join stages
        on
            tracked.funnel = stages.funnel
            and coalesce(tracked.furthest_position, -1) < stages.stage_position
    left join last_moves on tracked.deal_id = last_moves.deal_id and last_moves.move_rank = 1
    where tracked.outcome = 'won' and not stages.is_retired
),

passages as (
    select * from reached_stages
    union all
    select * from leapt_stages
),

final as (
    select
        tracked.deal_id,
        tracked.funnel,
        passages.stage,
        passages.stage_position,
        passages.stage_probability,
        coalesce(passages.rep_id, '(none)') as rep_id,
        tracked.created_on,
        coalesce(passages.first_on, tracked.closed_on) as entered_on,
        passages.is_skipped,
        case
            when passages.beyond_on is not null or tracked.outcome = 'won' then 'passed'
            when tracked.outcome = 'lost' then 'lost'
            else 'open'
        end as result,
        case
            when passages.beyond_on is not null then passages.beyond_on
            when tracked.outcome in ('won', 'lost') then tracked.closed_on
        end as decided_on,
        tracked.outcome as deal_outcome,
        tracked.deal_amount
    from tracked
    inner join passages on tracked.deal_id = passages.deal_id
)

select * from final
