-- Grain: scope (company, team, rep) × fiscal week, month, quarter or year that has begun, or is the next one.
-- Whether there is enough pipeline, whether it is moved along, and how fast it turns into bookings. Win rates, deal
-- value and cycle are those of the year up to the day the period is seen on: a single week has too few closings.
{%- set trailing_days = 365 %}
{%- set least_won = 5 %}
with

movements as (select * from {{ ref('pipeline_movement') }}),

attainments as (
    select * from {{ ref('target_attainment') }}
    where metric = 'bookings' and is_current_plan
),

periods as (select * from {{ ref('int_pipeline__covered_periods') }}),

company as (select * from {{ ref('stg_run__company') }}),

closed_deals as (select * from {{ ref('int_people__closed_deals') }}),

pipeline as (select * from {{ ref('pipeline_daily') }}),

pushes as (
    select
        deal_id,
        period_type,
        period_start_on,
        count(*) as push_count
    from {{ ref('int_pipeline__pushes') }}
    group by deal_id, period_type, period_start_on
),

-- A deal that was pushed and pulled in again was pushed, but is not gone.
started as (
    select
        movements.period_type,
        movements.period_start_on,
        movements.start_rep_id,
        coalesce(movements.departure in ('pushed', 'slipped'), false) as is_pushed_out,
        movements.start_amount,
        coalesce(pushes.push_count, 0) as push_count
    from {{ ref('int_pipeline__movements') }} as movements
    left join pushes
        on
            movements.deal_id = pushes.deal_id
            and movements.period_type = pushes.period_type
            and movements.period_start_on = pushes.period_start_on
    where movements.is_in_start and (movements.departure in ('pushed', 'slipped') or pushes.deal_id is not null)
),

rep_scopes as (select * from {{ ref('int_pipeline__scopes') }}),

due as (
    select
        rep_scopes.scope_type,
        rep_scopes.scope_id,
        shared.period_type,
        shared.period_start_on,
        sum(shared.due_amount) as due_amount
    from {{ ref('int_pipeline__due') }} as shared
    inner join rep_scopes on shared.rep_id = rep_scopes.rep_id
    group by rep_scopes.scope_type, rep_scopes.scope_id, shared.period_type, shared.period_start_on
),

-- A target without a pipeline has a row too: nothing is due against it, which matters most. So have open deals of which
-- none is due, or the scopes would not add up.
scope_periods as (
    select
        scope_type,
        scope_id,
        period_type,
        period_start_on
    from movements
    union
    select
        scope_type,
        scope_id,
        period_type,
        period_start_on
    from attainments
    where scope_type in ('company', 'team', 'rep')
    union
    select
        scope_type,
        scope_id,
        period_type,
        period_start_on
    from due
    union
    select
        rep_scopes.scope_type,
        rep_scopes.scope_id,
        periods.period_type,
        periods.period_start_on
    from pipeline
    inner join periods on pipeline.pipeline_on = periods.seen_on
    inner join rep_scopes on pipeline.rep_id = rep_scopes.rep_id
    where pipeline.open_deal_count > 0
),

seen as (
    select
        scope_periods.scope_type,
        scope_periods.scope_id,
        periods.period_type,
        periods.period_start_on,
        periods.period_end_on,
        periods.horizon,
        periods.period_end_on <= {{ as_of_date() }} as is_over,
        periods.seen_on,
        attainments.target_amount,
        coalesce(attainments.actual_amount, 0) as booked_amount,
        coalesce(movements.start_deal_count, 0) as start_deal_count,
        coalesce(movements.start_amount, 0) as start_amount,
        coalesce(due.due_amount, 0) as due_amount
    from scope_periods
    inner join periods
        on
            scope_periods.period_type = periods.period_type
            and scope_periods.period_start_on = periods.period_start_on
    {%- for relation in ['movements', 'attainments', 'due'] %}
        left join {{ relation }}
            on
                scope_periods.scope_type = {{ relation }}.scope_type
                and scope_periods.scope_id = {{ relation }}.scope_id
                and scope_periods.period_type = {{ relation }}.period_type
                and scope_periods.period_start_on = {{ relation }}.period_start_on
    {%- endfor %}
),

-- The same days are the end of a week and of a month: they are looked back from once.
scope_days as (
    select distinct
        scope_type,
        scope_id,
        seen_on
    from seen
),

closings as (
    select
        rep_scopes.scope_type,
        rep_scopes.scope_id,
        closed_deals.deal_id,
        closed_deals.closed_on,
        closed_deals.won_cycle_days,
        closed_deals.is_counted_won,
        closed_deals.is_counted_lost,
        closed_deals.won_amount,
        closed_deals.lost_amount
    from closed_deals
    inner join rep_scopes on closed_deals.rep_id = rep_scopes.rep_id
),

by_closing_day as (
    select
        scope_type,
        scope_id,
        closed_on,
        count(case when is_counted_won then 1 end) as won_count,
        count(case when is_counted_lost then 1 end) as lost_count,
        count(distinct case when won_amount is not null then deal_id end) as valued_won_count,
        sum(won_amount) as won_amount,
        sum(lost_amount) as lost_amount,
        sum(won_cycle_days) as cycle_days,
        count(won_cycle_days) as cycle_count
    from closings
    group by scope_type, scope_id, closed_on
),

