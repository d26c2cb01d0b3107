-- One row per business date, source and dataset: what was read, refused and kept.
with

run as (select * from {{ source('run', 'loads') }}),

typed as (
    select
        cast(business_on as date) as business_on,
        cast(source_system as string) as source_system,
        cast(dataset as string) as dataset,
        cast(load as string) as load,
        cast(rows_read as bigint) as rows_read,
        cast(rows_accepted as bigint) as rows_accepted,
        cast(rows_quarantined as bigint) as rows_quarantined,
        cast(rows_superseded as bigint) as rows_superseded,
        cast(rows_inserted as bigint) as rows_inserted,
        cast(rows_updated as bigint) as rows_updated,
        cast(rows_unchanged as bigint) as rows_unchanged,
        cast(rows_deleted as bigint) as rows_deleted,
        cast(rows_marked_deleted as bigint) as rows_marked_deleted,
        cast(rows_in_lake as bigint) as rows_in_lake,
        cast(money_read as decimal(18, 4)) as money_read,
        cast(money_accepted as decimal(18, 4)) as money_accepted,
        cast(money_quarantined as decimal(18, 4)) as money_quarantined,
        cast(money_superseded as decimal(18, 4)) as money_superseded,
        cast(money_deleted as decimal(18, 4)) as money_deleted,
        cast(money_in_lake as decimal(18, 4)) as money_in_lake,
        cast(is_stale as boolean) as is_stale
    from run
)

select * from typed
