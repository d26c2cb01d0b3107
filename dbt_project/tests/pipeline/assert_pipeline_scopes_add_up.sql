-- Reps add up to the company; what is transferred within it is nothing to it.
select
    period_type,
    period_start_on
from {{ ref('pipeline_movement') }}
group by period_type, period_start_on
having
    sum(case when scope_type = 'rep' then start_amount else 0 end)
    <> sum(case when scope_type = 'company' then start_amount else 0 end)
    or sum(case when scope_type = 'rep' then end_amount else 0 end)
    <> sum(case when scope_type = 'company' then end_amount else 0 end)
    or sum(case when scope_type = 'rep' then won_amount else 0 end)
    <> sum(case when scope_type = 'company' then won_amount else 0 end)
    or sum(case when scope_type = 'company' then transferred_amount else 0 end) <> 0
