-- Grain: period × deal that was due in it at its start or its end, or that was closed in it.
-- What became of a deal within a period. A deal is due in a period while it is open, not put off, and its expected
-- close is not after the period's end: what is overdue is due now. The period is seen at the end of the day before
-- it and at its own end, or on the business date where that comes first; how often a deal came and went in between
-- does not matter.
-- Rebuilt by deal.
-- depends_on: {{ ref('int_pipeline__stale_movements') }}
{{ config(
    materialized=incremental_materialization(),
    incremental_strategy='replace_movements',
    on_schema_change='fail'
) }}
with

states as (
    select * from {{ ref('int_pipeline__states') }}
    where {{ is_stale_deal('deal_id', 'int_pipeline__stale_movements') }}
),

periods as (select * from {{ ref('int_pipeline__periods') }}),

numbered_days as (
    select
        calendar_days.date_on,
        periods.period_type,
        periods.period_number
    from {{ ref('int_targets__day_periods') }} as calendar_days
    inner join periods
        on
            calendar_days.period_type = periods.period_type
            and calendar_days.period_start_on = periods.period_start_on
),

-- A deal is due from the period in which it is open and its expected close can be reached, to that of the day on which
-- it changed: on one of the period's days, or at the end of the day before it.
due_spans as (
    select
        states.deal_id,
        states.until_on,
        first_days.period_type,
        {{ each_number('first_days.period_number', 'last_days.period_number') }} as period_number
    from states
    inner join numbered_days as first_days
        on greatest(states.from_on, states.expected_close_on) = first_days.date_on
    inner join numbered_days as last_days
        on
            coalesce(states.until_on, {{ as_of_date() }}) = last_days.date_on
            and first_days.period_type = last_days.period_type
            and first_days.period_number <= last_days.period_number
    where states.state = 'open' and states.suspended_until is null and states.expected_close_on is not null
),

due as (
    select
        due_spans.deal_id,
        periods.period_type,
        periods.period_start_on,
        periods.period_end_on,
        periods.seen_on,
        periods.day_count,
        coalesce(due_spans.until_on, periods.seen_on) as left_on,
        false as is_closing
    from due_spans
    inner join periods
        on due_spans.period_type = periods.period_type and due_spans.period_number = periods.period_number
),

-- Who closed a deal again without having opened it has not closed it once more.
closings as (
    select
        states.deal_id,
        periods.period_type,
        periods.period_start_on,
        periods.period_end_on,
        periods.seen_on,
        periods.day_count,
        cast(null as date) as left_on,
        true as is_closing
    from states
    left join states as former_states
        on
            states.deal_id = former_states.deal_id
            and states.from_on = former_states.until_on
            and states.state = former_states.state
    inner join numbered_days on states.from_on = numbered_days.date_on
    inner join periods
        on numbered_days.period_type = periods.period_type and numbered_days.period_number = periods.period_number
    where states.state <> 'open' and former_states.deal_id is null and states.from_on <= periods.seen_on
),

candidates as (
    select
        deal_id,
        period_type,
        period_start_on,
        period_end_on,
        seen_on,
        day_count,
        max(left_on) as left_on,
        max(case when is_closing then 1 else 0 end) = 1 as has_closing
    from (
        select * from due
        union all
        select * from closings
    ) as found
    group by deal_id, period_type, period_start_on, period_end_on, seen_on, day_count
),

