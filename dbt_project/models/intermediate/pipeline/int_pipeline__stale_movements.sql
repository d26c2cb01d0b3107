-- Grain: deal.
-- Deals whose movements must be rebuilt: the stale ones, and all of them when periods are counted otherwise.
with

recounted as (
    select * from {{ ref('int_pipeline__periods') }}
    where is_changed
),

final as (
    select deal_id from {{ ref('int_pipeline__stale_deals') }}
    union
    select deal_id from {{ ref('int_pipeline__states') }}
    where exists (select 1 from recounted)
)

select * from final
