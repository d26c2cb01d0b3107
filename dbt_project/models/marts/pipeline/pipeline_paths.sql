-- Grain: funnel × sequence of stages.
-- The ways closed deals took to a stage, and how often who went that way was won in the end. A deal counts on every
-- part of its way: whole ways could not be compared, for those that end early were all lost.
-- The interval is Wilson's for a share (E. B. Wilson, 1927), at 95 %.
{%- set z = 1.959964 %}
with

paths as (select * from {{ ref('int_pipeline__paths') }}),

company as (select * from {{ ref('stg_run__company') }}),

counted as (
    select
        funnel,
        stage_path,
        last_stage,
        stage_count,
        count(*) as closed_count,
        count(case when outcome = 'won' then 1 end) as won_count,
        count(case when outcome = 'won' then deal_amount end) as valued_won_count,
        sum(case when outcome = 'won' then deal_amount end) as won_amount,
        median(case when outcome = 'won' then cycle_days end) as won_median_days
    from paths
    group by funnel, stage_path, last_stage, stage_count
),

shares as (
    select
        *,
        cast(won_count as double) / closed_count as won_share,
        cast(closed_count as double) as n
    from counted
),

bounded as (
    select
        *,
        (
            won_share + {{ z * z / 2 }} / n
            - {{ z }} * sqrt(won_share * (1 - won_share) / n + {{ z * z / 4 }} / (n * n))
        ) / (1 + {{ z * z }} / n) as low,
        (
            won_share + {{ z * z / 2 }} / n
            + {{ z }} * sqrt(won_share * (1 - won_share) / n + {{ z * z / 4 }} / (n * n))
        ) / (1 + {{ z * z }} / n) as high
    from shares
),

typed as (
    select
        *,
        cast(greatest(low, 0) as decimal(28, 10)) as low_ratio,
        cast(least(high, 1) as decimal(28, 10)) as high_ratio
    from bounded
),

final as (
    select
        -- the way
        typed.funnel,
        typed.stage_path,
        typed.last_stage,
        cast(typed.stage_count as bigint) as stage_count,
        company.currency_code,
        -- deals
        cast(typed.closed_count as bigint) as closed_deal_count,
        cast(typed.won_count as bigint) as won_deal_count,
        {{ fraction('typed.won_count', 'typed.closed_count') }} as win_count_ratio,
        typed.low_ratio as win_count_ratio_low,
        typed.high_ratio as win_count_ratio_high,
        cast(coalesce(typed.won_amount, 0) as decimal(18, 4)) as won_amount,
        cast(typed.valued_won_count as bigint) as valued_won_deal_count,
        {{ share_of('typed.won_amount', 1, 'typed.valued_won_count') }} as won_mean_amount,
        cast(typed.won_median_days as decimal(9, 2)) as won_median_days,
        cast(row_number() over (
            partition by typed.funnel, typed.last_stage
            order by typed.low_ratio desc, typed.closed_count desc, typed.stage_path asc
        ) as bigint) as path_rank
    from typed
    cross join company
)

select * from final
