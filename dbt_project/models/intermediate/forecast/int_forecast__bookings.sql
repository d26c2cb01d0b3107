-- Grain: day of closing × rep.
-- What was won on a day, as it stands at the business date, by owner.
with

states as (
    select * from {{ ref('int_pipeline__states') }}
    where state = 'won' and until_on is null
),

final as (
    select
        from_on as booked_on,
        rep_id,
        cast(count(*) as bigint) as won_deal_count,
        cast(sum(coalesce(deal_amount, 0)) as decimal(18, 4)) as booked_amount
    from states
    group by from_on, rep_id
)

select * from final
