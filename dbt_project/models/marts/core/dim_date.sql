-- Grain: day, from the fiscal year before the first fact, lead, activity, move or target to the end of the one after
-- the business date and the last target.
-- Weeks start on the company's weekday, fiscal periods on its day. A working day is a working weekday that no calendar
-- calls a holiday.
with

company as (select * from {{ ref('stg_run__company') }}),

weekdays as (select * from {{ ref('stg_run__working_weekdays') }}),

holidays as (
    select
        holiday_on,
        min(coalesce(holiday_name, calendar)) as holiday_name
    from {{ ref('stg_internal__holidays') }}
    group by holiday_on
),

targets as (select * from {{ ref('stg_internal__targets') }}),

dated as (
    select
        min(sales_on) as first_on,
        max(sales_on) as last_on
    from {{ ref('fct_order_lines') }}
    union all
    select
        min(refunded_on) as first_on,
        max(refunded_on) as last_on
    from {{ ref('fct_refunds') }}
    union all
    select
        least(min(created_on), min(closed_on)) as first_on,
        max(closed_on) as last_on
    from {{ ref('fct_deals') }}
    union all
    select
        min(changed_on) as first_on,
        {{ as_of_date() }} as last_on
    from {{ ref('stg_crm__deal_stage_changes') }}
    union all
    select
        min(observed_on) as first_on,
        {{ as_of_date() }} as last_on
    from {{ ref('stg_crm__deal_observations') }}
    union all
    select
        min(created_on) as first_on,
        {{ as_of_date() }} as last_on
    from {{ ref('stg_crm__leads') }}
    union all
    select
        min(happened_on) as first_on,
        {{ as_of_date() }} as last_on
    from {{ ref('stg_crm__activities') }}
    union all
    select
        min(period_start_on) as first_on,
        max(greatest(period_start_on, coalesce(period_end_on, period_start_on))) as last_on
    from targets
    union all
    select
        {{ as_of_date() }} as first_on,
        {{ as_of_date() }} as last_on
),

-- A single row dated 0001 or 9999 must not ask for millions of days.
bounds as (
    select
        greatest(min(first_on), {{ add_months(as_of_date(), -600) }}) as first_on,
        least(max(last_on), {{ add_months(as_of_date(), 120) }}) as last_on
    from dated
),

outer_days as (
    select
        {{ fiscal_year_start('bounds.first_on', 'company') }} as first_year_on,
        {{ fiscal_year_start('bounds.last_on', 'company') }} as last_year_on
    from bounds
    cross join company
),

spine as (
    select {{ each_day(add_months('first_year_on', -12), add_days(add_months('last_year_on', 24), -1)) }} as date_on
    from outer_days
),

placed as (
    select
        spine.date_on,
        {{ iso_weekday('spine.date_on') }} as iso_weekday,
        {{ fiscal_year_start('spine.date_on', 'company') }} as fiscal_year_start_on,
        company.week_start_iso,
        company.fiscal_start_month = 1 and company.fiscal_start_day = 1 as is_calendar_year
    from spine
    cross join company
),

-- Months begun since the fiscal year started; one less while the month's own starting day is still to come.
counted as (
    select
        *,
        {{ add_days('date_on', '-((iso_weekday - week_start_iso + 7) % 7)') }} as week_start_on,
        {{ iso_weekday('fiscal_year_start_on') }} as year_start_weekday,
        (year(date_on) - year(fiscal_year_start_on)) * 12
        + month(date_on) - month(fiscal_year_start_on) as months_begun
    from placed
),

months as (
    select
        *,
        months_begun
        - case when date_on < {{ add_months('fiscal_year_start_on', 'months_begun') }} then 1 else 0 end
            as month_index,
        {{ add_days('fiscal_year_start_on', '-((year_start_weekday - week_start_iso + 7) % 7)') }}
            as first_week_start_on
    from counted
),

periods as (
    select
        *,
        {{ whole_quotient('month_index', '3') }} as quarter_index,
        {{ whole_quotient(days_between('first_week_start_on', 'week_start_on'), '7') }} as week_index,
        case
            when is_calendar_year then concat('FY', cast(year(fiscal_year_start_on) as string))
            else concat(
                'FY', cast(year(fiscal_year_start_on) as string),
                '/', lpad(cast((year(fiscal_year_start_on) + 1) % 100 as string), 2, '0')
            )
        end as fiscal_year_label
    from months
),

