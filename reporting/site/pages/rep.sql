/*
title: Rep
order: 35
editions: [rep, lead, supervisor, director]
each: reps
*/

-- query: reps
select
    rep_id as id,
    coalesce(rep_name, rep_id) as name
from marts.dim_rep
where not is_inferred and rep_id <> '(none)'
order by name, id

-- query: who
select
    rep.role_name,
    team.team_name,
    territory.territory_name,
    rep.hired_on,
    rep.left_on,
    rep.team_id
from marts.dim_rep as rep
left join marts.dim_team as team on rep.team_id = team.team_id
left join marts.dim_territory as territory on rep.territory_id = territory.territory_id
where rep.rep_id = $id

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
    status
from marts.target_attainment
where
    scope_type = 'rep' and scope_id = $id
    and metric in ('net_sales', 'revenue', 'bookings')
    and period_type = '{period}' and is_current_plan and target_amount is not null
    and $business_on between period_start_on and period_end_on
order by list_position(['net_sales', 'revenue', 'bookings'], metric)

-- query: ranks
select
    period_type,
    metric,
    rank,
    rep_count,
    previous_rank,
    rank_change,
    share_of_total_ratio
from marts.leaderboard
where rep_id = $id and $business_on between period_start_on and period_end_on
order by
    list_position(['day', 'week', 'month', 'quarter', 'year'], period_type),
    list_position(['net_sales', 'bookings', 'attainment', 'deals_won', 'margin'], metric)

-- query: scorecard
select
    period_type,
    period_start_on,
    net_sales_amount,
    booking_amount,
    margin_amount,
    order_count,
    target_amount,
    attainment_ratio,
    deals_won_count,
    deals_lost_count,
    win_count_ratio,
    win_value_ratio,
    sales_cycle_median_days,
    sales_cycle_deal_count,
    rank_in_company,
    previous_rank_in_company
from marts.rep_scorecard
where rep_id = $id and period_end_on >= $business_on - 400 and period_start_on <= $business_on
order by list_position(['day', 'week', 'month', 'quarter', 'year'], period_type), period_start_on desc

-- query: plan
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
    scope_type = 'rep' and scope_id = $id
    and period_type in ('day', 'week', 'month', 'quarter', 'year')
    and is_current_plan and target_amount is not null
    and $business_on between period_start_on and period_end_on
order by
    list_position(['net_sales', 'revenue', 'bookings', 'margin', 'units', 'deals_won'], metric),
    list_position(['day', 'week', 'month', 'quarter', 'year'], period_type)

-- query: past_plan
select
    metric,
    period_type,
    period_start_on,
    actual_amount,
    target_amount,
    attainment_ratio,
    variance_amount,
    status
from marts.target_attainment
where
    scope_type = 'rep' and scope_id = $id
    and is_current_plan and target_amount is not null
    and period_type in ('month', 'quarter', 'year')
    and period_end_on >= $business_on - 365 and period_end_on < $business_on
order by
    list_position(['day', 'week', 'month', 'quarter', 'year'], period_type),
    period_start_on desc,
    list_position(['net_sales', 'revenue', 'bookings', 'margin', 'units', 'deals_won'], metric)

-- query: net_sales_line
select
    period_start_on as day_on,
    case
        when period_start_on <= $business_on then sum(actual_amount) over (order by period_start_on)
    end as actual_amount,
    sum(target_amount) over (order by period_start_on) as target_amount
from marts.target_attainment
where
    scope_type = 'rep' and scope_id = $id
    and metric = 'net_sales' and period_type = 'day' and is_current_plan
    and period_start_on between $month_start_on and $month_end_on
order by period_start_on

-- query: bookings_line
select
    period_start_on as day_on,
    case
        when period_start_on <= $business_on then sum(actual_amount) over (order by period_start_on)
    end as actual_amount,
    sum(target_amount) over (order by period_start_on) as target_amount
from marts.target_attainment
where
    scope_type = 'rep' and scope_id = $id
    and metric = 'bookings' and period_type = 'day' and is_current_plan
    and period_start_on between $month_start_on and $month_end_on
order by period_start_on

-- query: days
select
    sales_on,
    sum(net_sales_amount) as net_sales_amount,
    sum(booking_amount) as booking_amount
from marts.daily_sales
where rep_id = $id and sales_on between $business_on - 41 and $business_on
group by sales_on
order by sales_on

-- query: months
select
    period_start_on as sales_month,
    net_sales_amount,
    booking_amount,
    target_amount