looked_back as (
    select
        scope_days.scope_type,
        scope_days.scope_id,
        scope_days.seen_on,
        sum(by_closing_day.won_count) as won_count,
        sum(by_closing_day.lost_count) as lost_count,
        sum(by_closing_day.valued_won_count) as valued_won_count,
        sum(by_closing_day.won_amount) as won_amount,
        sum(by_closing_day.lost_amount) as lost_amount,
        sum(by_closing_day.cycle_days) as cycle_days,
        sum(by_closing_day.cycle_count) as cycle_count
    from scope_days
    inner join by_closing_day
        on
            scope_days.scope_type = by_closing_day.scope_type
            and scope_days.scope_id = by_closing_day.scope_id
            and scope_days.seen_on >= by_closing_day.closed_on
            and {{ add_days('scope_days.seen_on', -trailing_days) }} < by_closing_day.closed_on
    group by scope_days.scope_type, scope_days.scope_id, scope_days.seen_on
),

open_by_day as (
    select
        scope_days.scope_type,
        scope_days.scope_id,
        scope_days.seen_on,
        sum(pipeline.open_deal_count) as open_deal_count
    from scope_days
    inner join rep_scopes
        on scope_days.scope_type = rep_scopes.scope_type and scope_days.scope_id = rep_scopes.scope_id
    inner join pipeline on rep_scopes.rep_id = pipeline.rep_id and scope_days.seen_on = pipeline.pipeline_on
    group by scope_days.scope_type, scope_days.scope_id, scope_days.seen_on
),

pushed as (
    select
        rep_scopes.scope_type,
        rep_scopes.scope_id,
        started.period_type,
        started.period_start_on,
        sum(case when started.is_pushed_out then 1 else 0 end) as deal_count,
        sum(case when started.is_pushed_out then started.start_amount else 0 end) as amount,
        sum(started.push_count) as push_count
    from started
    inner join rep_scopes on started.start_rep_id = rep_scopes.rep_id
    group by rep_scopes.scope_type, rep_scopes.scope_id, started.period_type, started.period_start_on
),

joined as (
    select
        seen.*,
        company.currency_code,
        seen.target_amount - seen.booked_amount as left_amount,
        looked_back.won_count as trailing_won_count,
        looked_back.lost_count as trailing_lost_count,
        coalesce(looked_back.valued_won_count, 0) as trailing_valued_won_count,
        looked_back.won_amount as trailing_won_amount,
        looked_back.lost_amount as trailing_lost_amount,
        looked_back.cycle_days as trailing_cycle_days,
        looked_back.cycle_count as trailing_cycle_count,
        coalesce(open_by_day.open_deal_count, 0) as open_deal_count,
        coalesce(pushed.deal_count, 0) as pushed_count,
        coalesce(pushed.push_count, 0) as push_count,
        coalesce(pushed.amount, 0) as start_pushed_amount
    from seen
    cross join company
    left join looked_back
        on
            seen.scope_type = looked_back.scope_type
            and seen.scope_id = looked_back.scope_id
            and seen.seen_on = looked_back.seen_on
    left join open_by_day
        on
            seen.scope_type = open_by_day.scope_type
            and seen.scope_id = open_by_day.scope_id
            and seen.seen_on = open_by_day.seen_on
    left join pushed
        on
            seen.scope_type = pushed.scope_type
            and seen.scope_id = pushed.scope_id
            and seen.period_type = pushed.period_type
            and seen.period_start_on = pushed.period_start_on
),

-- Few won deals make no speed.
rated as (
    select
        *,
        {{ fraction('trailing_won_count', 'trailing_won_count + trailing_lost_count') }} as win_count_ratio,
        {{ fraction(
            'coalesce(trailing_won_amount, 0)', '(coalesce(trailing_won_amount, 0) + coalesce(trailing_lost_amount, 0))'
        ) }} as win_value_ratio,
        case
            when trailing_valued_won_count >= {{ least_won }}
                then cast(trailing_won_amount as double) / trailing_valued_won_count
        end as mean_won_amount,
        case
            when trailing_won_count >= {{ least_won }}
                then cast(trailing_cycle_days as double) / nullif(trailing_cycle_count, 0)
        end as mean_cycle_days
    from joined
),

final as (
    select
        -- whose and when
        scope_type,
        scope_id,
        period_type,
        period_start_on,
        period_end_on,
        horizon,
        horizon = 'current' and not is_over as is_running,
        currency_code,
        -- enough
        target_amount,
        cast(booked_amount as decimal(18, 4)) as booked_amount,
        cast(due_amount as decimal(18, 4)) as due_amount,
        case
            when is_over then 'past'
            when target_amount is null then 'no target'
            when left_amount <= 0 then 'met'
            else 'open'
        end as coverage_status,
        case
            when is_over then {{ fraction('due_amount', 'booked_amount') }}
            when left_amount > 0 then {{ fraction('due_amount', 'left_amount') }}
        end as coverage_ratio,
        {{ fraction(1, 'win_value_ratio') }} as needed_coverage_ratio,
        -- moved along
        {{ fraction('pushed_count', 'start_deal_count') }} as push_count_ratio,
        {{ fraction('start_pushed_amount', 'start_amount') }} as push_value_ratio,
        cast(push_count as bigint) as push_count,
        {{ fraction('push_count', 'start_deal_count') }} as pushes_per_deal,
        -- fast
        cast(open_deal_count as bigint) as open_deal_count,
        win_count_ratio,
        win_value_ratio,
        cast(trailing_valued_won_count as bigint) as valued_won_deal_count,
        cast(mean_won_amount as decimal(18, 4)) as mean_won_amount,
        cast(mean_cycle_days as decimal(18, 4)) as mean_cycle_days,
        cast(
            open_deal_count * mean_won_amount * win_count_ratio / nullif(mean_cycle_days, 0) as decimal(18, 4)
        ) as velocity_amount_per_day
    from rated
)

select * from final
