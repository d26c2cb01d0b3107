-- Every month of the lake has as many lines in the fact: none was lost, doubled or left behind.
{{ config(meta={'dagster': {'ref': {'name': 'fct_order_lines'}}}) }}
with

lake as (
    select
        lake_month,
        count(*) as row_count
    from {{ ref('stg_shop__order_lines') }}
    group by lake_month
),

fact as (
    select
        lake_month,
        count(*) as row_count
    from {{ ref('fct_order_lines') }}
    group by lake_month
)

select
    coalesce(lake.lake_month, fact.lake_month) as lake_month,
    lake.row_count as lake_row_count,
    fact.row_count as fact_row_count
from lake
full join fact on lake.lake_month = fact.lake_month
where lake.row_count is distinct from fact.row_count
