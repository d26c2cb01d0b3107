-- Grain: deal × business date on which it changed.
-- What a deal was from the end of that day on, until the next day on which it changed: stage, owner, value and expected
-- close as the history tells. A deal closes on its closing day, on which it is booked, whatever was moved afterwards.
-- One whose source keeps no history is shown in the stage it stands in today. Nothing that happened after the business
-- date is told. What is open is told apart while it is put off; what is closed is not.
-- Days are taken from sums over a deal, for windows over all moves would not fit into memory.
-- Rebuilt by deal.
-- depends_on: {{ ref('int_pipeline__stale_deals') }}
-- depends_on: {{ ref('int_pipeline__former_states') }}
{{ config(
    materialized=incremental_materialization(),
    incremental_strategy='replace_deals',
    on_schema_change='fail'
) }}
with

-- Of several moves on one day the last one counts.
moves as (
    select * from {{ ref('fct_deal_stages') }}
    where
        {{ is_stale_deal('deal_id') }}
        and entered_on <= {{ as_of_date() }}
        and (exited_on is null or exited_on > entered_on)
),

deals as (
    select * from {{ ref('fct_deals') }}
    where {{ is_stale_deal('deal_id') }} and not is_undated
),

moved_days as (
    select
        moves.deal_id,
        min(moves.entered_on) as first_entered_on,
        max(moves.entered_on) as last_entered_on,
        max(case when moves.stage_kind = 'open' then moves.entered_on end) as last_open_on
    from moves
    inner join deals on moves.deal_id = deals.deal_id
    where deals.outcome = 'open' or moves.entered_on < deals.closed_on
    group by moves.deal_id
),

closed_on_their_day as (
    select distinct moves.deal_id
    from moves
    inner join deals on moves.deal_id = deals.deal_id and moves.entered_on = deals.closed_on
    where moves.stage_kind <> 'open'
),

-- Closing moves stand until the deal was opened again, or closed otherwise; the closing that lasts is that of the deal
-- itself. Where no move closed it on its day, its last closing moves came ahead of the day, and it was open until then:
-- it has nothing to tell after the day of its last open move, and nothing at all if it had none. Of a deal that is open
-- no closing lasts, whatever its last moves tell: it stands open in their stages.
tracked as (
    select
        deals.deal_id,
        deals.funnel,
        deals.outcome,
        deals.created_on,
        deals.closed_on,
        case
            when deals.outcome = 'open' or moved_days.last_open_on is not null
                then moved_days.first_entered_on
        end as first_entered_on,
        moved_days.last_open_on,
        case when closed_on_their_day.deal_id is null then moved_days.last_open_on else moved_days.last_entered_on end
            as last_told_on
    from deals
    left join moved_days on deals.deal_id = moved_days.deal_id
    left join closed_on_their_day on deals.deal_id = closed_on_their_day.deal_id
),

first_told as (
    select
        *,
        case
            when first_entered_on is null then coalesce(created_on, closed_on, {{ as_of_date() }})
            else least(first_entered_on, coalesce(created_on, first_entered_on))
        end as first_on
    from tracked
),

spans as (
    select
        deal_id,
        funnel,
        first_entered_on,
        last_open_on,
        last_told_on,
        first_on,
        outcome <> 'open' as is_closed,
        case when outcome <> 'open' then closed_on end as closed_from_on
    from first_told
),

opened as (
    select
        spans.deal_id,
        spans.funnel,
        moves.stage,
        moves.stage_position,
        case
            when not spans.is_closed and (spans.last_open_on is null or moves.entered_on > spans.last_open_on)
                then 'open'
            else moves.stage_kind
        end as state,
        moves.rep_id,
        moves.currency_code,
        case when moves.entered_on = spans.first_entered_on then spans.first_on else moves.entered_on end as from_on,
        case
            when spans.is_closed and moves.entered_on = spans.last_told_on then spans.closed_from_on
            else moves.exited_on
        end as until_on,
        moves.expected_close_on,
        moves.probability,
        moves.deal_amount,
        moves.original_deal_amount
    from moves
    inner join spans on moves.deal_id = spans.deal_id
    where not spans.is_closed or moves.entered_on <= spans.last_told_on
),

untold as (
    select
        deals.deal_id,
        deals.funnel,
        case when spans.is_closed then '(unknown)' else deals.stage end as stage,
        case when not spans.is_closed then deals.stage_position end as stage_position,
        'open' as state,
        deals.rep_id,
        deals.currency_code,
        spans.first_on as from_on,
        spans.closed_from_on as until_on,
        deals.expected_close_on,
        case when not spans.is_closed then deals.probability end as probability,
        deals.deal_amount,
        deals.original_deal_amount
    from deals
    inner join spans on deals.deal_id = spans.deal_id
    where spans.first_entered_on is null
),

closed as (
    select
        deals.deal_id,
        deals.funnel,
        deals.stage,
        deals.stage_position,
        deals.outcome as state,
        deals.rep_id,
        deals.currency_code,
        spans.closed_from_on as from_on,
        cast(null as date) as until_on,
        deals.expected_close_on,
        deals.probability,
        deals.deal_amount,
        deals.original_deal_amount
    from deals
    inner join spans on deals.deal_id = spans.deal_id
    where spans.is_closed
),

changes as (
    select * from opened
    union all
    select * from untold
    union all
    select * from closed
),

suspensions as (
    select * from {{ ref('int_pipeline__suspensions') }}
    where {{ is_stale_deal('deal_id') }}
),

told_apart as (
    select
        changes.*,
        suspensions.from_on as told_apart_from_on,
        suspensions.until_on as told_apart_until_on,
        suspensions.suspended_until
    from changes
    left join suspensions
        on
            changes.deal_id = suspensions.deal_id
            and changes.from_on < suspensions.until_on
            and coalesce(changes.until_on, cast('9999-12-31' as date)) > suspensions.from_on
    where changes.state = 'open'
    union all
    select
        *,
        cast(null as date) as told_apart_from_on,
        cast(null as date) as told_apart_until_on,
        cast(null as date) as suspended_until
    from changes
    where state <> 'open'
),

dated as (
    select
        *,
        greatest(from_on, told_apart_from_on) as state_from_on,
        least(until_on, told_apart_until_on) as state_until_on
    from told_apart
),

final as (
    select
        deal_id,
        funnel,
        stage,
        stage_position,
        state,
        coalesce(rep_id, '(none)') as rep_id,
        currency_code,
        state_from_on as from_on,
        case when state_until_on <= {{ as_of_date() }} then state_until_on end as until_on,
        expected_close_on,
        suspended_until,
        probability,
        deal_amount,
        original_deal_amount
    from dated
    where state_from_on <= {{ as_of_date() }} and (state_until_on is null or state_until_on > state_from_on)
)

select * from final
