-- One row per calendar and non-working day.
-- Types only: no filters, no business rules.
with

lake as (select * from {{ source('lake', 'holidays') }}),

typed as (
    select
        -- identifiers
        cast(calendar as string) as calendar,
        cast(holiday_on as date) as holiday_on,
        -- categories and texts
        cast(holiday_name as string) as holiday_name,
        -- provenance
        cast(source as string) as source_system,
        cast(month as string) as lake_month
    from lake
)

select * from typed
