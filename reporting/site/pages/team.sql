/*
title: Team
order: 36
editions: [lead, supervisor, director, board]
each: teams
*/

-- query: teams
with recursive below as (
    select team_id
    from marts.dim_team
    where team_id = $scope_id
    union
    select team.team_id
    from marts.dim_team as team
    inner join below on team.parent_team_id = below.team_id
)

select distinct
    team_id as id,
    coalesce(team_name, team_id) as name
from marts.team_scorecard
where
    team_id <> '(none)' and team_id in (select team_id from marts.dim_team where not is_inferred)
    and ($scope_type = 'company' or team_id in (from below))
order by name, id

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
    scope_type = 'team' and scope_id = $id
    and metric in ('net_sales', 'revenue', 'bookings')
    and period_type = '{period}' and is_current_plan and target_amount is not null
    and $business_on between period_start_on and period_end_on
order by list_position(['net_sales', 'revenue', 'bookings'], metric)

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
    sales_cycle_deal_count
from marts.team_scorecard
where team_id = $id and period_end_on >= $business_on - 400 and period_start_on <= $business_on
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
    scope_type = 'team' and scope_id = $id
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
    scope_type = 'team' and scope_id = $id
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
    scope_type = 'team' and scope_id = $id
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
    scope_type = 'team' and scope_id = $id
    and metric = 'bookings' and period_type = 'day' and is_current_plan
    and period_start_on between $month_start_on and $month_end_on
order by period_start_on

-- query: months
select
    period_start_on as sales_month,
    net_sales_amount,
    booking_amount,
    target_amount
from marts.team_scorecard
where team_id = $id and period_type = 'month' and period_start_on <= $business_on
order by period_start_on

-- query: teams_below
select
    team_name,
    active_rep_count,
    net_sales_amount,
    booking_amount,
    margin_amount,
    deals_won_count,
    win_count_ratio,
    target_amount,
    attainment_ratio,
    team_id
from marts.team_scorecard
where
    parent_team_id = $id and period_type = 'month'
    and $business_on between period_start_on and period_end_on
order by net_sales_amount desc, team_id

-- query: members_{period}; period: month, quarter
with recursive below as (
    select team_id
    from marts.dim_team
    where team_id = $id
    union
    select team.team_id
    from marts.dim_team as team
    inner join below on team.parent_team_id = below.team_id
)

select
    rep_name,
    net_sales_amount,
    previous_net_sales_amount,
    booking_amount,
    margin_amount,
    deals_won_count,
    deals_lost_count,
    win_count_ratio,
    target_amount,
    attainment_ratio,
    rank_in_company,
    rep_id
from marts.rep_scorecard
where
    team_id in (from below) and period_type = '{period}'
    and $business_on between period_start_on and period_end_on
order by rank_in_company nulls last, rep_id

-- query: members_plan
with recursive below as (
    select team_id
    from marts.dim_team
    where team_id = $id
    union
    select team.team_id
    from marts.dim_team as team
    inner join below on team.parent_team_id = below.team_id
)

select
    rep.rep_name,
    attainment.actual_amount,
    attainment.target_amount,
    attainment.attainment_ratio,
    attainment.status,
    attainment.scope_id as rep_id
from marts.target_attainment as attainment
inner join marts.dim_rep as rep on attainment.scope_id = rep.rep_id
where
    attainment.scope_type = 'rep' and attainment.metric = 'net_sales'
    and attainment.period_type = 'month' and attainment.is_current_plan
    and $business_on between attainment.period_start_on and attainment.period_end_on
    and rep.team_id in (from below)
order by attainment.actual_amount desc, rep_id

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
where scope_type = 'team' and scope_id = $id and horizon <> 'past'
order by list_position(['week', 'month', 'quarter', 'year'], period_type), list_position(['current', 'next'], horizon)

-- query: movement
select
    period_type,
    start_amount,
    new_amount,
    pulled_in_amount,
    closed_early_amount,
    resumed_amount,
    won_amount,
    lost_amount,
    pushed_amount,
    slipped_amount,
    suspended_amount,
    end_amount,
    end_deal_count
from marts.pipeline_movement
where scope_type = 'team' and scope_id = $id and is_running
order by list_position(['week', 'month', 'quarter', 'year'], period_type)

-- query: pipeline
with recursive below as (
    select team_id
    from marts.dim_team
    where team_id = $id
    union
    select team.team_id
    from marts.dim_team as team
    inner join below on team.parent_team_id = below.team_id
)

select
    stage,
    sum(open_deal_count) as open_deal_count,
    sum(open_amount) as open_amount,
    sum(weighted_amount) as weighted_amount,
    sum(overdue_deal_count) as overdue_deal_count
from marts.pipeline_daily
where
    pipeline_on = $business_on
    and rep_id in (select rep_id from marts.dim_rep where team_id in (from below))
group by stage
order by min(stage_position), stage

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
where scope_type = 'team' and scope_id = $id and is_best_method
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
    scope_type = 'team' and scope_id = $id
    and period_type = 'month' and horizon = 'next' and lower_80_amount is not null
order by is_best_method desc, forecast_method
