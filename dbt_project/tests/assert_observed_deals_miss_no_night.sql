-- Of sources that keep no history of their deals, each night that was not run is a day that nobody saw: what moved then
-- is told of a later day. Such sources are known by loads of deals without loads of deal_stage_changes.
{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'fct_deal_stages'}}}) }}
with

loads as (select * from {{ ref('stg_run__loads') }}),

told as (
    select distinct source_system
    from loads
    where dataset = 'deal_stage_changes'
),

nights as (
    select
        loads.source_system,
        loads.business_on,
        lead(loads.business_on) over (partition by loads.source_system order by loads.business_on) as next_on
    from loads
    left join told on loads.source_system = told.source_system
    where loads.dataset = 'deals' and not loads.is_stale and told.source_system is null
)

select
    source_system,
    business_on as last_seen_on,
    next_on as seen_again_on
from nights
where next_on > {{ add_days('business_on', 1) }}
