/*
days:
  title: Daily sales
  meaning: Sales of the company on every day, and how the month and the year stood on it.
own_days:
  title: Own daily sales
  meaning: What the edition's own reps sold, by day, channel and product category, of the last thirteen months.
entries:
  title: Behind the sales
  meaning: >-
    What was sold, taken back and won, order by order and deal by deal, of the running quarter and six weeks at least.
targets:
  title: Targets
  meaning: What was planned and what was reached, of the running periods and those of the last thirteen months.
reps:
  title: Reps
  meaning: What each rep sold, won and lost, by month, quarter and year.
teams:
  title: Teams
  meaning: What each team sold, won and lost, by month, quarter and year.
leaders:
  title: Leaderboard
  meaning: Who was ahead in the running and the last two months, quarters and years.
open_deals:
  title: Open deals
  meaning: Every open deal, the largest first.
closed_deals:
  title: Closed deals
  meaning: Deals won and lost in the last thirteen months, the latest first.
follow_up:
  title: Follow-up
  meaning: Deals and leads that somebody must speak to, the most urgent first.
movement:
  title: Pipeline movement
  meaning: What came into the pipeline and what left it, by month and quarter.
health:
  title: Pipeline health
  meaning: Coverage, win ratios and pace of deals, by month and quarter.
forecast:
  title: Forecast
  meaning: >-
    What the running and the next week, month and quarter will bring, by the method that was most exact so far;
    the edition's own sums by every method.
products:
  title: Products
  meaning: Sales of each product by month.
leads:
  title: Leads
  meaning: Leads by month, channel and rep, and what became of them.
losses:
  title: Losses
  meaning: Why deals were lost, and to whom, by month and quarter.
feedback:
  title: Feedback
  meaning: What staff say about the reports and the tracking, and what they were answered, the latest first.
warnings:
  title: Data warnings
  meaning: Checks of the data that did not pass.
sources:
  title: Sources
  meaning: Rows that each source delivered, and that were refused.
*/

-- query: days
select
    sales_on,
    is_working_day,
    order_count,
    unit_count,
    gross_sales_amount,
    discount_amount,
    refund_amount,
    net_sales_amount,
    margin_amount,
    deals_won_count,
    booking_amount,
    last_year_net_sales_amount,
    net_sales_growth_ratio,
    target_amount,
    month_to_date_net_sales_amount,
    month_to_date_target_amount,
    month_pace_ratio,
    year_to_date_net_sales_amount,
    is_anomaly
from marts.daily_sales_summary
where
    sales_on > $business_on - if($edition = 'rep', interval 3 month, interval 13 month)
order by sales_on desc

-- query: own_days
select
    sales_on,
    channel,
    product_category,
    sum(order_count) as order_count,
    sum(unit_count) as unit_count,
    sum(gross_sales_amount) as gross_sales_amount,
    sum(discount_amount) as discount_amount,
    sum(refund_amount) as refund_amount,
    sum(net_sales_amount) as net_sales_amount,
    sum(deals_won_count) as deals_won_count,
    sum(booking_amount) as booking_amount
from marts.daily_sales
where $edition = 'rep' and sales_on > $business_on - interval 13 month
group by sales_on, channel, product_category
order by sales_on desc, channel, product_category

-- query: entries
select
    sales_on,
    entry_type,
    entry_id as entry_number,
    deal_name,
    rep_name,
    channel,
    unit_count,
    net_sales_amount,
    booking_amount
from marts.sales_entries
order by sales_on desc, entry_type, entry_id, rep_id

-- query: targets
select
    attainment.scope_type,
    coalesce(reps.rep_name, teams.team_name, attainment.scope_id) as scope_name,
    attainment.metric,
    attainment.period_type,
    attainment.period_start_on,
    attainment.period_end_on,
    attainment.target_amount,
    attainment.target_to_date_amount,
    attainment.actual_amount,
    attainment.attainment_ratio,
    attainment.pace_ratio,
    attainment.variance_amount,
    attainment.status,
    attainment.projection_amount,
    attainment.required_run_rate_amount
from marts.target_attainment as attainment
left join marts.dim_rep as reps on attainment.scope_type = 'rep' and attainment.scope_id = reps.rep_id
left join marts.dim_team as teams on attainment.scope_type = 'team' and attainment.scope_id = teams.team_id
where
    ($edition <> 'rep' or attainment.scope_type = 'rep')
    and attainment.is_current_plan
    and attainment.target_amount is not null
    and attainment.period_type in ('month', 'quarter', 'year')
    and attainment.period_start_on <= $business_on
    and attainment.period_end_on > $business_on - interval 13 month
