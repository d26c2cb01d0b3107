/*
title: Pipeline
order: 40
*/

-- query: health
select
    period_type,
    horizon,
    period_start_on,
    period_end_on,
    target_amount,
    booked_amount,
    due_amount,
    coverage_status,
    coverage_ratio,
    needed_coverage_ratio,
    push_count_ratio as push_rate_ratio,
    push_value_ratio as push_rate_by_value_ratio,
    pushes_per_deal,
    open_deal_count as open_deals_count,
    win_count_ratio as win_rate_ratio,
    win_value_ratio as win_rate_by_value_ratio,
    mean_won_amount,
    valued_won_deal_count,
    mean_cycle_days,
    velocity_amount_per_day as velocity_amount
from marts.pipeline_health
where
    scope_type = $scope_type and scope_id = $scope_id and horizon <> 'past'
order by list_position(['week', 'month', 'quarter', 'year'], period_type), list_position(['current', 'next'], horizon)

-- query: past_health
select
    period_type,
    period_start_on,
    period_end_on,
    booked_amount,
    due_amount as due_at_start_amount,
    coverage_ratio,
    needed_coverage_ratio,
    push_count_ratio as push_rate_ratio,
    push_value_ratio as push_rate_by_value_ratio,
    pushes_per_deal,
    open_deal_count as open_deals_count,
    win_count_ratio as win_rate_ratio,
    win_value_ratio as win_rate_by_value_ratio,
    mean_won_amount,
    valued_won_deal_count,
    mean_cycle_days,
    velocity_amount_per_day as velocity_amount
from marts.pipeline_health
where
    scope_type = $scope_type and scope_id = $scope_id and period_type = 'quarter'
    and horizon = 'past'
order by period_start_on desc
limit 8

-- query: win_rates
select
    cohort,
    period_start_on,
    won_deal_count as won_deals_count,
    lost_deal_count as lost_deals_count,
    open_deal_count as open_deals_count,
    win_count_ratio as win_rate_ratio,
    won_amount,
    lost_amount,
    win_value_ratio as win_rate_by_value_ratio
from marts.win_rates
where
    scope_type = $scope_type and scope_id = $scope_id and period_type = 'quarter'
    and period_start_on > $business_on - interval 27 month
order by cohort, period_start_on desc

-- query: quarter_health
select
    coverage_ratio,
    coverage_status,
    needed_coverage_ratio,
    due_amount,
    win_count_ratio as win_rate_ratio,
    win_value_ratio as win_rate_by_value_ratio,
    push_count_ratio as push_rate_ratio,
    velocity_amount_per_day as velocity_amount,
    mean_cycle_days,
    open_deal_count as open_deals_count
from marts.pipeline_health
where
    scope_type = $scope_type and scope_id = $scope_id and period_type = 'quarter' and horizon = 'current'

-- query: next_quarter
select
    coverage_ratio,
    due_amount
from marts.pipeline_health
where
    scope_type = $scope_type and scope_id = $scope_id and period_type = 'quarter' and horizon = 'next'

-- query: closed_year
select
    count(*) filter (where outcome = 'won') as won_deals_count,
    count(*) filter (where outcome = 'lost') as lost_deals_count
from marts.deal_register
where outcome in ('won', 'lost')
    and closed_on > $business_on - interval 1 year and closed_on <= $business_on

