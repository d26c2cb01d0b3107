-- Grain: won or lost deal closed by the business date × credited rep.
-- A deal counts once, for the rep with the largest part of its credit, whether it was won or lost; its value counts
-- for each credited rep. Values that are missing, or not positive, stay out of value ratios.
with

deals as (select * from {{ ref('fct_deals') }}),

credits as (select * from {{ ref('fct_deal_credits') }}),

final as (
    select
        deals.deal_id,
        coalesce(credits.rep_id, '(none)') as rep_id,
        deals.created_on,
        deals.closed_on,
        deals.outcome = 'won' and credits.counts_deal as is_counted_won,
        deals.outcome = 'lost' and credits.counts_deal as is_counted_lost,
        case when deals.outcome = 'won' and credits.credited_amount > 0 then credits.credited_amount end
            as won_amount,
        case when deals.outcome = 'lost' and credits.credited_amount > 0 then credits.credited_amount end
            as lost_amount,
        case when deals.outcome = 'won' and credits.counts_deal then deals.cycle_days end as won_cycle_days,
        case when deals.outcome = 'lost' and credits.counts_deal then deals.cycle_days end as lost_cycle_days
    from deals
    inner join credits on deals.deal_id = credits.deal_id
    where deals.outcome in ('won', 'lost') and deals.closed_on <= {{ as_of_date() }}
)

select * from final
