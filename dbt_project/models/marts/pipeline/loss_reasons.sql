-- Grain: fiscal month, quarter or year × funnel × stage × loss reason × competitor.
-- Why deals were lost, to whom, and how far they had come: the stage is the last one they stood in while open.
with

lost_deals as (
    select * from {{ ref('int_pipeline__states') }}
    where state = 'lost' and until_on is null
),

moves as (
    select * from {{ ref('fct_deal_stages') }}
    where stage_kind = 'open'
),

details as (select * from {{ ref('stg_crm__deals') }}),

periods as (select * from {{ ref('int_people__periods') }}),

company as (select * from {{ ref('stg_run__company') }}),

-- By the moment, not by the day: a deal may come to its last stage on the day on which it is lost.
last_moves as (
    select
        moves.deal_id,
        moves.stage,
        moves.stage_position,
        row_number() over (
            partition by moves.deal_id
            order by moves.entered_at desc, moves.stage_position desc nulls last, moves.stage desc
        ) as move_rank
    from moves
    inner join lost_deals on moves.deal_id = lost_deals.deal_id and moves.entered_on <= lost_deals.from_on
),

lost as (
    select
        lost_deals.from_on as lost_on,
        lost_deals.funnel,
        coalesce(last_moves.stage, '(unknown)') as stage,
        last_moves.stage_position,
        coalesce(details.loss_reason, '(none)') as loss_reason,
        coalesce(details.competitor, '(none)') as competitor,
        lost_deals.deal_amount
    from lost_deals
    inner join details on lost_deals.deal_id = details.deal_id
    left join last_moves on lost_deals.deal_id = last_moves.deal_id and last_moves.move_rank = 1
),

summed as (
    select
        periods.period_type,
        periods.period_start_on,
        periods.period_end_on,
        lost.funnel,
        lost.stage,
        lost.stage_position,
        lost.loss_reason,
        lost.competitor,
        count(*) as lost_count,
        count(case when lost.deal_amount is null then 1 end) as unvalued_count,
        sum(coalesce(lost.deal_amount, 0)) as lost_amount
    from lost
    inner join periods on lost.lost_on = periods.date_on
    group by
        periods.period_type,
        periods.period_start_on,
        periods.period_end_on,
        lost.funnel,
        lost.stage,
        lost.stage_position,
        lost.loss_reason,
        lost.competitor
),

final as (
    select
        -- when and where
        summed.period_type,
        summed.period_start_on,
        summed.period_end_on,
        summed.funnel,
        summed.stage,
        summed.stage_position,
        -- why
        summed.loss_reason,
        summed.competitor,
        company.currency_code,
        -- figures
        cast(summed.lost_count as bigint) as lost_deal_count,
        cast(summed.unvalued_count as bigint) as unvalued_deal_count,
        cast(summed.lost_amount as decimal(18, 4)) as lost_amount,
        {{ fraction(
            'summed.lost_count', 'sum(summed.lost_count) over (partition by summed.period_type, summed.period_start_on)'
        ) }} as share_of_lost_deals_ratio
    from summed
    cross join company
)

select * from final
