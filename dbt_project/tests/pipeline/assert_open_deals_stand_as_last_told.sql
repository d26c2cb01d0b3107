-- Where a source told of its deals tonight, the last that is told of an open deal is what the deal itself has: a change
-- that no move tells of was seen by the night. Unless the night is run again for an earlier date: what changed since
-- the last look is then not seen yet.
{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'pipeline_daily'}}}) }}
with

told_tonight as (
    select distinct source_system
    from {{ ref('stg_run__loads') }}
    where dataset = 'deals' and not is_stale and business_on = {{ as_of_date() }}
),

deals as (
    select
        deals.deal_id,
        deals.stage,
        coalesce(deals.rep_id, '(none)') as rep_id,
        deals.original_deal_amount,
        deals.currency_code,
        deals.probability,
        deals.expected_close_on
    from {{ ref('fct_deals') }} as deals
    inner join told_tonight on deals.source_system = told_tonight.source_system
    where deals.outcome = 'open'
),

standing as (
    select * from {{ ref('int_pipeline__states') }}
    where state = 'open' and until_on is null
)

select
    deals.deal_id,
    deals.rep_id,
    standing.rep_id as told_rep_id,
    deals.original_deal_amount,
    standing.original_deal_amount as told_amount,
    deals.expected_close_on,
    standing.expected_close_on as told_expected_close_on,
    deals.probability,
    standing.probability as told_probability
from deals
inner join standing on deals.deal_id = standing.deal_id
where
    deals.rep_id <> standing.rep_id
    or deals.currency_code <> standing.currency_code
    or deals.original_deal_amount is distinct from standing.original_deal_amount
    or deals.expected_close_on is distinct from standing.expected_close_on
    or (deals.stage = standing.stage and deals.probability is distinct from standing.probability)
