-- Grain: origin × open deal.
-- The deals that were open at the end of each origin, as they stood then.
with

origins as (
    select distinct origin_on
    from {{ ref('int_forecast__origins') }}
),

states as (
    select * from {{ ref('int_pipeline__states') }}
    where state = 'open'
),

deals as (select * from {{ ref('fct_deals') }}),

final as (
    select
        origins.origin_on,
        states.deal_id,
        states.funnel,
        states.stage,
        states.rep_id,
        {{ age_band(days_between('coalesce(deals.created_on, states.from_on)', 'origins.origin_on')) }} as age_band,
        states.expected_close_on,
        states.probability,
        states.deal_amount
    from states
    inner join origins
        on
            states.from_on <= origins.origin_on
            and (states.until_on is null or states.until_on > origins.origin_on)
    inner join deals on states.deal_id = deals.deal_id
)

select * from final
