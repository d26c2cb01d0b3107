-- The last day's pipeline is that of the deals themselves, by number.
with

told as (
    select coalesce(sum(open_deal_count), 0) as deal_count
    from {{ ref('pipeline_daily') }}
    where pipeline_on = {{ as_of_date() }}
),

standing as (
    select count(*) as deal_count
    from {{ ref('fct_deals') }}
    where outcome = 'open'
)

select
    told.deal_count as told_count,
    standing.deal_count as standing_count
from told
cross join standing
where told.deal_count <> standing.deal_count