from marts.rep_scorecard
where rep_id = $id and period_type = 'month' and period_start_on <= $business_on
order by period_start_on

-- query: categories
select
    nullif(product_category, '(none)') as product_category,
    sum(net_sales_amount) as net_sales_amount,
    sum(margin_amount) as margin_amount,
    sum(unit_count) as unit_count,
    sum(booking_amount) as booking_amount
from marts.daily_sales
where
    rep_id = $id
    and sales_on between $fiscal_year_start_on and $business_on
group by all
order by net_sales_amount desc, product_category

-- query: channels
select
    nullif(channel, '(none)') as channel,
    sum(net_sales_amount) as net_sales_amount,
    sum(margin_amount) as margin_amount,
    sum(unit_count) as unit_count,
    sum(booking_amount) as booking_amount
from marts.daily_sales
where
    rep_id = $id
    and sales_on between $fiscal_year_start_on and $business_on
group by all
order by net_sales_amount desc, channel

-- query: streams
select
    nullif(revenue_stream, '(none)') as revenue_stream,
    sum(net_sales_amount) as net_sales_amount,
    sum(margin_amount) as margin_amount,
    sum(unit_count) as unit_count,
    sum(booking_amount) as booking_amount
from marts.daily_sales
where
    rep_id = $id
    and sales_on between $fiscal_year_start_on and $business_on
group by all
order by net_sales_amount desc, revenue_stream

-- query: pipeline
select
    stage,
    sum(open_deal_count) as open_deal_count,
    sum(open_amount) as open_amount,
    sum(weighted_amount) as weighted_amount,
    sum(overdue_deal_count) as overdue_deal_count,
    sum(overdue_amount) as overdue_amount
from marts.pipeline_daily
where rep_id = $id and pipeline_on = $business_on
group by stage
order by min(stage_position), stage

-- query: health
select
    period_type,
    horizon,
    target_amount,
    booked_amount,
    due_amount,
    coverage_status,
    coverage_ratio,
    needed_coverage_ratio,
    push_count_ratio,
    win_count_ratio,
    mean_won_amount,
    mean_cycle_days,
    velocity_amount_per_day as velocity_per_day_amount
from marts.pipeline_health
where scope_type = 'rep' and scope_id = $id and horizon <> 'past'
order by list_position(['week', 'month', 'quarter', 'year'], period_type), list_position(['current', 'next'], horizon)

-- query: open_deals
select
    deal_name,
    account_name,
    stage,
    deal_amount,
    probability as probability_ratio,
    expected_close_on,
    days_in_stage as stage_days,
    silent_days,
    next_action,
    next_action_due_on,
    is_stalled,
    is_overdue,
    deal_id,
    account_id
from marts.deal_register
where rep_id = $id and outcome = 'open'
order by expected_close_on nulls last, deal_amount desc nulls last, deal_id

-- query: follow_ups
select
    rep_queue_rank,
    item_name,
    item_type,
    stage,
    reason,
    silent_days,
    last_interaction_on,
    next_action,
    next_action_due_on,
    item_amount,
    account_id
from marts.follow_up_queue
where rep_id = $id
order by rep_queue_rank
limit 30

-- query: leaks
select
    period_type,
    stage,
    decided_deal_count,
    lost_deal_count,
    conversion_ratio,
    own_past_conversion_ratio,
    own_past_decided_deal_count,
    team_conversion_ratio,
    team_decided_deal_count,
    others_conversion_ratio,
    others_decided_deal_count,
    closed_deal_count as closed_deals_count,
    forecast_won_deal_count,
    won_deal_count as won_deals_count,
    forecast_won_amount,
    won_amount,
    compared_with,
    excess_lost_deal_count,
    excess_lost_amount,
    is_leak
from marts.pipeline_leaks
where scope_type = 'rep' and scope_id = $id and $business_on between period_start_on and period_end_on
order by list_position(['day', 'week', 'month', 'quarter', 'year'], period_type), stage_position

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
    upper_80_amount,
    lower_95_amount,
    upper_95_amount
from marts.sales_forecast
where scope_type = 'rep' and scope_id = $id and is_best_method
order by list_position(['day', 'week', 'month', 'quarter', 'year'], period_type), horizon

-- query: forecast_span
select
    forecast_method,
    forecast_amount,
    lower_80_amount,
    upper_80_amount,
    lower_95_amount,
    upper_95_amount
from marts.sales_forecast
where
    scope_type = 'rep' and scope_id = $id
    and period_type = 'month' and horizon = 'next' and lower_80_amount is not null
order by is_best_method desc, forecast_method
