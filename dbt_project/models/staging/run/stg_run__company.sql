-- One row: how the company counts its time and money.
with

run as (select * from {{ source('run', 'company') }}),

typed as (
    select
        cast(company_name as string) as company_name,
        cast(currency_code as string) as currency_code,
        cast(timezone as string) as timezone,
        cast(fiscal_start_month as bigint) as fiscal_start_month,
        cast(fiscal_start_day as bigint) as fiscal_start_day,
        cast(week_start_iso as bigint) as week_start_iso,
        cast(opening_minute as bigint) as opening_minute,
        cast(closing_minute as bigint) as closing_minute,
        cast(revenue_setting as string) as revenue_setting
    from run
)

select * from typed
