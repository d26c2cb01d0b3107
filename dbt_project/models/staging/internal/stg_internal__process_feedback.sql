-- One row per remark or dispute of somebody who reads the reports.
-- Types only: no filters, no business rules.
with

lake as (select * from {{ source('lake', 'process_feedback') }}),

typed as (
    select
        -- identifiers
        cast(feedback_id as string) as feedback_id,
        cast(rep_id as string) as rep_id,
        -- categories and texts
        cast(feedback_type as string) as feedback_type,
        cast(metric as string) as metric,
        cast(subject as string) as subject,
        cast(message as string) as message,
        cast(answered_by as string) as answered_by,
        cast(answer as string) as answer,
        cast(resolution as string) as resolution,
        -- dates
        cast(submitted_on as date) as submitted_on,
        cast(answered_on as date) as answered_on,
        -- figures
        cast(reported_value as decimal(18, 4)) as reported_value,
        cast(claimed_value as decimal(18, 4)) as claimed_value,
        -- provenance
        cast(source as string) as source_system,
        cast(month as string) as lake_month
    from lake
)

select * from typed
