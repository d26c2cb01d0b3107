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
    overdue_expected_amount,
    forecast_amount,
    lower_80_amount,
    upper_80_amount,
    lower_95_amount,
    upper_95_amount,
    basis_deal_count as basis_deals_count,
    unvalued_deal_count as unvalued_deals_count,
    unweighted_deal_count as unweighted_deals_count,
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

-- query: judgements
select
    judged.scope_type,
    coalesce(dim_rep.rep_name, dim_team.team_name) as scope_name,
    judged.period_type,
    judged.horizon,
    judged.period_end_on,
    judged.booked_amount,
    judged.expected_amount,
    judged.forecast_amount as judgement_amount,
    closest.forecast_amount as closest_method_amount,
    judged.forecast_amount - closest.forecast_amount as difference_amount,
    judged.adjusted_on as judged_on,
    judged.adjusted_by as judged_by,
    judged.adjustment_note as why
from marts.sales_forecast as judged
left join marts.sales_forecast as closest
    on
        judged.scope_type = closest.scope_type and judged.scope_id = closest.scope_id
        and judged.period_type = closest.period_type and judged.horizon = closest.horizon and closest.is_best_method
left join marts.dim_rep on judged.scope_type = 'rep' and judged.scope_id = dim_rep.rep_id
left join marts.dim_team on judged.scope_type = 'team' and judged.scope_id = dim_team.team_id
where judged.forecast_method = 'manager_judgement'
order by
    list_position(['company', 'team', 'rep'], judged.scope_type), judged.scope_id,
    list_position(['week', 'month', 'quarter'], judged.period_type), list_position(['current', 'next'], judged.horizon)

-- query: record
select
    period_type,
    horizon,
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
where scope_type = $scope_type and scope_id = $scope_id and lead_weeks = 0 and horizon <> 'all'
order by
    list_position(['week', 'month', 'quarter'], period_type), list_position(['current', 'next'], horizon),
    accuracy_rank nulls last, forecast_method

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
