/*
title: Targets
order: 20
*/

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
    scope_type = $scope_type and scope_id = $scope_id
    and metric in ('net_sales', 'revenue', 'bookings')
    and period_type = '{period}' and is_current_plan and target_amount is not null
    and $business_on between period_start_on and period_end_on
order by list_position(['net_sales', 'revenue', 'bookings'], metric)

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
    and period_type in ('day', 'week', 'month', 'quarter', 'year')
    and is_current_plan and target_amount is not null
    and $business_on between period_start_on and period_end_on
order by
    list_position(['net_sales', 'revenue', 'bookings', 'margin', 'units', 'deals_won'], metric),
    list_position(['day', 'week', 'month', 'quarter', 'year'], period_type)

-- query: without_target
select
    metric,
    period_type,
    actual_amount,
    projection_amount
from marts.target_attainment
where
    scope_type = $scope_type and scope_id = $scope_id
    and is_current_plan and target_amount is null
    and $business_on between period_start_on and period_end_on
order by
    list_position(['net_sales', 'revenue', 'bookings', 'margin', 'units', 'deals_won'], metric),
    list_position(['day', 'week', 'month', 'quarter', 'year'], period_type)

-- query: net_sales_line
select
    period_start_on as day_on,
    case
        when period_start_on <= $business_on then sum(actual_amount) over (order by period_start_on)
    end as actual_amount,
    sum(target_amount) over (order by period_start_on) as target_amount
from marts.target_attainment
where
    scope_type = $scope_type and scope_id = $scope_id
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
    scope_type = $scope_type and scope_id = $scope_id
    and metric = 'bookings' and period_type = 'day' and is_current_plan
    and period_start_on between $month_start_on and $month_end_on
order by period_start_on

-- query: company_line
select
    sales_on,
    month_to_date_pace_amount as month_to_date_actual_amount,
    month_to_date_target_amount
from marts.daily_sales_summary
where
    sales_on between $month_start_on and $business_on
order by sales_on

-- query: team_net_sales_{period}; period: month, quarter
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
    attainment.scope_type = 'team' and attainment.metric = 'net_sales'
    and attainment.period_type = '{period}' and attainment.is_current_plan
    and $business_on between attainment.period_start_on and attainment.period_end_on
    and team.team_id not in (select parent_team_id from marts.dim_team where parent_team_id is not null)
    and team.team_id <> '(none)'
order by attainment.actual_amount desc, team_id

-- query: team_bookings_{period}; period: month, quarter
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
    attainment.scope_type = 'team' and attainment.metric = 'bookings'
    and attainment.period_type = '{period}' and attainment.is_current_plan
    and $business_on between attainment.period_start_on and attainment.period_end_on
    and team.team_id not in (select parent_team_id from marts.dim_team where parent_team_id is not null)
    and team.team_id <> '(none)'
order by attainment.actual_amount desc, team_id

-- query: rep_net_sales_{period}; period: month, quarter
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
    and attainment.period_type = '{period}' and attainment.is_current_plan
    and $business_on between attainment.period_start_on and attainment.period_end_on
    and not rep.is_inferred and rep.rep_id <> '(none)'
order by attainment.actual_amount desc, rep_id

-- query: rep_bookings_{period}; period: month, quarter
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
    attainment.scope_type = 'rep' and attainment.metric = 'bookings'
    and attainment.period_type = '{period}' and attainment.is_current_plan
    and $business_on between attainment.period_start_on and attainment.period_end_on
    and not rep.is_inferred and rep.rep_id <> '(none)'
order by attainment.actual_amount desc, rep_id

-- query: territory_net_sales_{period}; period: month, quarter
select
    territory.territory_name,
    attainment.actual_amount,
    attainment.target_amount,
    attainment.attainment_ratio,
    attainment.status
