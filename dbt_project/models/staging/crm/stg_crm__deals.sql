-- One row per sales opportunity as the CRM knows it at extract time.
-- Types only: no filters, no business rules.
with

lake as (select * from {{ source('lake', 'deals') }}),

typed as (
    select
        -- identifiers
        cast(deal_id as string) as deal_id,
        cast(account_id as string) as account_id,
        cast(contact_id as string) as contact_id,
        cast(rep_id as string) as rep_id,
        cast(territory_id as string) as territory_id,
        cast(product_id as string) as product_id,
        -- categories and texts
        cast(deal_name as string) as deal_name,
        cast(funnel as string) as funnel,
        cast(stage as string) as stage,
        cast(currency_code as string) as currency_code,
        cast(revenue_stream as string) as revenue_stream,
        cast(lead_source as string) as lead_source,
        cast(business_type as string) as business_type,
        cast(channel as string) as channel,
        cast(next_action as string) as next_action,
        cast(forecast_category as string) as forecast_category,
        cast(loss_reason as string) as loss_reason,
        cast(competitor as string) as competitor,
        -- flags
        cast(is_closed as boolean) as is_closed,
        cast(is_won as boolean) as is_won,
        -- figures
        cast(amount as decimal(18, 4)) as amount,
        cast(probability as decimal(9, 4)) as probability,
        cast(rep_forecast_amount as decimal(18, 4)) as rep_forecast_amount,
        -- dates
        cast(created_on as date) as created_on,
        cast(expected_close_on as date) as expected_close_on,
        cast(rep_forecast_close_on as date) as rep_forecast_close_on,
        cast(next_action_due_on as date) as next_action_due_on,
        cast(suspended_until as date) as suspended_until,
        cast(closed_on as date) as closed_on,
        -- timestamps, UTC
        cast(updated_at as timestamp) as updated_at,
        -- provenance
        cast(source as string) as source_system,
        cast(month as string) as lake_month
    from lake
)

select * from typed
