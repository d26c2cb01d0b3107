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

open_moves as (
    select
        deal_id,
        stage,
        stage_position,
        entered_on,
        rep_id,
        row_number() over (partition by deal_id order by entered_on, entered_at, stage_position, stage) as move_number
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

-- The first day at a stage or beyond it, and the first beyond it.
firsts as (
    select
        tracked.deal_id,
        stages.stage,
        stages.stage_position,
        stages.probability as stage_probability,
        min(case when open_moves.stage_position >= stages.stage_position then open_moves.entered_on end) as first_on,
        min(case when open_moves.stage_position > stages.stage_position then open_moves.entered_on end) as beyond_on,
        min(case when open_moves.stage_position > stages.stage_position then open_moves.move_number end)
            as beyond_number,
        max(case when open_moves.stage_position = stages.stage_position then 1 else 0 end) = 0 as is_skipped
    from tracked
    inner join stages
        on
            tracked.funnel = stages.funnel
            and (tracked.outcome = 'won' or tracked.furthest_position >= stages.stage_position)
    left join open_moves on tracked.deal_id = open_moves.deal_id
    group by tracked.deal_id, stages.stage, stages.stage_position, stages.probability
    having
        max(case when stages.is_retired then 1 else 0 end) = 0
        or max(case when open_moves.stage_position = stages.stage_position then 1 else 0 end) = 1
),

-- Whose the deal was: as its last move in the stage tells; without one its last before, else its first beyond.
holders as (
    select
        firsts.deal_id,
        firsts.stage,
        open_moves.rep_id,
        row_number() over (
            partition by firsts.deal_id, firsts.stage
            order by
                case when open_moves.move_number >= firsts.beyond_number then 1 else 0 end asc,
                case when open_moves.stage_position = firsts.stage_position then 0 else 1 end asc,
                case when open_moves.move_number >= firsts.beyond_number then open_moves.move_number end asc,
                open_moves.move_number desc
        ) as holder_rank
    from firsts
    inner join open_moves on firsts.deal_id = open_moves.deal_id
),

final as (
    select
        tracked.deal_id,
        tracked.funnel,
        firsts.stage,
        firsts.stage_position,
        firsts.stage_probability,
        coalesce(case when holders.deal_id is null then tracked.rep_id else holders.rep_id end, '(none)') as rep_id,
        tracked.created_on,
        coalesce(firsts.first_on, tracked.closed_on) as entered_on,
        firsts.is_skipped,
        case
            when firsts.beyond_on is not null or tracked.outcome = 'won' then 'passed'
            when tracked.outcome = 'lost' then 'lost'
            else 'open'
        end as result,
        case
            when firsts.beyond_on is not null then firsts.beyond_on
            when tracked.outcome in ('won', 'lost') then tracked.closed_on
        end as decided_on,
        tracked.outcome as deal_outcome,
        tracked.deal_amount
    from tracked
    inner join firsts on tracked.deal_id = firsts.deal_id
    left join holders on firsts.deal_id = holders.deal_id and firsts.stage = holders.stage and holders.holder_rank = 1
)

select * from final
