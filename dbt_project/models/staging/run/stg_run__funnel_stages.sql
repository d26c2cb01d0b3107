-- One row per stage of the sales funnel.
with

run as (select * from {{ source('run', 'funnel_stages') }}),

typed as (
    select
        cast(funnel as string) as funnel,
        cast(stage as string) as stage,
        cast(stage_position as bigint) as stage_position,
        cast(probability as decimal(9, 4)) as probability,
        cast(stage_kind as string) as stage_kind,
        cast(norm_days as bigint) as norm_days,
        cast(is_retired as boolean) as is_retired
    from run
)

select * from typed
