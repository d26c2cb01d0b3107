-- One row per person at an account.
-- Types only: no filters, no business rules.
with

lake as (select * from {{ source('lake', 'contacts') }}),

typed as (
    select
        -- identifiers
        cast(contact_id as string) as contact_id,
        cast(account_id as string) as account_id,
        -- categories and texts
        cast(contact_name as string) as contact_name,
        cast(email as string) as email,
        cast(phone as string) as phone,
        cast(job_title as string) as job_title,
        cast(decision_role as string) as decision_role,
        -- dates
        cast(created_on as date) as created_on,
        -- provenance
        cast(source as string) as source_system,
        cast(month as string) as lake_month
    from lake
)

select * from typed