order by
    list_position(['company', 'team', 'rep'], attainment.scope_type) nulls last,
    attainment.scope_type,
    attainment.scope_id,
    attainment.metric,
    attainment.period_type,
    attainment.period_start_on desc

-- query: reps
select
    rep_id,
    rep_name,
    period_type,
    period_start_on,
    period_end_on,
    net_sales_amount,
    booking_amount,
    revenue_amount,
    margin_amount,
    order_count,
    deals_won_count,
    deals_lost_count,
    win_count_ratio,
    win_value_ratio,
    sales_cycle_median_days,
    sales_cycle_deal_count,
    target_amount,
    attainment_ratio,
    rank_in_company
from marts.rep_scorecard
where period_end_on > $business_on - interval 13 month
order by rep_id, period_type, period_start_on desc

-- query: teams
select
    team_id,
    team_name,
    period_type,
    period_start_on,
    period_end_on,
    active_rep_count,
    net_sales_amount,
    booking_amount,
    revenue_amount,
    margin_amount,
    order_count,
    deals_won_count,
    deals_lost_count,
    win_count_ratio,
    win_value_ratio,
    sales_cycle_median_days,
    sales_cycle_deal_count,
    target_amount,
    attainment_ratio
from marts.team_scorecard
where period_end_on > $business_on - interval 13 month
order by team_id, period_type, period_start_on desc

-- query: leaders
select
    metric,
    period_type,
    period_start_on,
    rank,
    rep_count,
    rep_name,
    metric_value,
    share_of_total_ratio,
    previous_rank,
    rank_change,
    gap_to_next_value
from marts.leaderboard
qualify dense_rank() over (partition by period_type order by period_start_on desc) <= 3
order by metric, period_type, period_start_on desc, position

-- query: open_deals
select
    deal_id,
    deal_name,
    account_name,
    rep_name,
    funnel,
    stage,
    deal_amount as value_amount,
    probability as probability_ratio,
    expected_revenue_amount,
    expected_close_on,
    created_on,
    days_in_stage as stage_days,
    silent_days,
    last_interaction_on,
    next_action,
    next_action_due_on,
    forecast_category,
    is_stalled,
    is_overdue
from marts.deal_register
where outcome = 'open'
order by deal_amount desc nulls last, deal_id

-- query: closed_deals
select
    deal_id,
    deal_name,
    account_name,
    rep_name,
    funnel,
    outcome,
    deal_amount as value_amount,
    created_on,
    closed_on,
    cycle_days,
    lead_source,
    loss_reason,
    competitor
from marts.deal_register
where
    outcome <> 'open'
    and closed_on > $business_on - interval 13 month
order by closed_on desc, deal_id

-- query: follow_up
select
    queue_rank,
    item_type,
    item_id,
    item_name,
    stage,
    rep_name,
    reason,
    last_interaction_on,
    silent_days,
    next_action,
    next_action_due_on,
    item_amount as value_amount
from marts.follow_up_queue
order by queue_rank, item_type, item_id

-- query: movement
select
    scope_type,
    coalesce(reps.rep_name, teams.team_name, scope_id) as scope_name,
    period_type,
    period_start_on,
    period_end_on,
    start_amount,
    new_amount,
    pulled_in_amount,
    closed_early_amount,
    resumed_amount,
    reopened_amount,
    grown_amount,
    shrunk_amount,
    revalued_amount,
    pushed_amount,
    slipped_amount,
    suspended_amount,
    won_amount,
    lost_amount,
    discarded_amount,
    transferred_amount,
    end_amount,
    end_deal_count
from marts.pipeline_movement as movement
left join marts.dim_rep as reps on movement.scope_type = 'rep' and movement.scope_id = reps.rep_id
left join marts.dim_team as teams on movement.scope_type = 'team' and movement.scope_id = teams.team_id
where
    ($edition <> 'rep' or scope_type = 'rep')
    and period_type in ('month', 'quarter')
    and period_start_on > $business_on - interval 13 month
order by
    list_position(['company', 'team', 'rep'], scope_type) nulls last, scope_type, scope_id, period_type, period_start_on desc

