-- Grain: fiscal quarter or year × funnel × stage × rep.
-- Where a rep loses more deals than others do at the same stage. A difference counts as a leak when there are enough
-- decided deals and chance would hardly make it: the difference of the shares' arcsines (Cohen's h) over its standard
-- error, one-sided, which holds where few deals are lost, too. Every quarter compares some hundred pairs of rep and
-- stage, so the limit is far beyond the usual two standard errors.
-- Closings are held against the forecast by the stage's probability, over the deals that are closed by now.
{%- set least_deals = 20 %}
{%- set leak_score = 4 %}
with

passages as (
    select * from {{ ref('int_pipeline__passages') }}
    where result <> 'open'
),

periods as (
    select * from {{ ref('int_people__periods') }}
    where period_type in ('quarter', 'year')
),

reps as (select * from {{ ref('dim_rep') }}),

company as (select * from {{ ref('stg_run__company') }}),

by_rep as (
    select
        periods.period_type,
        periods.period_start_on,
        periods.period_end_on,
        passages.funnel,
        passages.stage,
        passages.stage_position,
        passages.rep_id,
        coalesce(reps.team_id, '(none)') as team_id,
        reps.rep_name,
        count(*) as decided_count,
        count(case when passages.result = 'lost' then 1 end) as lost_count,
        sum(case when passages.result = 'lost' then passages.deal_amount end) as lost_amount,
        count(case when passages.deal_outcome <> 'open' then 1 end) as closed_count,
        count(case when passages.deal_outcome = 'won' then 1 end) as won_count,
        sum(case when passages.deal_outcome <> 'open' then passages.stage_probability end) as forecast_count,
        sum(
            case
                when passages.deal_outcome <> 'open'
                    then
                        cast(passages.deal_amount as decimal(20, 4))
                        * cast(passages.stage_probability as decimal(9, 4))
            end
        ) as forecast_amount,
        sum(case when passages.deal_outcome = 'won' then passages.deal_amount end) as won_amount
    from passages
    inner join periods on passages.entered_on = periods.date_on
    left join reps on passages.rep_id = reps.rep_id
    group by
        periods.period_type,
        periods.period_start_on,
        periods.period_end_on,
        passages.funnel,
        passages.stage,
        passages.stage_position,
        passages.rep_id,
        coalesce(reps.team_id, '(none)'),
        reps.rep_name
),

-- Everybody else at the stage in the period, everybody else of the team, and the rep's own past.
compared as (
    select
        *,
        (sum(decided_count) over everybody) - decided_count as others_decided_count,
        (sum(lost_count) over everybody) - lost_count as others_lost_count,
        (sum(decided_count) over teammates) - decided_count as team_decided_count,
        (sum(lost_count) over teammates) - lost_count as team_lost_count,
        sum(decided_count) over past as own_decided_count,
        sum(lost_count) over past as own_lost_count
    from by_rep
    window
        everybody as (partition by period_type, period_start_on, funnel, stage),
        teammates as (partition by period_type, period_start_on, funnel, stage, team_id),
        past as (
            partition by period_type, funnel, stage, rep_id
            order by period_start_on
            rows between unbounded preceding and 1 preceding
        )
),

shares as (
    select
        *,
        cast(lost_count as double) / decided_count as lost_share,
        cast(others_lost_count as double) / nullif(others_decided_count, 0) as others_lost_share
    from compared
),

scored as (
    select
        *,
        2 * (asin(sqrt(lost_share)) - asin(sqrt(others_lost_share)))
        / sqrt(1.0 / decided_count + 1.0 / nullif(others_decided_count, 0)) as score,
        case
            when lost_share > others_lost_share then lost_count - decided_count * others_lost_share
            when lost_share <= others_lost_share then 0
        end as excess_lost
    from shares
),

final as (
    select
        -- where, who and when
        scored.period_type,
        scored.period_start_on,
        scored.period_end_on,
        scored.funnel,
        scored.stage,
        scored.stage_position,
        scored.rep_id,
        scored.rep_name,
        scored.team_id,
        company.currency_code,
        -- what happened
        cast(scored.decided_count as bigint) as decided_deal_count,
        cast(scored.lost_count as bigint) as lost_deal_count,
        {{ fraction('scored.decided_count - scored.lost_count', 'scored.decided_count') }} as conversion_ratio,
        -- against whom
        {{ fraction('scored.others_decided_count - scored.others_lost_count', 'scored.others_decided_count') }}
            as others_conversion_ratio,
        cast(scored.others_decided_count as bigint) as others_decided_deal_count,
        {{ fraction('scored.team_decided_count - scored.team_lost_count', 'scored.team_decided_count') }}
            as team_conversion_ratio,
        cast(coalesce(scored.team_decided_count, 0) as bigint) as team_decided_deal_count,
        {{ fraction('scored.own_decided_count - scored.own_lost_count', 'scored.own_decided_count') }}
            as own_past_conversion_ratio,
        cast(coalesce(scored.own_decided_count, 0) as bigint) as own_past_decided_deal_count,
        -- closings against the forecast
        cast(scored.closed_count as bigint) as closed_deal_count,
        cast(scored.forecast_count as decimal(18, 4)) as forecast_won_deal_count,
        cast(scored.won_count as bigint) as won_deal_count,
        cast(scored.forecast_amount as decimal(18, 4)) as forecast_won_amount,
        cast(case when scored.forecast_amount is not null then coalesce(scored.won_amount, 0) end as decimal(18, 4))
            as won_amount,
        -- how sure, how much
        cast(scored.score as decimal(18, 4)) as leak_score,
        cast(scored.excess_lost as decimal(18, 4)) as excess_lost_deal_count,
        {{ share_of('scored.lost_amount', 'scored.excess_lost', 'scored.lost_count') }} as excess_lost_amount,
        coalesce(
            scored.score >= {{ leak_score }} and scored.decided_count >= {{ least_deals }}, false
        ) as is_leak
    from scored
    cross join company
)

select * from final
