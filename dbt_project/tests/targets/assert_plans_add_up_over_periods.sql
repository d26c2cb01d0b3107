-- Days, months and quarters of the plan in force add up to its years, to the last digit.
with

attainments as (
    select
        attainment.*,
        days.fiscal_year_start_on
    from {{ ref('target_attainment') }} as attainment
    inner join {{ ref('dim_date') }} as days on attainment.period_start_on = days.date_on
    where attainment.is_current_plan and attainment.period_type in ('day', 'month', 'quarter', 'year')
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
    from attainments
    group by scope_type, scope_id, metric, fiscal_year_start_on
)

select *
from summed
where days_amount <> years_amount or months_amount <> years_amount or quarters_amount <> years_amount