-- query: {shown}; shown: month, quarter, last_month, last_quarter
with step as (
    select unnest([
        {'movement': 'start', 'is_total': true, 'deals_count': start_deal_count, 'movement_amount': start_amount},
        {'movement': 'new', 'is_total': false, 'deals_count': new_deal_count, 'movement_amount': new_amount},
        {'movement': 'pulled_in', 'is_total': false, 'deals_count': pulled_in_deal_count, 'movement_amount': pulled_in_amount},
        {'movement': 'closed_early', 'is_total': false, 'deals_count': closed_early_deal_count, 'movement_amount': closed_early_amount},
        {'movement': 'resumed', 'is_total': false, 'deals_count': resumed_deal_count, 'movement_amount': resumed_amount},
        {'movement': 'reopened', 'is_total': false, 'deals_count': reopened_deal_count, 'movement_amount': reopened_amount},
        {'movement': 'grown', 'is_total': false, 'deals_count': cast(null as bigint), 'movement_amount': grown_amount},
        {'movement': 'shrunk', 'is_total': false, 'deals_count': cast(null as bigint), 'movement_amount': -shrunk_amount},
        {'movement': 'revalued', 'is_total': false, 'deals_count': cast(null as bigint), 'movement_amount': revalued_amount},
        {'movement': 'pushed', 'is_total': false, 'deals_count': -pushed_deal_count, 'movement_amount': -pushed_amount},
        {'movement': 'slipped', 'is_total': false, 'deals_count': -slipped_deal_count, 'movement_amount': -slipped_amount},
        {'movement': 'suspended', 'is_total': false, 'deals_count': -suspended_deal_count, 'movement_amount': -suspended_amount},
        {'movement': 'won', 'is_total': false, 'deals_count': -won_deal_count, 'movement_amount': -won_amount},
        {'movement': 'lost', 'is_total': false, 'deals_count': -lost_deal_count, 'movement_amount': -lost_amount},
        {'movement': 'discarded', 'is_total': false, 'deals_count': -discarded_deal_count, 'movement_amount': -discarded_amount},
        {'movement': 'transferred', 'is_total': false, 'deals_count': transferred_deal_count, 'movement_amount': transferred_amount},
        {'movement': 'end', 'is_total': true, 'deals_count': end_deal_count, 'movement_amount': end_amount}
    ], recursive := true)
    from marts.pipeline_movement
    where
        scope_type = $scope_type and scope_id = $scope_id and period_type = replace('{shown}', 'last_', '')
        and if(
            starts_with('{shown}', 'last_'),
            period_end_on = (
                select max(period_end_on) from marts.pipeline_movement
                where period_type = replace('{shown}', 'last_', '') and period_end_on < $business_on
            ),
            $business_on between period_start_on and period_end_on
        )
)
select * from step where is_total or movement_amount <> 0 or deals_count <> 0

-- query: movement_periods
select
    max(period_start_on) filter (where period_type = 'month') as month_start_on,
    max(period_end_on) filter (where period_type = 'month') as month_end_on,
    max(period_start_on) filter (where period_type = 'quarter') as quarter_start_on,
    max(period_end_on) filter (where period_type = 'quarter') as quarter_end_on
from marts.pipeline_movement
where $business_on between period_start_on and period_end_on

-- query: open_days
select
    pipeline_on,
    sum(open_amount) as open_amount,
    sum(weighted_amount) as weighted_amount,
    sum(open_deal_count) as open_deals_count
from marts.pipeline_daily
where pipeline_on between $business_on - 181 and $business_on
group by pipeline_on
order by pipeline_on

-- query: stages
select
    nullif(funnel, 'default') as funnel,
    stage,
    sum(open_deal_count) as open_deals_count,
    sum(open_amount) as open_amount,
    sum(weighted_amount) as weighted_amount,
    sum(overdue_deal_count) as overdue_deals_count,
    sum(overdue_amount) as overdue_amount,
    sum(unvalued_deal_count) as unvalued_deals_count,
    sum(unpriced_deal_count) as unpriced_deals_count,
    sum(unweighted_deal_count) as unweighted_deals_count
from marts.pipeline_daily
where pipeline_on = $business_on
group by pipeline_daily.funnel, stage, stage_position
order by pipeline_daily.funnel, stage_position nulls last, stage

-- query: conversion
select
    period_start_on,
    nullif(funnel, 'default') as funnel,
    stage,
    entered_deal_count as entered_deals_count,
    passed_deal_count as passed_deals_count,
    lost_deal_count as lost_deals_count,
    open_deal_count as still_there_count,
    skipped_deal_count as skipped_deals_count,
    conversion_ratio,
    lost_amount
from marts.stage_conversion
where
    cohort = 'entered' and period_type = 'quarter'
    and $business_on between period_start_on and period_end_on
order by stage_conversion.funnel, stage_position

-- query: conversion_quarters
select
    cohort,
    period_start_on,
    nullif(funnel, 'default') as funnel,
    stage,
    entered_deal_count as entered_deals_count,
    passed_deal_count as passed_deals_count,
    lost_deal_count as lost_deals_count,
    open_deal_count as still_there_count,
    skipped_deal_count as skipped_deals_count,
    conversion_ratio,
    passed_amount,
    lost_amount
from marts.stage_conversion
where period_type = 'quarter' and period_start_on > $business_on - interval 15 month
order by cohort desc, period_start_on desc, stage_conversion.funnel, stage_position

