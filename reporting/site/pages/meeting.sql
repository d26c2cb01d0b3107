/*
title: Sales meeting
order: 70
editions: [lead, supervisor, director]
*/

-- query: last_week
select
    metric,
    period_type,
    period_start_on,
    period_end_on,
    actual_amount,
    target_to_date_amount,
    target_amount,
    pace_ratio,
    attainment_ratio,
    variance_amount,
    projection_amount,
    status
from marts.target_attainment
where
    scope_type = $scope_type and scope_id = $scope_id
    and period_type = 'week'
    and period_start_on = (
        select max(week_start_on) from marts.dim_date where week_end_on <= $business_on
    )
    and is_current_plan and target_amount is not null
order by list_position(['net_sales', 'revenue', 'bookings', 'margin', 'units', 'deals_won'], metric)

-- query: running
select
    metric,
    period_type,
    actual_amount,
    target_to_date_amount,
    target_amount,
    pace_ratio,
    attainment_ratio,
    variance_amount,
    projection_amount,
    required_run_rate_amount,
    status
from marts.target_attainment
where
    scope_type = $scope_type and scope_id = $scope_id
    and period_type in ('month', 'quarter', 'year')
    and is_current_plan and target_amount is not null
    and $business_on between period_start_on and period_end_on
order by
    list_position(['net_sales', 'revenue', 'bookings', 'margin', 'units', 'deals_won'], metric),
    list_position(['day', 'week', 'month', 'quarter', 'year'], period_type)

-- query: teams_last_week
select
    team.team_name,
    week.metric,
    week.actual_amount,
    week.target_amount,
    week.attainment_ratio,
    week.variance_amount,
    week.status,
    team.team_id
from marts.target_attainment as week
inner join marts.dim_team as team on week.scope_id = team.team_id
where
    week.scope_type = 'team' and team.team_id <> '(none)' and week.metric in ('net_sales', 'bookings')
    and week.period_type = 'week' and week.is_current_plan and week.target_amount is not null
    and week.period_start_on = (
        select max(week_start_on) from marts.dim_date where week_end_on <= $business_on
    )
order by week.metric desc, team.depth, team.team_name

-- query: reps_last_week
select
    rep.rep_name,
    week.metric,
    week.actual_amount,
    week.target_amount,
    week.attainment_ratio,
    week.variance_amount,
    week.status,
    rep.rep_id
from marts.target_attainment as week
inner join marts.dim_rep as rep on week.scope_id = rep.rep_id
where
    week.scope_type = 'rep' and week.metric in ('net_sales', 'bookings')
    and week.period_type = 'week' and week.is_current_plan and week.target_amount is not null
    and week.period_start_on = (
        select max(week_start_on) from marts.dim_date where week_end_on <= $business_on
    )
order by week.metric desc, week.attainment_ratio desc nulls last, rep.rep_name

-- query: won
select
    deal_name,
    account_name,
    rep_name,
    closed_on,
    deal_amount,
    cycle_days,
    deal_id,
    account_id,
    rep_id
from marts.deal_register
where
    outcome = 'won'
    and closed_on between (select max(week_start_on) from marts.dim_date where week_end_on <= $business_on)
    and $business_on
order by deal_amount desc nulls last, deal_id
limit 10

-- query: lost
select
    deal_name,
    account_name,
    rep_name,
    closed_on,
    deal_amount,
    stage,
    loss_reason,
    competitor,
    deal_id,
    account_id,
    rep_id
from marts.deal_register
where
    outcome = 'lost'
    and closed_on between (select max(week_start_on) from marts.dim_date where week_end_on <= $business_on)
    and $business_on
order by deal_amount desc nulls last, deal_id
limit 10

-- query: movement
with week as (
    select *
    from marts.pipeline_movement
    where
        scope_type = $scope_type and scope_id = $scope_id
        and period_type = 'week'
        and period_start_on = (
            select max(week_start_on) from marts.dim_date where week_end_on <= $business_on
        )
)

select
    step.movement,
    step.deal_count,
    step.change_amount,
    step.is_total
from week,
    unnest([
        {'place': 1, 'movement': 'start', 'deal_count': start_deal_count, 'change_amount': start_amount, 'is_total': true},
        {'place': 2, 'movement': 'new', 'deal_count': new_deal_count, 'change_amount': new_amount, 'is_total': false},
        {'place': 3, 'movement': 'pulled_in', 'deal_count': pulled_in_deal_count, 'change_amount': pulled_in_amount, 'is_total': false},
        {'place': 4, 'movement': 'closed_early', 'deal_count': closed_early_deal_count, 'change_amount': closed_early_amount, 'is_total': false},
        {'place': 5, 'movement': 'resumed', 'deal_count': resumed_deal_count, 'change_amount': resumed_amount, 'is_total': false},
        {'place': 6, 'movement': 'reopened', 'deal_count': reopened_deal_count, 'change_amount': reopened_amount, 'is_total': false},
        {'place': 7, 'movement': 'grown', 'deal_count': null, 'change_amount': grown_amount, 'is_total': false},
        {'place': 8, 'movement': 'shrunk', 'deal_count': null, 'change_amount': -shrunk_amount, 'is_total': false},
        {'place': 9, 'movement': 'revalued', 'deal_count': null, 'change_amount': revalued_amount, 'is_total': false},
        {'place': 10, 'movement': 'pushed', 'deal_count': pushed_deal_count, 'change_amount': -pushed_amount, 'is_total': false},
        {'place': 11, 'movement': 'slipped', 'deal_count': slipped_deal_count, 'change_amount': -slipped_amount, 'is_total': false},
        {'place': 12, 'movement': 'suspended', 'deal_count': suspended_deal_count, 'change_amount': -suspended_amount, 'is_total': false},
        {'place': 13, 'movement': 'won', 'deal_count': won_deal_count, 'change_amount': -won_amount, 'is_total': false},
        {'place': 14, 'movement': 'lost', 'deal_count': lost_deal_count, 'change_amount': -lost_amount, 'is_total': false},
        {'place': 15, 'movement': 'discarded', 'deal_count': discarded_deal_count, 'change_amount': -discarded_amount, 'is_total': false},
        {'place': 16, 'movement': 'transferred', 'deal_count': transferred_deal_count, 'change_amount': transferred_amount, 'is_total': false},
        {'place': 17, 'movement': 'end', 'deal_count': end_deal_count, 'change_amount': end_amount, 'is_total': true}
    ]) as steps (step)
