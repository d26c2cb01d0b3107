-- Grain: funnel × sequence of stages.
-- The ways closed deals took to a stage, and how often who went that way was won in the end. A deal counts on every
-- part of its way: whole ways could not be compared, for those that end early were all lost. Nobody knows how deals had
-- come to where a night first saw them, days after they were created: they are left out.
-- The interval is Wilson's for a share (E. B. Wilson, 1927), at 95 %.
{%- set z = 1.959964 %}
with

deals as (
    select * from {{ ref('fct_deals') }}
    where outcome in ('won', 'lost') and closed_on <= {{ as_of_date() }}
),

moves as (
    select moves.*
    from {{ ref('fct_deal_stages') }} as moves
    inner join deals on moves.deal_id = deals.deal_id
    where moves.stage_kind = 'open' and {{ is_move_by_the_end('moves', 'deals') }}
),

company as (select * from {{ ref('stg_run__company') }}),

beginnings as (
    select
        moves.deal_id,
        {{ first_told('moves') }}
    from moves
    group by moves.deal_id
),

-- A deal that is told twice to be in a stage has not moved.
turns as (
    select
        deal_id,
        stage,
        entered_at,
        stage_position,
        lag(stage) over (partition by deal_id order by entered_at, stage_position, stage) as previous_stage
    from moves
),

paths as (
    select
        deal_id,
        stage as last_stage,
        {{ joined_texts_so_far(
            'stage', ' > ', 'partition by deal_id order by entered_at, stage_position, stage'
        ) }} as stage_path,
        row_number() over (partition by deal_id order by entered_at, stage_position, stage) as stage_count
    from turns
    where previous_stage is null or previous_stage <> stage
),

counted as (
    select
        deals.funnel,
        paths.stage_path,
        paths.last_stage,
        paths.stage_count,
        count(*) as closed_count,
        count(case when deals.outcome = 'won' then 1 end) as won_count,
        count(case when deals.outcome = 'won' then deals.deal_amount end) as valued_won_count,
        sum(case when deals.outcome = 'won' then deals.deal_amount end) as won_amount,
        median(case when deals.outcome = 'won' then deals.cycle_days end) as won_median_days
    from deals
    inner join paths on deals.deal_id = paths.deal_id
    inner join beginnings on deals.deal_id = beginnings.deal_id
    where not {{ is_found_on_its_way('deals', 'beginnings') }}
    group by deals.funnel, paths.stage_path, paths.last_stage, paths.stage_count
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
