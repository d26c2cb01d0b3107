-- Every scope, metric and calendar period has exactly one current row, and every day one target in force.
select
    scope_type,
    scope_id,
    metric,
    period_type,
    period_start_on,
    count(case when is_current_plan then 1 end) as current_count
from {{ ref('target_attainment') }}
where period_type <> 'custom'
group by scope_type, scope_id, metric, period_type, period_start_on
having count(case when is_current_plan then 1 end) <> 1
union all
select
    scope_type,
    scope_id,
    metric,
    'day' as period_type,
    target_on as period_start_on,
    count(in_force_amount) as current_count
from {{ ref('fct_targets_daily') }}
group by scope_type, scope_id, metric, target_on
having count(in_force_amount) <> 1