from marts.target_attainment as attainment
inner join marts.dim_territory as territory on attainment.scope_id = territory.territory_id
where
    attainment.scope_type = 'territory' and attainment.metric = 'net_sales'
    and attainment.period_type = '{period}' and attainment.is_current_plan
    and $business_on between attainment.period_start_on and attainment.period_end_on
    and territory.territory_id <> '(none)'
order by attainment.actual_amount desc, attainment.scope_id

-- query: category_net_sales_{period}; period: month, quarter
select
    scope_id as product_category,
    actual_amount,
    target_amount,
    attainment_ratio,
    status
from marts.target_attainment
where
    scope_type = 'product_category' and scope_id <> '(none)' and metric = 'net_sales'
    and period_type = '{period}' and is_current_plan
    and $business_on between period_start_on and period_end_on
order by actual_amount desc, scope_id

-- query: groups
select
    attainment.scope_type,
    team.team_name,
    attainment.metric,
    attainment.period_type,
    attainment.actual_amount,
    attainment.target_to_date_amount,
    attainment.target_amount,
    attainment.pace_ratio,
    attainment.attainment_ratio,
    attainment.variance_amount,
    attainment.projection_amount,
    attainment.status,
    team.team_id
from marts.target_attainment as attainment
left join marts.dim_team as team on attainment.scope_type = 'team' and attainment.scope_id = team.team_id
where
    attainment.scope_type in ('company', 'team') and attainment.scope_id <> '(none)'
    and attainment.is_current_plan and attainment.target_amount is not null
    and attainment.period_type in ('month', 'quarter', 'year')
    and $business_on between attainment.period_start_on and attainment.period_end_on
order by
    list_position(['net_sales', 'revenue', 'bookings', 'margin', 'units', 'deals_won'], attainment.metric),
    list_position(['day', 'week', 'month', 'quarter', 'year'], attainment.period_type),
    team.depth nulls first,
    team.team_name

-- query: reps
select
    rep.rep_name,
    attainment.metric,
    attainment.period_type,
    attainment.actual_amount,
    attainment.target_to_date_amount,
    attainment.target_amount,
    attainment.pace_ratio,
    attainment.attainment_ratio,
    attainment.variance_amount,
    attainment.projection_amount,
    attainment.status,
    attainment.scope_id as rep_id
from marts.target_attainment as attainment
inner join marts.dim_rep as rep on attainment.scope_id = rep.rep_id
where
    attainment.scope_type = 'rep' and attainment.is_current_plan and attainment.target_amount is not null
    and attainment.period_type in ('month', 'quarter', 'year')
    and $business_on between attainment.period_start_on and attainment.period_end_on
order by
    list_position(['net_sales', 'revenue', 'bookings', 'margin', 'units', 'deals_won'], attainment.metric),
    list_position(['day', 'week', 'month', 'quarter', 'year'], attainment.period_type),
    rep.rep_name

-- query: territories
select
    territory.territory_name,
    attainment.metric,
    attainment.period_type,
    attainment.actual_amount,
    attainment.target_to_date_amount,
    attainment.target_amount,
    attainment.pace_ratio,
    attainment.attainment_ratio,
    attainment.variance_amount,
    attainment.projection_amount,
    attainment.status,
    attainment.scope_id as territory_id
from marts.target_attainment as attainment
inner join marts.dim_territory as territory on attainment.scope_id = territory.territory_id
where
    attainment.scope_type = 'territory' and attainment.is_current_plan and attainment.target_amount is not null
    and attainment.period_type in ('month', 'quarter', 'year')
    and $business_on between attainment.period_start_on and attainment.period_end_on
order by
    list_position(['net_sales', 'revenue', 'bookings', 'margin', 'units', 'deals_won'], attainment.metric),
    list_position(['day', 'week', 'month', 'quarter', 'year'], attainment.period_type),
    territory.territory_name

-- query: over_assignment
select
    attainment.scope_type,
    coalesce(team.team_name, rep.rep_name, territory.territory_name, attainment.scope_id) as goal_of_name,
    attainment.metric,
    attainment.period_type,
    attainment.target_amount,
    attainment.assigned_amount,
    attainment.over_assignment_amount
