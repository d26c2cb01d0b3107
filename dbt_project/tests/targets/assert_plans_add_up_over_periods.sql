-- Days, months and quarters of the plan in force add up to its years, to the last digit.
with

current_plans as (
    select
        attainments.*,
        calendar.fiscal_year_start_on
    from {{ ref('target_attainment') }} as attainments
    inner join {{ ref('dim_date') }} as calendar on attainments.period_start_on = calendar.date_on
    where attainments.is_current_plan and attainments.period_type in ('day', 'month', 'quarter', 'year')
),

summed as (
    select
        scope_type,
        scope_id,
        metric,
        fiscal_year_start_on,
        sum(case when period_type = 'day' then daily_target_amount else 0 end) as days_amount,
        sum(case when period_type = 'month' then daily_target_amount else 0 end) as months_amount,
        sum(case when period_type = 'quarter' then daily_target_amount else 0 end) as quarters_amount,
        sum(case when period_type = 'year' then daily_target_amount else 0 end) as years_amount
    from current_plans
    group by scope_type, scope_id, metric, fiscal_year_start_on
)

select *
from summed
where days_amount <> years_amount or months_amount <> years_amount or quarters_amount <> years_amount
