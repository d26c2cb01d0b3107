/*
title: Forecast
order: 44
*/

-- query: best
select
    period_type,
    horizon,
    period_start_on,
    period_end_on,
    forecast_method,
    booked_deal_count as booked_deals_count,
    booked_amount,
    expected_amount,
    forecast_amount,
    lower_80_amount,
    upper_80_amount,
    lower_95_amount,
    upper_95_amount,
    company_error_ratio as error_ratio,
    company_bias_ratio as bias_ratio
from marts.sales_forecast
where scope_type = $scope_type and scope_id = $scope_id and is_best_method
order by list_position(['week', 'month', 'quarter'], period_type), list_position(['current', 'next'], horizon)

-- query: with_intervals
select
    period_type,
    horizon,
    forecast_method,
    booked_amount,
    expected_amount,
    forecast_amount,
    lower_80_amount,
    upper_80_amount,
    lower_95_amount,
    upper_95_amount,
    company_coverage_80_ratio as coverage_80_ratio,
    company_coverage_95_ratio as coverage_95_ratio
from marts.sales_forecast
where scope_type = $scope_type and scope_id = $scope_id and lower_80_amount is not null
order by list_position(['week', 'month', 'quarter'], period_type), list_position(['current', 'next'], horizon), forecast_method

-- query: {period}s; period: week, month, quarter
select
    horizon,
    forecast_method,
    period_end_on,
    booked_amount,
    expected_amount,
    forecast_amount,
    lower_80_amount,
    upper_80_amount,
    lower_95_amount,
    upper_95_amount,
    basis_deal_count as basis_deals_count,
    unvalued_deal_count as unvalued_deals_count,
    is_best_method
from marts.sales_forecast
where
    scope_type = $scope_type and scope_id = $scope_id and period_type = '{period}'
    and forecast_method not in ('category_best_case_only', 'category_pipeline_only')
order by list_position(['current', 'next'], horizon), is_best_method desc, forecast_method

-- query: categories
select
    period_type,
    horizon,
    any_value(booked_amount) as booked_amount,
    sum(expected_amount) filter (where forecast_method = 'category_commit') as commit_amount,
    sum(expected_amount) filter (where forecast_method = 'category_best_case_only') as best_case_only_amount,
    sum(expected_amount) filter (where forecast_method = 'category_pipeline_only') as pipeline_only_amount,
    sum(forecast_amount) filter (where forecast_method = 'category_commit') as booked_and_commit_amount,
    sum(forecast_amount) filter (where forecast_method = 'category_best_case') as with_best_case_amount,
    sum(forecast_amount) filter (where forecast_method = 'category_pipeline') as with_pipeline_amount
from marts.sales_forecast
where scope_type = $scope_type and scope_id = $scope_id and forecast_method like 'category%'
group by period_type, horizon
order by list_position(['week', 'month', 'quarter'], period_type), list_position(['current', 'next'], horizon)

-- query: record
select
    period_type,
    accuracy_rank,
    forecast_method,
    forecast_count as forecasts_count,
    mean_forecast_amount,
    mean_actual_amount,
    error_ratio,
    bias_ratio,
    error_to_naive_ratio,
    coverage_80_ratio,
    coverage_95_ratio
from marts.forecast_accuracy
where scope_type = $scope_type and scope_id = $scope_id and lead_weeks = 0
order by list_position(['week', 'month', 'quarter'], period_type), accuracy_rank nulls last, forecast_method

-- query: record_by_lead
select
    period_type,
    lead_weeks,
    forecast_method,
    forecast_count as forecasts_count,
    error_ratio,
    bias_ratio,
    error_to_naive_ratio,
    coverage_80_ratio,
    coverage_95_ratio
from marts.forecast_accuracy
where scope_type = $scope_type and scope_id = $scope_id and lead_weeks > 0 and accuracy_rank = 1
order by list_position(['week', 'month', 'quarter'], period_type), lead_weeks, forecast_method
