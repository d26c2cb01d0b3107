-- One row per currency and day with a rate.
-- Types only: no filters, no business rules.
with

lake as (select * from {{ source('lake', 'exchange_rates') }}),

typed as (
    select
        -- identifiers
        cast(currency_code as string) as currency_code,
        cast(rate_on as date) as rate_on,
        -- figures
        cast(rate as decimal(18, 8)) as rate,
        -- provenance
        cast(source as string) as source_system,
        cast(month as string) as lake_month
    from lake
)

select * from typed
