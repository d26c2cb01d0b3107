-- Grain: fiscal month, quarter or year × metric × rep.
-- Ids that only rows know stand for nobody who could be measured against others: they are on no board.
{%- set metrics = {
    'net_sales': 'net_sales_amount',
    'bookings': 'booking_amount',
    'margin': 'margin_amount',
    'attainment': 'attainment_ratio',
    'deals_won': 'deals_won_count'
} %}
with

inferred_reps as (
    select rep_id from {{ ref('dim_rep') }}
    where is_inferred
),

scorecards as (
    select * from {{ ref('rep_scorecard') }}
    where rep_id <> '(none)' and rep_id not in (select inferred_reps.rep_id from inferred_reps)
),

periods as (select * from {{ ref('int_people__periods') }}),

measured as (
    {%- for metric, column in metrics.items() %}
        select
            period_type,
            period_start_on,
            period_end_on,
            '{{ metric }}' as metric,
            rep_id,
            rep_name,
            team_id,
            cast({{ column }} as decimal(28, 10)) as metric_value
        from scorecards
        where {{ column }} is not null
        {%- if not loop.last %}
            union all
        {%- endif %}
    {%- endfor %}
),

ranked as (
    select
        *,
        rank() over (
            partition by period_type, period_start_on, metric order by metric_value desc
        ) as rank,
        row_number() over (
            partition by period_type, period_start_on, metric order by metric_value desc, rep_id asc
        ) as position,
        count(*) over board as rep_count,
        sum(metric_value) over board as total_value
    from measured
    window board as (partition by period_type, period_start_on, metric)
),

-- The next better value, the same for all who share a rank.
steps as (
    select
        period_type,
        period_start_on,
        metric,
        metric_value,
        lag(metric_value) over (
            partition by period_type, period_start_on, metric order by metric_value desc
        ) as next_value
    from (select distinct
        period_type,
        period_start_on,
        metric,
        metric_value
    from ranked) as metric_values
),

period_bounds as (
    select distinct
        period_type,
        period_start_on,
        previous_period_start_on
    from periods
),

final as (
    select
        ranked.period_type,
        ranked.period_start_on,
        ranked.period_end_on,
        ranked.metric,
        ranked.rep_id,
        ranked.rep_name,
        ranked.team_id,
        ranked.metric_value,
        cast(ranked.rank as bigint) as rank,
        cast(ranked.position as bigint) as position,
        cast(ranked.rep_count - ranked.position + 1 as bigint) as position_from_bottom,
        cast(ranked.rep_count as bigint) as rep_count,
        cast(previous_ranked.rank as bigint) as previous_rank,
        cast(previous_ranked.rank - ranked.rank as bigint) as rank_change,
        case
            when ranked.metric <> 'attainment' and ranked.total_value > 0
                then {{ fraction('ranked.metric_value', 'ranked.total_value') }}
        end as share_of_total_ratio,
        cast(steps.next_value - ranked.metric_value as decimal(28, 10)) as gap_to_next_value
    from ranked
    inner join period_bounds
        on
            ranked.period_type = period_bounds.period_type
            and ranked.period_start_on = period_bounds.period_start_on
    inner join steps
        on
            ranked.period_type = steps.period_type
            and ranked.period_start_on = steps.period_start_on
            and ranked.metric = steps.metric
            and ranked.metric_value = steps.metric_value
    left join ranked as previous_ranked
        on
            ranked.period_type = previous_ranked.period_type
            and period_bounds.previous_period_start_on = previous_ranked.period_start_on
            and ranked.metric = previous_ranked.metric
            and ranked.rep_id = previous_ranked.rep_id
)

select * from final
