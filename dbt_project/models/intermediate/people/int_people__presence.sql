-- Grain: rep × fiscal month, quarter or year in which the rep is employed or has sales, deals or a target.
-- A rep who sold nothing is there all the same. Employment is what the CRM says, from the first sale of the company
-- on; a rep it has switched off without a last day counts only where something happened.
with

reps as (select * from {{ ref('dim_rep') }}),

periods as (select * from {{ ref('int_people__periods') }}),

sales as (select * from {{ ref('int_targets__actuals_by_period') }}),

deals as (select * from {{ ref('int_people__closed_deals') }}),

targets as (select * from {{ ref('int_targets__by_period') }}),

first_days as (
    select min(first_on) as first_on
    from (
        select min(period_start_on) as first_on
        from sales
        where period_type = 'day'
        union all
        select min(closed_on) as first_on
        from deals
    ) as activities
),

employed as (
    select distinct
        reps.rep_id,
        periods.period_type,
        periods.period_start_on
    from reps
    cross join first_days
    inner join periods
        on
            first_days.first_on <= periods.date_on
            and periods.date_on >= coalesce(reps.hired_on, first_days.first_on)
            and periods.date_on <= coalesce(reps.left_on, periods.date_on)
    where
        not reps.is_inferred
        and reps.rep_id <> '(none)'
        and (reps.is_active or reps.left_on is not null)
),

active as (
    select
        scope_id as rep_id,
        period_type,
        period_start_on
    from sales
    where scope_type = 'rep' and period_type in ('month', 'quarter', 'year')
    union
    select
        deals.rep_id,
        periods.period_type,
        periods.period_start_on
    from deals
    inner join periods on deals.closed_on = periods.date_on
),

targeted as (
    select distinct
        scope_id as rep_id,
        period_type,
        period_start_on
    from targets
    where
        scope_type = 'rep'
        and period_type in ('month', 'quarter', 'year')
        and period_start_on <= {{ as_of_date() }}
),

present as (
    select * from employed
    union
    select * from active
    union
    select * from targeted
),

final as (
    select
        present.rep_id,
        present.period_type,
        present.period_start_on,
        active.rep_id is not null as is_active
    from present
    left join active
        on
            present.rep_id = active.rep_id
            and present.period_type = active.period_type
            and present.period_start_on = active.period_start_on
)

select * from final
