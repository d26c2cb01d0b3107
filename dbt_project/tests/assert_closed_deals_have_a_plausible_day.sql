-- Closed deals say when, and not before they were created; the others are counted on no day or in no cycle time.
{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'fct_deals'}}}) }}
select
    deal_id,
    outcome,
    created_on,
    closed_on
from {{ ref('fct_deals') }}
where
    is_undated
    or closed_on < created_on