-- query: duration
select
    nullif(funnel, 'default') as funnel,
    stage,
    norm_days,
    left_deal_count as left_deals_count,
    median_days,
    p75_days as three_quarters_within_days,
    p90_days as nine_tenths_within_days,
    over_norm_deal_count as over_norm_count,
    reentered_deal_count as came_back_count,
    open_deal_count as still_there_count,
    open_median_days as there_so_far_days,
    open_over_norm_deal_count as still_there_over_norm_count
from marts.stage_duration
where period_type = 'quarter'
    and $business_on between period_start_on and period_end_on
order by stage_duration.funnel, stage_position nulls last

-- query: paths
with place as (
    select distinct funnel, stage, stage_position from marts.stage_conversion
)

select
    nullif(pipeline_paths.funnel, 'default') as funnel,
    pipeline_paths.last_stage,
    pipeline_paths.path_rank,
    pipeline_paths.stage_path,
    pipeline_paths.closed_deal_count as closed_deals_count,
    pipeline_paths.won_deal_count as won_deals_count,
    pipeline_paths.win_count_ratio as win_rate_ratio,
    pipeline_paths.win_count_ratio_low as lower_95_ratio,
    pipeline_paths.win_count_ratio_high as upper_95_ratio,
    pipeline_paths.won_mean_amount as mean_won_amount,
    pipeline_paths.valued_won_deal_count,
    pipeline_paths.won_median_days as sales_cycle_median_days
from marts.pipeline_paths
left join place on pipeline_paths.funnel = place.funnel and pipeline_paths.last_stage = place.stage
where pipeline_paths.path_rank <= 3
order by pipeline_paths.funnel, place.stage_position desc nulls last, pipeline_paths.path_rank

-- query: leaks
select
    leaks.scope_type,
    coalesce(dim_rep.rep_name, dim_team.team_name) as scope_name,
    nullif(leaks.funnel, 'default') as funnel,
    leaks.stage,
    leaks.period_type,
    leaks.period_start_on,
    leaks.is_leak,
    leaks.compared_with,
    leaks.leak_score,
    leaks.decided_deal_count as decided_deals_count,
    leaks.lost_deal_count as lost_deals_count,
    leaks.conversion_ratio,
    leaks.others_conversion_ratio,
    leaks.others_decided_deal_count,
    leaks.team_conversion_ratio,
    leaks.team_decided_deal_count,
    leaks.own_past_conversion_ratio,
    leaks.own_past_decided_deal_count,
    leaks.closed_deal_count as closed_deals_count,
    leaks.forecast_won_deal_count,
    leaks.won_deal_count as won_deals_count,
    leaks.forecast_won_amount,
    leaks.won_amount,
    leaks.excess_lost_deal_count,
    leaks.excess_lost_amount,
    dim_rep.rep_id
from marts.pipeline_leaks as leaks
left join marts.dim_rep on leaks.scope_type = 'rep' and leaks.scope_id = dim_rep.rep_id
left join marts.dim_team on leaks.scope_type = 'team' and leaks.scope_id = dim_team.team_id
where
    (leaks.scope_type <> 'team' or leaks.others_decided_deal_count > 0)
    and (
        $business_on between leaks.period_start_on and leaks.period_end_on
        or (leaks.is_leak and leaks.period_end_on > $business_on - interval 1 year)
    )
order by
    leaks.is_leak desc, leaks.leak_score desc nulls last, list_position(['company', 'team', 'rep'], leaks.scope_type),
    leaks.scope_id, leaks.funnel, leaks.stage, leaks.period_type, leaks.period_start_on
limit 40

-- query: reasons
select
    nullif(loss_reason, '(none)') as loss_reason,
    sum(lost_deal_count) as lost_deals_count,
    sum(share_of_lost_deals_ratio) as share_of_lost_deals_ratio,
    sum(lost_amount) as lost_amount,
    sum(unvalued_deal_count) as unvalued_deals_count
from marts.loss_reasons
where period_type = 'quarter'
    and $business_on between period_start_on and period_end_on
group by loss_reasons.loss_reason
order by lost_deals_count desc, loss_reasons.loss_reason

-- query: losses
select
    nullif(funnel, 'default') as funnel,
    stage,
    nullif(loss_reason, '(none)') as loss_reason,
    nullif(competitor, '(none)') as competitor,
    lost_deal_count as lost_deals_count,
    share_of_lost_deals_ratio,
    lost_amount,
    unvalued_deal_count as unvalued_deals_count
from marts.loss_reasons
where period_type = 'quarter'
    and $business_on between period_start_on and period_end_on
order by lost_deals_count desc, lost_amount desc, stage, loss_reason, competitor
