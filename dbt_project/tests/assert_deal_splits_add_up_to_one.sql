-- The splits of a deal are the whole deal; others are scaled until they are.
{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'fct_deal_credits'}}}) }}
select
    deal_id,
    sum(split_ratio) as total_ratio
from {{ ref('stg_crm__deal_splits') }}
group by deal_id
having abs(sum(split_ratio) - 1) > 0.00001
