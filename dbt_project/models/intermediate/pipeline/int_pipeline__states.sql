-- Grain: deal × business date on which it changed.
-- What a deal was from the end of that day on, until the next day on which it changed: stage, owner, value and expected
-- close as the history tells. A deal closes on its closing day; one whose source keeps no history is shown in the stage
-- it stands in today. Nothing that happened after the business date is told.
with

moves as (
    select * from {{ ref('fct_deal_stages') }}
    where entered_on <= {{ as_of_date() }}
),

deals as (
    select * from {{ ref('fct_deals') }}
    where not is_undated
),

-- Of several moves on one day the last one counts.
ends_of_days as (
    select * from moves
    where exited_on is null or exited_on > entered_on
),

last_open_days as (
    select
        deal_id,
        max(entered_on) as last_open_on
    from ends_of_days
    where stage_kind = 'open'
    group by deal_id
),

-- Closing moves stand until the deal was opened again; the closing that lasts is that of the deal itself. Of a deal
-- that is open none lasts, whatever its last moves tell: it stands open in their stages.
tracked as (
    select
        deals.deal_id,
        deals.funnel,
        deals.created_on,
        ends_of_days.entered_on,
        ends_of_days.stage,
        ends_of_days.stage_position,
        case
            when
                deals.outcome = 'open'
                and (last_open_days.last_open_on is null or ends_of_days.entered_on > last_open_days.last_open_on)
                then 'open'
            else ends_of_days.stage_kind
        end as stage_kind,
        ends_of_days.rep_id,
        ends_of_days.probability,
        ends_of_days.currency_code,
        ends_of_days.deal_amount,
        ends_of_days.original_deal_amount,
        coalesce(ends_of_days.expected_close_on, deals.expected_close_on) as expected_close_on
    from ends_of_days
    inner join deals on ends_of_days.deal_id = deals.deal_id
    left join last_open_days on ends_of_days.deal_id = last_open_days.deal_id
    where
        deals.outcome = 'open'
        or ends_of_days.stage_kind = 'open'
        or ends_of_days.entered_on < last_open_days.last_open_on
),

first_moves as (
    select
        deal_id,
        min(entered_on) as first_entered_on
    from tracked
    group by deal_id
),

opened as (
    select
        tracked.deal_id,
        tracked.funnel,
        case
            when tracked.entered_on = first_moves.first_entered_on
                then least(tracked.entered_on, coalesce(tracked.created_on, tracked.entered_on))
            else tracked.entered_on
        end as from_on,
        tracked.stage,
        tracked.stage_position,
        tracked.stage_kind as state,
        tracked.rep_id,
        tracked.probability,
        tracked.currency_code,
        tracked.deal_amount,
        tracked.original_deal_amount,
        tracked.expected_close_on,
        1 as day_rank
    from tracked
    inner join first_moves on tracked.deal_id = first_moves.deal_id
    union all
    select
        deals.deal_id,
        deals.funnel,
        coalesce(deals.created_on, deals.closed_on, {{ as_of_date() }}) as from_on,
        case when deals.outcome = 'open' then deals.stage else '(unknown)' end as stage,
        case when deals.outcome = 'open' then deals.stage_position end as stage_position,
        'open' as state,
        deals.rep_id,
        case when deals.outcome = 'open' then deals.probability end as probability,
        deals.currency_code,
        deals.deal_amount,
        deals.original_deal_amount,
        deals.expected_close_on,
        1 as day_rank
    from deals
    left join first_moves on deals.deal_id = first_moves.deal_id
    where first_moves.deal_id is null
),

last_opened as (
    select
        deal_id,
        max(from_on) as last_from_on
    from opened
    group by deal_id
),

closed as (
    select
        deals.deal_id,
        deals.funnel,
        greatest(deals.closed_on, last_opened.last_from_on) as from_on,
        deals.stage,
        deals.stage_position,
        deals.outcome as state,
        deals.rep_id,
        deals.probability,
        deals.currency_code,
        deals.deal_amount,
        deals.original_deal_amount,
        deals.expected_close_on,
        2 as day_rank
    from deals
    inner join last_opened on deals.deal_id = last_opened.deal_id
    where deals.outcome <> 'open'
),

changes as (
    select * from opened
    union all
    select * from closed
),

-- A deal that closes on the day of its last move is closed at the end of that day.
settled as (
    select
        *,
        row_number() over (partition by deal_id, from_on order by day_rank desc) as rank_of_day
    from changes
    where from_on <= {{ as_of_date() }}
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
        from_on,
        lead(from_on) over (partition by deal_id order by from_on) as until_on,
        expected_close_on,
        probability,
        deal_amount,
        original_deal_amount
    from settled
    where rank_of_day = 1
)

select * from final
