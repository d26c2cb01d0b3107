-- Grain: fiscal month, quarter or year × funnel × stage.
-- How long deals stay in a stage: those that left it for the last time within the period, and those that were in it at
-- the period's end or on the business date. Visits of one deal are added up; a closing ends the last, move or no move.
with

visits as (
    select
        moves.deal_id,
        deals.funnel,
        moves.stage,
        moves.visit_number,
        moves.entered_on,
        case
            when deals.closed_on is null then moves.exited_on
            else greatest(moves.entered_on, least(coalesce(moves.exited_on, deals.closed_on), deals.closed_on))
        end as exited_on
    from {{ ref('fct_deal_stages') }} as moves
    inner join {{ ref('fct_deals') }} as deals on moves.deal_id = deals.deal_id
    where moves.stage_kind = 'open' and moves.entered_on <= {{ as_of_date() }} and not deals.is_undated
),

periods as (
    select * from {{ ref('int_pipeline__periods') }}
    where period_type <> 'week'
),

touched as (
    select distinct
        visits.deal_id,
        visits.funnel,
        visits.stage,
        periods.period_type,
        periods.period_start_on,
        periods.period_end_on,
        periods.seen_on
    from visits
    inner join periods
        on
            visits.entered_on <= periods.seen_on
            and (visits.exited_on is null or visits.exited_on >= periods.period_start_on)
),

-- Seen from the period's end: what was left by then, and how long it had taken until then.
seen as (
    select
        touched.period_type,
        touched.period_start_on,
        touched.period_end_on,
        touched.deal_id,
        touched.funnel,
        touched.stage,
        max(visits.visit_number) as visit_count,
        sum({{ days_between('visits.entered_on', 'least(coalesce(visits.exited_on, seen_on), seen_on)') }})
            as day_count,
        max(case when visits.exited_on is null or visits.exited_on > touched.seen_on then 1 else 0 end) = 1
            as is_in_stage
    from touched
    inner join visits
        on
            touched.deal_id = visits.deal_id
            and touched.stage = visits.stage
            and touched.seen_on >= visits.entered_on
    group by
        touched.period_type,
        touched.period_start_on,
        touched.period_end_on,
        touched.deal_id,
        touched.funnel,
        touched.stage
),

described as (
    select
        seen.*,
        {{ stage_column('stage_position') }} as stage_position,
        {{ stage_column('norm_days') }} as norm_days
    from seen
    {{ join_stage('seen', 'seen.stage') }}
),

measured as (
    select
        period_type,
        period_start_on,
        period_end_on,
        funnel,
        stage,
        stage_position,
        norm_days,
        count(case when not is_in_stage then 1 end) as left_count,
        median(case when not is_in_stage then day_count end) as median_days,
        percentile_cont(0.75) within group (order by case when not is_in_stage then day_count end) as p75_days,
        percentile_cont(0.9) within group (order by case when not is_in_stage then day_count end) as p90_days,
        count(case when not is_in_stage and day_count > norm_days then 1 end) as over_norm_count,
        count(case when not is_in_stage and visit_count > 1 then 1 end) as reentered_count,
        count(case when is_in_stage then 1 end) as open_count,
        median(case when is_in_stage then day_count end) as open_median_days,
        count(case when is_in_stage and day_count > norm_days then 1 end) as open_over_norm_count
    from described
    group by period_type, period_start_on, period_end_on, funnel, stage, stage_position, norm_days
),

final as (
    select
        -- where and when
        period_type,
        period_start_on,
        period_end_on,
        funnel,
        stage,
        stage_position,
        norm_days,
        -- deals that left
        cast(left_count as bigint) as left_deal_count,
        cast(median_days as decimal(9, 2)) as median_days,
        cast(p75_days as decimal(9, 2)) as p75_days,
        cast(p90_days as decimal(9, 2)) as p90_days,
        cast(case when norm_days is not null then over_norm_count end as bigint) as over_norm_deal_count,
        cast(reentered_count as bigint) as reentered_deal_count,
        -- deals that are there
        cast(open_count as bigint) as open_deal_count,
        cast(open_median_days as decimal(9, 2)) as open_median_days,
        cast(case when norm_days is not null then open_over_norm_count end as bigint) as open_over_norm_deal_count
    from measured
)

select * from final
