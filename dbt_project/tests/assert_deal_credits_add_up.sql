-- The credits of a deal are worth the deal, and count it once.
{{ config(meta={'dagster': {'ref': {'name': 'fct_deal_credits'}}}) }}
with

credits as (
    select
        deal_id,
        sum(credited_amount) as credited_amount,
        count(distinct coalesce(rep_id, '')) as rep_count,
        sum(case when counts_deal then 1 else 0 end) as deal_count,
        count(*) as credit_count
    from {{ ref('fct_deal_credits') }}
    group by deal_id
)

select
    deals.deal_id,
    deals.deal_amount,
    credits.credited_amount,
    credits.deal_count,
    credits.credit_count
from {{ ref('fct_deals') }} as deals
left join credits on deals.deal_id = credits.deal_id
where
    credits.deal_id is null
    or credits.deal_count <> 1
    or credits.rep_count <> credits.credit_count
    or credits.credited_amount is distinct from deals.deal_amount