from marts.target_attainment as attainment
left join marts.dim_team as team on attainment.scope_type = 'team' and attainment.scope_id = team.team_id
left join marts.dim_rep as rep on attainment.scope_type = 'rep' and attainment.scope_id = rep.rep_id
left join marts.dim_territory as territory
    on attainment.scope_type = 'territory' and attainment.scope_id = territory.territory_id
where
    attainment.over_assignment_amount is not null and attainment.is_current_plan
    and attainment.period_type in ('month', 'quarter', 'year')
    and $business_on between attainment.period_start_on and attainment.period_end_on
order by
    list_position(['net_sales', 'revenue', 'bookings', 'margin', 'units', 'deals_won'], attainment.metric),
    list_position(['day', 'week', 'month', 'quarter', 'year'], attainment.period_type),
    attainment.scope_type,
    goal_of_name

-- query: part_period
select
    rep.rep_name,
    rep.hired_on,
    rep.left_on,
    attainment.metric,
    attainment.period_type,
    attainment.period_start_on,
    attainment.employed_ratio,
    attainment.actual_amount,
    attainment.target_amount,
    attainment.attainment_ratio,
    attainment.target_prorated_amount,
    attainment.attainment_prorated_ratio,
    rep.rep_id
from marts.target_attainment as attainment
inner join marts.dim_rep as rep on attainment.scope_id = rep.rep_id
where
    attainment.scope_type = 'rep' and attainment.is_current_plan and attainment.target_amount is not null
    and attainment.employed_ratio > 0 and attainment.employed_ratio < 1
    and attainment.period_type in ('month', 'quarter', 'year')
    and attainment.period_end_on >= $business_on - 365 and attainment.period_start_on <= $business_on
order by attainment.period_start_on desc, rep.rep_name, attainment.metric, attainment.period_type

-- query: past
select
    period_type,
    period_start_on,
    period_end_on,
    metric,
    actual_amount,
    target_amount,
    attainment_ratio,
    variance_amount,
    variance_ratio,
    status
from marts.target_attainment
where
    scope_type = $scope_type and scope_id = $scope_id
    and is_current_plan and target_amount is not null
    and period_type in ('month', 'quarter', 'year')
    and period_end_on >= $business_on - 365 and period_start_on <= $business_on
order by
    list_position(['day', 'week', 'month', 'quarter', 'year'], period_type),
    period_start_on desc,
    list_position(['net_sales', 'revenue', 'bookings', 'margin', 'units', 'deals_won'], metric)

-- query: plan_versions
select
    metric,
    period_type,
    period_start_on,
    plan_version,
    is_current_plan,
    target_amount,
    actual_amount,
    attainment_ratio,
    variance_amount
from marts.target_attainment as version
where
    scope_type = $scope_type and scope_id = $scope_id
    and target_amount is not null and period_type in ('month', 'quarter', 'year')
    and $business_on between period_start_on and period_end_on
    and exists (
        select 1
        from marts.target_attainment as other
        where
            other.scope_type = version.scope_type and other.scope_id = version.scope_id
            and other.metric = version.metric and other.period_type = version.period_type
            and other.period_start_on = version.period_start_on
            and other.plan_version not in (version.plan_version, '(none)')
    )
order by
    list_position(['net_sales', 'revenue', 'bookings', 'margin', 'units', 'deals_won'], metric),
    list_position(['day', 'week', 'month', 'quarter', 'year'], period_type),
    plan_version

-- query: unused
select
    source_system,
    scope_type,
    declared_scope_id as declared_for,
    metric,
    period_type,
    period_start_on,
    plan_version,
    declared_amount,
    currency_code,
    finding
from marts.target_register
where finding is not null
order by period_start_on desc, scope_type, declared_scope_id, metric