framed as (
    select
        candidates.deal_id,
        candidates.left_on,
        candidates.period_type,
        candidates.period_start_on,
        candidates.period_end_on,
        candidates.day_count,
        first_states.state as start_state,
        first_states.rep_id as start_rep_id,
        first_states.deal_amount as start_amount,
        first_states.original_deal_amount as start_original_amount,
        first_states.currency_code as start_currency_code,
        last_states.rep_id as end_rep_id,
        last_states.state as end_state,
        last_states.deal_amount as end_amount,
        last_states.original_deal_amount as end_original_amount,
        last_states.currency_code as end_currency_code,
        case
            when last_states.state = 'open' then last_states.expected_close_on
            else coalesce(open_states.expected_close_on, last_states.expected_close_on)
        end <= candidates.period_end_on as is_moved_into_period,
        coalesce(first_states.state = 'open' and first_states.expected_close_on <= candidates.period_end_on, false)
            as is_expected_at_start,
        first_states.suspended_until is not null as is_suspended_at_start,
        coalesce(last_states.state = 'open' and last_states.expected_close_on <= candidates.period_end_on, false)
            as is_expected_at_end,
        last_states.suspended_until is not null as is_suspended_at_end,
        last_states.state <> 'open' and candidates.has_closing as is_closed_in_period
    from candidates
    inner join states as last_states
        on
            candidates.deal_id = last_states.deal_id
            and candidates.seen_on >= last_states.from_on
            and (last_states.until_on is null or candidates.seen_on < last_states.until_on)
    left join states as open_states
        on
            last_states.deal_id = open_states.deal_id
            and last_states.from_on = open_states.until_on
            and open_states.state = 'open'
    left join states as first_states
        on
            candidates.deal_id = first_states.deal_id
            and candidates.period_start_on > first_states.from_on
            and candidates.period_start_on <= coalesce(first_states.until_on, {{ as_of_date() }})
),

placed as (
    select
        *,
        is_expected_at_start and not is_suspended_at_start as is_in_start,
        is_expected_at_end and not is_suspended_at_end as is_in_end
    from framed
),

-- Pulled in if somebody moved it into the period while it was open; what was closed before it was due came by that
-- alone, though many sources put the closing day in place of the expected close.
-- Resumed and suspended if being put off alone kept it out, though it may have been closed without being taken up.
-- Slipped if the deal left late, in the last sixth of the period; pushed if before.
told as (
    select
        *,
        case
            when is_in_start or not (is_in_end or is_closed_in_period) then null
            when start_state is null then 'new'
            when is_expected_at_start then 'resumed'
            when start_state = 'open' and is_moved_into_period then 'pulled_in'
            when start_state = 'open' then 'closed_early'
            else 'reopened'
        end as entry,
        case
            when is_in_end or not (is_in_start or is_closed_in_period) then null
            when is_closed_in_period then end_state
            when is_expected_at_end then 'suspended'
            when ({{ days_between('period_start_on', 'left_on') }} + 1) * 90 >= 75 * day_count then 'slipped'
            else 'pushed'
        end as departure
    from placed
),

-- What the same contract value is worth more or less by another day's exchange rate is no growth, nor is what it is
-- worth at the first rate known.
valued as (
    select
        *,
        case
            when is_in_start and start_currency_code = end_currency_code and end_original_amount <> 0
                then cast(
                    cast(end_amount as double) * cast(start_original_amount as double)
                    / cast(end_original_amount as double) as decimal(18, 4)
                ) - coalesce(start_amount, 0)
        end as revalued_amount
    from told
    where is_in_start or is_in_end or is_closed_in_period
),

final as (
    select
        deal_id,
        period_type,
        period_start_on,
        period_end_on,
        start_rep_id,
        end_rep_id as rep_id,
        is_in_start,
        is_in_end,
        entry,
        departure,
        end_amount is null as is_unvalued,
        cast(case when is_in_start then coalesce(start_amount, 0) else 0 end as decimal(18, 4)) as start_amount,
        cast(coalesce(revalued_amount, 0) as decimal(18, 4)) as revalued_amount,
        cast(
            case
                when is_in_start
                    then coalesce(end_amount, 0) - coalesce(start_amount, 0) - coalesce(revalued_amount, 0)
                else 0
            end as decimal(18, 4)
        ) as changed_amount,
        cast(coalesce(end_amount, 0) as decimal(18, 4)) as last_amount
    from valued
)

select * from final
