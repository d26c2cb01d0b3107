-- Grain: fiscal month, quarter or year × funnel × stage × loss reason × competitor.
-- Why deals were lost, to whom, and how far they had come: the stage is the last one they stood in while open.
with

states as (select * from {{ ref('int_pipeline__states') }}),

details as (select * from {{ ref('stg_crm__deals') }}),

periods as (select * from {{ ref('int_people__periods') }}),

company as (select * from {{ ref('stg_run__company') }}),

followed as (
    select
        *,
        lag(stage) over (partition by deal_id order by from_on) as last_stage,
        lag(stage_position) over (partition by deal_id order by from_on) as last_stage_position
    from states
),

lost as (
    select
        followed.from_on as lost_on,
        followed.funnel,
        coalesce(followed.last_stage, '(unknown)') as stage,
        followed.last_stage_position as stage_position,
        coalesce(details.loss_reason, '(none)') as loss_reason,
        coalesce(details.competitor, '(none)') as competitor,
        followed.deal_amount
    from followed
    inner join details on followed.deal_id = details.deal_id
    where followed.state = 'lost' and followed.until_on is null
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