-- query: health
select
    scope_type,
    coalesce(reps.rep_name, teams.team_name, scope_id) as scope_name,
    period_type,
    period_start_on,
    period_end_on,
    horizon,
    target_amount,
    booked_amount,
    due_amount,
    coverage_status,
    coverage_ratio,
    needed_coverage_ratio,
    push_count_ratio,
    win_count_ratio,
    win_value_ratio,
    mean_won_amount,
    valued_won_deal_count,
    mean_cycle_days,
    velocity_amount_per_day
from marts.pipeline_health as health
left join marts.dim_rep as reps on health.scope_type = 'rep' and health.scope_id = reps.rep_id
left join marts.dim_team as teams on health.scope_type = 'team' and health.scope_id = teams.team_id
where
    ($edition <> 'rep' or scope_type = 'rep')
    and period_type in ('month', 'quarter')
    and period_start_on > $business_on - interval 13 month
order by
    list_position(['company', 'team', 'rep'], scope_type) nulls last, scope_type, scope_id, period_type, period_start_on desc

-- query: forecast
select
    scope_type,
    coalesce(reps.rep_name, teams.team_name, scope_id) as scope_name,
    horizon,
    period_type,
    period_start_on,
    period_end_on,
    forecast_method,
    is_best_method,
    booked_amount,
    expected_amount,
    overdue_expected_amount,
    forecast_amount,
    lower_80_amount,
    upper_80_amount,
    lower_95_amount,
    upper_95_amount,
    company_error_ratio
from marts.sales_forecast as forecast
left join marts.dim_rep as reps on forecast.scope_type = 'rep' and forecast.scope_id = reps.rep_id
left join marts.dim_team as teams on forecast.scope_type = 'team' and forecast.scope_id = teams.team_id
where is_best_method or (scope_type = $scope_type and scope_id = $scope_id)
order by
    list_position(['company', 'team', 'rep'], scope_type) nulls last,
    scope_type,
    scope_id,
    horizon,
    list_position(['week', 'month', 'quarter'], period_type),
    forecast_method

-- query: products
select
    sales_month,
    product_name,
    product_category,
    order_count,
    unit_count,
    gross_sales_amount,
    discount_amount,
    refund_amount,
    net_sales_amount,
    margin_amount,
    rank_in_month,
    share_of_month_ratio,
    previous_month_net_sales_amount,
    last_year_net_sales_amount
from marts.product_sales
where
    sales_month > $business_on - if($edition = 'rep', interval 3 month, interval 13 month)
order by sales_month desc, rank_in_month, product_id

-- query: leads
select
    period_start_on,
    leads.scope_type,
    coalesce(
        teams.team_name, reps.rep_name, case when leads.scope_type <> 'company' then nullif(leads.scope_id, '(none)') end
    ) as scope,
    lead_count,
    qualified_lead_count,
    qualified_ratio,
    converted_lead_count,
    conversion_ratio,
    open_lead_count,
    unanswered_lead_count,
    median_response_hours
from marts.lead_funnel as leads
left join marts.dim_rep as reps on leads.scope_type = 'rep' and leads.scope_id = reps.rep_id
left join marts.dim_team as teams on leads.scope_type = 'team' and leads.scope_id = teams.team_id
where period_start_on > $business_on - interval 13 month
order by period_start_on desc, leads.scope_type, leads.scope_id

-- query: losses
select
    period_type,
    period_start_on,
    funnel,
    stage,
    loss_reason,
    competitor,
    lost_deal_count,
    lost_amount,
    share_of_lost_deals_ratio
from marts.loss_reasons
where
    $edition <> 'rep' and period_type in ('month', 'quarter')
    and period_start_on > $business_on - interval 7 month
order by period_type, period_start_on desc, lost_amount desc nulls last, funnel, stage, loss_reason, competitor

-- query: feedback
select
    submitted_on,
    feedback_type,
    status,
    rep_id,
    rep_name,
    metric,
    subject,
    reported_value,
    claimed_value,
    message,
    resolution,
    answer,
    answered_on,
    answered_by,
    waiting_days,
    answer_days
from marts.process_feedback
order by submitted_on desc, feedback_id, source_system

-- query: warnings
select
    check_name,
    scope,
    severity,
    outcome,
    message
from meta.checks
where outcome <> 'pass'
order by scope, check_name

-- query: sources
select
    source_system,
    dataset,
    rows_read as read_row_count,
    rows_accepted as accepted_row_count,
    rows_quarantined as refused_row_count,
    newest,
    is_stale
from meta.sources
order by source_system, dataset
