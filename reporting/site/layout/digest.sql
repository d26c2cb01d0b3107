-- query: day
select
    coalesce(sum(net_sales_amount), 0) as net_sales_amount,
    coalesce(sum(booking_amount), 0) as booking_amount
from marts.daily_sales
where sales_on = $business_on

-- query: net_sales
select
    actual_amount,
    target_to_date_amount,
    pace_ratio
from marts.target_attainment
where
    scope_type = $scope_type and scope_id = $scope_id
    and metric = 'net_sales' and period_type = 'month' and is_current_plan
    and $business_on between period_start_on and period_end_on
order by target_amount is null, plan_version
limit 1

-- query: bookings
select actual_amount
from marts.target_attainment
where
    scope_type = $scope_type and scope_id = $scope_id
    and metric = 'bookings' and period_type = 'month' and is_current_plan
    and $business_on between period_start_on and period_end_on
order by target_amount is null, plan_version
limit 1

-- query: pipeline
select
    count(*) as open_deal_count,
    sum(deal_amount) as open_amount,
    sum(expected_revenue_amount) as weighted_amount
from marts.deal_register
where outcome = 'open'

-- query: forecast
select
    forecast_method,
    forecast_amount,
    lower_80_amount,
    upper_80_amount
from marts.sales_forecast
where
    scope_type = $scope_type and scope_id = $scope_id
    and horizon = 'current' and period_type = 'month' and is_best_method
order by forecast_method
limit 1

-- query: risk
select
    deal_name,
    account_name,
    deal_amount,
    silent_days,
    expected_close_on
from marts.deal_register
where outcome = 'open' and not is_suspended and (is_stalled or is_overdue or is_next_action_overdue)
order by deal_amount desc nulls last, deal_id
limit 5

-- query: follow_up
select
    item_name,
    reason,
    next_action,
    silent_days,
    item_amount
from marts.follow_up_queue
order by queue_rank, item_type, item_id
limit 5

-- query: warnings
select
    scope,
    coalesce(message, check_name) as message
from meta.checks
where outcome <> 'pass'
order by scope, check_name
limit 5
