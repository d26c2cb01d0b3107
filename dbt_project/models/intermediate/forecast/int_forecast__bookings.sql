-- Grain: day of closing × rep.
-- What was won on a day, as it stands at the business date, by who is credited with it.
with

states as (
    select * from {{ ref('int_pipeline__states') }}
    where state = 'won' and until_on is null
),

credits as (select * from {{ ref('fct_deal_credits') }}),

final as (
    select
        states.from_on as booked_on,
        coalesce(credits.rep_id, '(none)') as rep_id,
        cast(count(case when credits.counts_deal then 1 end) as bigint) as won_deal_count,
        cast(sum(coalesce(credits.credited_amount, 0)) as decimal(18, 4)) as booked_amount
    from states
    inner join credits on states.deal_id = credits.deal_id
    group by states.from_on, coalesce(credits.rep_id, '(none)')
)

select * from final
