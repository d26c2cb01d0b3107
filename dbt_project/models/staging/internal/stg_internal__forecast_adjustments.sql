-- One row per adjustment of a forecast: whose, which period, from which day on.
-- Types only: no filters, no business rules.
with

lake as (select * from {{ source('lake', 'forecast_adjustments') }}),

typed as (
    select
        -- identifiers
        cast(scope_type as string) as scope_type,
        cast(scope_id as string) as scope_id,
        cast(period_type as string) as period_type,
        cast(period_start_on as date) as period_start_on,
        cast(adjusted_on as date) as adjusted_on,
        -- categories and texts
        cast(currency_code as string) as currency_code,
        cast(adjusted_by as string) as adjusted_by,
        cast(note as string) as adjustment_note,
        -- figures
        cast(adjusted_amount as decimal(18, 4)) as adjusted_amount,
        -- provenance
        cast(source as string) as source_system,
        cast(month as string) as lake_month
    from lake
)

select * from typed
