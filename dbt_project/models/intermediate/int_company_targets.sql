-- Grain: day.
-- The company's target in force, of the day and of the fiscal month, quarter and year it lies in: to date and whole.
-- A company with targets for several metrics is held to one for each fiscal year: revenue before net sales before
-- bookings. Days of a fiscal year without targets have none.
with

targets as (
    select * from {{ ref('fct_targets_daily') }}
    where
        scope_type = 'company'
        and is_current_plan
        and metric in ('revenue', 'net_sales', 'bookings')
),

days as (select * from {{ ref('dim_date') }}),

ordered as (
    select
        days.fiscal_year_start_on,
        targets.target_on,
        targets.metric,
        targets.in_force_amount,
        case targets.metric when 'revenue' then 1 when 'net_sales' then 2 else 3 end as preference
    from targets
    inner join days on targets.target_on = days.date_on
),

preferred as (
    select
        fiscal_year_start_on,
        min(preference) as preference
    from ordered
    group by fiscal_year_start_on
),

chosen as (
    select
        ordered.fiscal_year_start_on,
        ordered.target_on,
        ordered.metric,
        ordered.in_force_amount
    from ordered
    inner join preferred
        on
            ordered.fiscal_year_start_on = preferred.fiscal_year_start_on
            and ordered.preference = preferred.preference
),

metrics as (
    select
        fiscal_year_start_on,
        min(metric) as metric
    from chosen
    group by fiscal_year_start_on
),

by_day as (
    select
        days.date_on,
        days.fiscal_month_start_on,
        days.fiscal_quarter_start_on,
        days.fiscal_year_start_on,
        metrics.metric as target_metric,
        chosen.in_force_amount as target_amount
    from days
    inner join metrics on days.fiscal_year_start_on = metrics.fiscal_year_start_on
    left join chosen on days.date_on = chosen.target_on
),

final as (
    select
        date_on,
        target_metric,
        target_amount,
        sum(target_amount) over (partition by fiscal_month_start_on order by date_on) as month_to_date_target_amount,
        sum(target_amount) over (partition by fiscal_quarter_start_on order by date_on)
            as quarter_to_date_target_amount,
        sum(target_amount) over (partition by fiscal_year_start_on order by date_on) as year_to_date_target_amount,
        sum(target_amount) over (partition by fiscal_month_start_on) as month_target_amount,
        sum(target_amount) over (partition by fiscal_quarter_start_on) as quarter_target_amount,
        sum(target_amount) over (partition by fiscal_year_start_on) as year_target_amount
    from by_day
)

select * from final
