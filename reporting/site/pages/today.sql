/*
title: Today
order: 10
*/

-- query: day
select
    sales_on,
    is_working_day,
    order_count,
    net_sales_amount,
    booking_amount,
    deals_won_count,
    target_amount,
    net_sales_amount - last_year_net_sales_amount as change_amount,
    last_year_net_sales_amount,
    net_sales_growth_ratio,
    is_anomaly,
    expected_net_sales_amount
from marts.daily_sales_summary
where sales_on = $business_on

-- query: plan
select
    period_type,
    metric,
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
    and metric in ('revenue', 'net_sales', 'bookings')
    and period_type in ('day', 'week', 'month', 'quarter', 'year')
    and is_current_plan and target_amount is not null
    and $business_on between period_start_on and period_end_on
order by
    list_position(['net_sales', 'revenue', 'bookings'], metric),
    list_position(['day', 'week', 'month', 'quarter', 'year'], period_type)

-- query: {period}; period: month, quarter
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
    projection_amount,
    required_run_rate_amount,
    status
from marts.target_attainment
where
    scope_type = $scope_type and scope_id = $scope_id
    and metric in ('net_sales', 'bookings')
    and period_type = '{period}' and is_current_plan and target_amount is not null
    and $business_on between period_start_on and period_end_on
order by list_position(['net_sales', 'bookings'], metric)

-- query: own_days
select
    sales_on,
    sum(net_sales_amount) as net_sales_amount,
    sum(booking_amount) as booking_amount,
    sum(order_count) as order_count
from marts.daily_sales
where sales_on between $business_on - 41 and $business_on
group by sales_on
order by sales_on

-- query: own_day
with days as (
    select
        coalesce(sum(net_sales_amount) filter (where sales_on = $business_on), 0) as net_sales_amount,
        coalesce(sum(booking_amount) filter (where sales_on = $business_on), 0) as booking_amount,
        coalesce(sum(deals_won_count) filter (where sales_on = $business_on), 0) as deals_won_count,
        coalesce(sum(order_count) filter (where sales_on = $business_on), 0) as order_count,
        sum(net_sales_amount) filter (where sales_on = $business_on - 364) as last_year_net_sales_amount
    from marts.daily_sales
    where sales_on in ($business_on, $business_on - 364)
)
select
    net_sales_amount,
    booking_amount,
    deals_won_count,
    order_count,
    (
        select max(target_amount)
        from marts.target_attainment
        where
            scope_type = $scope_type and scope_id = $scope_id and metric = 'net_sales'
            and period_type = 'day' and is_current_plan and period_start_on = $business_on
    ) as target_amount,
    last_year_net_sales_amount,
    if(last_year_net_sales_amount > 0, net_sales_amount / last_year_net_sales_amount - 1, null)
        as net_sales_growth_ratio
from days

-- query: trend
select
    sales_on,
    net_sales_amount,
    target_amount,
    last_year_net_sales_amount
from marts.daily_sales_summary
where sales_on between $business_on - 41 and $business_on
order by sales_on

-- query: day_entries
select
    entry_type,
    coalesce(deal_name, entry_id) as entry_name,
    rep_name,
    channel,
    unit_count,
    net_sales_amount,
    booking_amount,
    rep_id
from marts.sales_entries
where sales_on = $business_on
order by net_sales_amount + booking_amount desc, entry_type, entry_id, rep_id

-- query: month_entries
select
    sales_on,
    entry_type,
    coalesce(deal_name, entry_id) as entry_name,
    rep_name,
    channel,
    unit_count,
    net_sales_amount,
    booking_amount,
    rep_id
from marts.sales_entries
where
    sales_on between $fiscal_month_start_on and $business_on
order by sales_on desc, net_sales_amount + booking_amount desc, entry_type, entry_id, rep_id

-- query: ahead_{metric}; metric: net_sales, booking
select
    rank,
    coalesce(rep_name, rep_id) as rep_name,
    metric_value as {metric}_amount,
    share_of_total_ratio,
    rank_change,
    rep_id
from marts.leaderboard
where
    metric = replace('{metric}', 'booking', 'bookings') and period_type = 'month'
    and $business_on between period_start_on and period_end_on
order by position
limit 5

-- query: ahead_team_{metric}; metric: net_sales, bookings
select
    team.team_name,
    attainment.actual_amount,
    attainment.target_amount,
    attainment.attainment_ratio,
    attainment.status,
    attainment.scope_id as team_id
from marts.target_attainment as attainment
inner join marts.dim_team as team on attainment.scope_id = team.team_id
where
    attainment.scope_type = 'team' and attainment.metric = '{metric}'
    and attainment.period_type = 'month' and attainment.is_current_plan
    and $business_on between attainment.period_start_on and attainment.period_end_on
    and team.team_id not in (select parent_team_id from marts.dim_team where parent_team_id is not null)
    and team.team_id <> '(none)'
order by attainment.actual_amount desc, team_id

-- query: at_risk
select
    count(*) as deal_count,
    coalesce(sum(deal_amount), 0) as deal_amount,
    count(*) filter (where is_stalled) as stalled_deal_count,
    count(*) filter (where is_overdue) as overdue_deal_count,
    count(*) filter (where is_next_action_overdue) as late_action_count
from marts.deal_register
where outcome = 'open' and not is_suspended and (is_stalled or is_overdue or is_next_action_overdue)

-- query: risk
select
    deal_name,
    account_name,
    rep_name,
    stage,
    deal_amount,
    expected_close_on,
    days_in_stage as stage_days,
    silent_days,
    is_stalled,
    is_overdue,
    is_next_action_overdue,
    rep_id
from marts.deal_register
where outcome = 'open' and not is_suspended and (is_stalled or is_overdue or is_next_action_overdue)
order by deal_amount desc nulls last, deal_id

-- query: follow_up
select
    item_name,
    item_type,
    reason,
    silent_days,
    last_interaction_on,
    next_action,
    rep_name,
    item_amount,
    rep_id
from marts.follow_up_queue
order by queue_rank
limit 8

-- query: expected
select
    period_type,
    forecast_method,
    booked_amount,
    expected_amount,
    forecast_amount,
    lower_80_amount,
    upper_80_amount
from marts.sales_forecast
where scope_type = $scope_type and scope_id = $scope_id and horizon = 'current' and is_best_method
order by list_position(['week', 'month', 'quarter'], period_type)

-- query: warnings
select
    check_name,
    scope,
    message
from meta.checks
where outcome <> 'pass'
order by scope, check_name
limit 5