worked as (
    select
        periods.*,
        {{ add_months('periods.fiscal_year_start_on', 'periods.month_index') }} as fiscal_month_start_on,
        {{ add_months('periods.fiscal_year_start_on', 'periods.quarter_index * 3') }} as fiscal_quarter_start_on,
        holidays.holiday_name,
        holidays.holiday_on is not null as is_holiday,
        weekdays.is_working and holidays.holiday_on is null as is_working_day,
        case when weekdays.is_working and holidays.holiday_on is null then 1 else 0 end as working_day
    from periods
    left join weekdays on periods.iso_weekday = weekdays.iso_weekday
    left join holidays on periods.date_on = holidays.holiday_on
),

final as (
    select
        date_on,
        -- weeks
        iso_weekday,
        case iso_weekday
            when 1 then 'Monday'
            when 2 then 'Tuesday'
            when 3 then 'Wednesday'
            when 4 then 'Thursday'
            when 5 then 'Friday'
            when 6 then 'Saturday'
            else 'Sunday'
        end as weekday_name,
        {{ iso_year('date_on') }} as iso_year,
        cast(weekofyear(date_on) as bigint) as iso_week,
        concat(
            cast({{ iso_year('date_on') }} as string), '-W', lpad(cast(weekofyear(date_on) as string), 2, '0')
        ) as iso_week_label,
        week_start_on,
        {{ add_days('week_start_on', 6) }} as week_end_on,
        -- calendar periods
        cast(date_trunc('month', date_on) as date) as month_start_on,
        last_day(date_on) as month_end_on,
        cast(date_trunc('quarter', date_on) as date) as quarter_start_on,
        cast(date_trunc('year', date_on) as date) as year_start_on,
        -- fiscal periods
        cast(year(fiscal_year_start_on) as bigint) as fiscal_year,
        fiscal_year_label,
        fiscal_year_start_on,
        {{ add_days(add_months('fiscal_year_start_on', 12), -1) }} as fiscal_year_end_on,
        cast(quarter_index + 1 as bigint) as fiscal_quarter,
        concat(fiscal_year_label, '-Q', cast(quarter_index + 1 as string)) as fiscal_quarter_label,
        fiscal_quarter_start_on,
        {{ add_days(add_months('fiscal_year_start_on', 'quarter_index * 3 + 3'), -1) }} as fiscal_quarter_end_on,
        cast(month_index + 1 as bigint) as fiscal_month,
        concat(fiscal_year_label, '-M', lpad(cast(month_index + 1 as string), 2, '0')) as fiscal_month_label,
        fiscal_month_start_on,
        {{ add_days(add_months('fiscal_year_start_on', 'month_index + 1'), -1) }} as fiscal_month_end_on,
        cast(week_index + 1 as bigint) as fiscal_week,
        concat(fiscal_year_label, '-W', lpad(cast(week_index + 1 as string), 2, '0')) as fiscal_week_label,
        -- working days
        is_working_day,
        is_holiday,
        holiday_name,
        cast(sum(working_day) over (order by date_on) as bigint) as working_day_number,
        cast(sum(working_day) over (partition by week_start_on order by date_on) as bigint) as working_day_of_week,
        cast(sum(working_day) over (partition by week_start_on) as bigint) as working_days_in_week,
        cast(sum(working_day) over (partition by fiscal_month_start_on order by date_on) as bigint)
            as working_day_of_month,
        cast(sum(working_day) over (partition by fiscal_month_start_on) as bigint) as working_days_in_month,
        cast(sum(working_day) over (partition by fiscal_quarter_start_on order by date_on) as bigint)
            as working_day_of_quarter,
        cast(sum(working_day) over (partition by fiscal_quarter_start_on) as bigint) as working_days_in_quarter,
        cast(sum(working_day) over (partition by fiscal_year_start_on order by date_on) as bigint)
            as working_day_of_year,
        cast(sum(working_day) over (partition by fiscal_year_start_on) as bigint) as working_days_in_year
    from worked
)

select * from final