where step.is_total or step.change_amount <> 0
order by step.place

-- query: forecast
select
    period_type,
    horizon,
    period_start_on,
    forecast_method,
    booked_amount,
    expected_amount,
    forecast_amount,
    lower_80_amount,
    upper_80_amount
from marts.sales_forecast
where scope_type = $scope_type and scope_id = $scope_id and is_best_method and period_type in ('week', 'month')
order by list_position(['day', 'week', 'month', 'quarter', 'year'], period_type), horizon

-- query: due
select
    deal_name,
    account_name,
    rep_name,
    stage,
    deal_amount,
    expected_close_on,
    forecast_category,
    silent_days,
    next_action,
    deal_id,
    account_id,
    rep_id
from marts.deal_register
where outcome = 'open' and expected_close_on between $business_on + 1 and $business_on + 7
order by deal_amount desc nulls last, deal_id
limit 20

-- query: follow_ups
select
    item_name,
    item_type,
    rep_name,
    reason,
    silent_days,
    next_action,
    next_action_due_on,
    item_amount,
    account_id,
    rep_id
from marts.follow_up_queue
order by queue_rank
limit 15

-- query: leaders
select
    metric,
    rank,
    rep_name,
    case when metric in ('net_sales', 'bookings', 'margin') then metric_value end as value_amount,
    case when metric = 'attainment' then metric_value end as attainment_ratio,
    case when metric = 'deals_won' then cast(metric_value as bigint) end as deals_won_count,
    rep_id
from marts.leaderboard
where period_type = 'month'
    and period_start_on = (
        select max(month_start_on) from marts.dim_date where month_end_on <= $business_on
    )
    and metric_value > 0
qualify row_number() over (partition by metric order by position) <= 3
order by list_position(['net_sales', 'bookings', 'attainment', 'deals_won', 'margin'], metric), position

-- query: climbers
select
    metric,
    rep_name,
    previous_rank,
    rank,
    rank_change,
    rep_id
from marts.leaderboard
where period_type = 'month'
    and period_start_on = (
        select max(month_start_on) from marts.dim_date where month_end_on <= $business_on
    )
    and rank_change > 0
    and metric in ('net_sales', 'bookings', 'attainment')
qualify row_number() over (partition by metric order by rank_change desc, position) <= 3
order by list_position(['net_sales', 'bookings', 'attainment'], metric), rank_change desc, position

-- query: first_time
select
    rep.rep_name,
    month.metric,
    month.actual_amount,
    month.target_amount,
    month.attainment_ratio,
    rep.rep_id
from marts.target_attainment as month
inner join marts.dim_rep as rep on month.scope_id = rep.rep_id
where
    month.scope_type = 'rep' and month.metric in ('net_sales', 'bookings') and month.is_current_plan
    and month.period_type = 'month'
    and month.period_start_on = (
        select max(month_start_on) from marts.dim_date where month_end_on <= $business_on
    )
    and month.attainment_ratio >= 1
    and not exists (
        select 1
        from marts.target_attainment as earlier
        where
            earlier.scope_type = 'rep' and earlier.scope_id = month.scope_id and earlier.metric = month.metric
            and earlier.period_type = 'month' and earlier.is_current_plan
            and earlier.period_start_on < month.period_start_on and earlier.attainment_ratio >= 1
    )
order by month.attainment_ratio desc, rep.rep_name

-- query: near
select
    rep.rep_name,
    month.metric,
    month.actual_amount,
    month.target_amount,
    month.attainment_ratio,
    month.variance_amount,
    rep.rep_id
from marts.target_attainment as month
inner join marts.dim_rep as rep on month.scope_id = rep.rep_id
where
    month.scope_type = 'rep' and month.metric in ('net_sales', 'bookings') and month.is_current_plan
    and month.period_type = 'month'
    and month.period_start_on = (
        select max(month_start_on) from marts.dim_date where month_end_on <= $business_on
    )
    and month.attainment_ratio >= 0.9 and month.attainment_ratio < 1
order by month.attainment_ratio desc, rep.rep_name

-- query: steady
select
    rep.rep_name,
    month.metric,
    count(*) filter (where month.attainment_ratio >= 1) as months_on_target_count,
    count(*) as months_with_target_count,
    min(month.attainment_ratio) as lowest_attainment_ratio,
    rep.rep_id
from marts.target_attainment as month
inner join marts.dim_rep as rep on month.scope_id = rep.rep_id
where
    month.scope_type = 'rep' and month.metric in ('net_sales', 'bookings') and month.is_current_plan
    and month.attainment_ratio is not null and month.period_type = 'month'
    and month.period_start_on in (
        select distinct month_start_on
        from marts.dim_date
        where month_end_on <= $business_on
        order by month_start_on desc
        limit 6
    )
group by rep.rep_name, rep.rep_id, month.metric
having count(*) filter (where month.attainment_ratio >= 1) >= 3
order by months_on_target_count desc, lowest_attainment_ratio desc, rep.rep_name
limit 10
