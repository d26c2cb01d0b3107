-- Grain: fiscal month, quarter or year × funnel × stage.
-- How long deals stay in a stage: those that left it for the last time within the period, and those that were in it at
-- the period's end or on the business date. How long a deal had been in the stage in which a night found it on its way
-- nobody knows: it is left out there. Visits of one deal are added up; a closing ends the last, move or no move.
-- Days are counted out before quantiles are taken: an aggregate that keeps every deal's days would not fit into memory.
{%- set period_types = ['month', 'quarter', 'year'] %}
{%- set quantiles = {'median': 0.5, 'p75': 0.75, 'p90': 0.9} %}
with

beginnings as (select * from {{ ref('int_pipeline__beginnings') }}),

found_on_their_way as (
    select distinct
        moves.deal_id,
        moves.stage
    from beginnings
    inner join {{ ref('fct_deals') }} as deals on beginnings.deal_id = deals.deal_id
    inner join {{ ref('fct_deal_stages') }} as moves
        on beginnings.deal_id = moves.deal_id and beginnings.first_told_on = moves.entered_on
    where {{ is_found_on_its_way('deals', 'beginnings') }}
),

moves as (
    select
        moves.deal_id,
        deals.funnel,
        moves.stage,
        moves.visit_number,
        moves.entered_on,
        case
            when deals.closed_on is null then moves.exited_on
            else least(coalesce(moves.exited_on, deals.closed_on), deals.closed_on)
        end as exited_on
    from {{ ref('fct_deal_stages') }} as moves
    inner join {{ ref('fct_deals') }} as deals on moves.deal_id = deals.deal_id
    left join found_on_their_way
        on moves.deal_id = found_on_their_way.deal_id and moves.stage = found_on_their_way.stage
    where
        moves.stage_kind = 'open'
        and {{ is_move_by_the_end('moves', 'deals') }}
        and not deals.is_undated
        and found_on_their_way.deal_id is null
),

periods as (
    select * from {{ ref('int_pipeline__periods') }}
    where period_type <> 'week'
),

first_days as (select min(period_start_on) as first_on from periods),

numbered_days as (
    select
        {%- for period_type in period_types %}
            max(case when periods.period_type = '{{ period_type }}' then periods.period_number end)
                as {{ period_type }}_number,
        {%- endfor %}
        calendar_days.date_on
    from {{ ref('int_targets__day_periods') }} as calendar_days
    inner join periods
        on
            calendar_days.period_type = periods.period_type
            and calendar_days.period_start_on = periods.period_start_on
    group by calendar_days.date_on
),

stays as (
    select
        funnel,
        stage,
        visit_number,
        entered_on,
        case when exited_on <= {{ as_of_date() }} then exited_on end as left_on,
        lead(entered_on) over (
            partition by deal_id, stage order by entered_on, visit_number, exited_on nulls last
        ) as next_entered_on,
        coalesce(sum({{ days_between('entered_on', 'exited_on') }}) over (
            partition by deal_id, stage
            order by entered_on, visit_number, exited_on nulls last
            rows between unbounded preceding and 1 preceding
        ), 0) as earlier_days
    from moves
),

-- Deals that came and left on the same days need to be looked at once.
visits as (
    select
        stays.funnel,
        stays.stage,
        stays.visit_number,
        stays.entered_on,
        greatest(stays.entered_on, first_days.first_on) as first_seen_on,
        stays.left_on,
        stays.next_entered_on,
        stays.earlier_days,
        count(*) as deal_count
    from stays
    cross join first_days
    group by
        stays.funnel,
        stays.stage,
        stays.visit_number,
        stays.entered_on,
        greatest(stays.entered_on, first_days.first_on),
        stays.left_on,
        stays.next_entered_on,
        stays.earlier_days
),

numbered as (
    select
        {%- for period_type in period_types %}
            entry_days.{{ period_type }}_number as first_{{ period_type }},
            exit_days.{{ period_type }}_number as last_{{ period_type }},
        {%- endfor %}
        visits.*
    from visits
    inner join numbered_days as entry_days on visits.first_seen_on = entry_days.date_on
    inner join numbered_days as exit_days on coalesce(visits.left_on, {{ as_of_date() }}) = exit_days.date_on
),

-- A period sees the last visit before its end.
spans as (
    {%- for period_type in period_types %}
        select
            funnel,
            stage,
            visit_number,
            entered_on,
            left_on,
            next_entered_on,
            earlier_days,
            deal_count,
            '{{ period_type }}' as period_type,
            {{ each_number('first_' ~ period_type, 'last_' ~ period_type) }} as period_number
        from numbered
        {%- if not loop.last %}
            union all
        {%- endif %}
    {%- endfor %}
),

-- Seen from the period's end: what was left by then, and how long it had taken until then.
counted as (
    select
        periods.period_type,
        periods.period_start_on,
        periods.period_end_on,
        spans.funnel,
        spans.stage,
        spans.left_on is null or spans.left_on > periods.seen_on as is_in_stage,
        spans.earlier_days
        + {{ days_between('spans.entered_on', 'least(coalesce(spans.left_on, periods.seen_on), periods.seen_on)') }}
            as day_count,
        sum(spans.deal_count) as deal_count,
        sum(case when spans.visit_number > 1 then spans.deal_count else 0 end) as reentered_count
    from spans
    inner join periods
        on spans.period_type = periods.period_type and spans.period_number = periods.period_number
    where spans.next_entered_on is null or spans.next_entered_on > periods.seen_on
    group by
        periods.period_type,
        periods.period_start_on,
        periods.period_end_on,
        spans.funnel,
        spans.stage,
        spans.left_on is null or spans.left_on > periods.seen_on,
        spans.earlier_days
        + {{ days_between('spans.entered_on', 'least(coalesce(spans.left_on, periods.seen_on), periods.seen_on)') }}
),

ranked as (
    select
        *,
        sum(deal_count) over (
            partition by period_type, period_start_on, funnel, stage, is_in_stage
            order by day_count
        ) as deals_up_to,
        cast(
            sum(deal_count) over (partition by period_type, period_start_on, funnel, stage, is_in_stage) - 1 as double
        ) as last_place
    from counted
),

described as (
    select
        ranked.*,
        {{ stage_column('stage_position') }} as stage_position,
        {{ stage_column('norm_days') }} as norm_days
    from ranked
    {{ join_stage('ranked', 'ranked.stage') }}
),

-- A quantile lies between the deals before and after its place in the row of all.
placed as (
    select
        period_type,
        period_start_on,
        period_end_on,
        funnel,
        stage,
        stage_position,
        norm_days,
        is_in_stage,
        {%- for name, share in quantiles.items() %}
            max(last_place) * {{ share }} as {{ name }}_place,
            min(case when deals_up_to > floor(last_place * {{ share }}) then day_count end) as {{ name }}_low,
            min(case when deals_up_to > ceil(last_place * {{ share }}) then day_count end) as {{ name }}_high,
        {%- endfor %}
        sum(deal_count) as deal_count,
        sum(case when day_count > norm_days then deal_count else 0 end) as over_norm_count,
        sum(reentered_count) as reentered_count
    from described
    group by
        period_type, period_start_on, period_end_on, funnel, stage, stage_position, norm_days, is_in_stage
),

interpolated as (
    select
        {%- for name in quantiles %}
            {{ name }}_low + ({{ name }}_high - {{ name }}_low) * ({{ name }}_place - floor({{ name }}_place))
                as {{ name }}_days,
        {%- endfor %}
        *
    from placed
),

measured as (
    select
        period_type,
        period_start_on,
        period_end_on,
        funnel,
        stage,
        stage_position,
        norm_days,
        sum(case when not is_in_stage then deal_count else 0 end) as left_count,
        {%- for name in quantiles %}
            max(case when not is_in_stage then {{ name }}_days end) as {{ name }}_days,
        {%- endfor %}
        sum(case when not is_in_stage then over_norm_count else 0 end) as over_norm_count,
        sum(case when not is_in_stage then reentered_count else 0 end) as reentered_count,
        sum(case when is_in_stage then deal_count else 0 end) as open_count,
        max(case when is_in_stage then median_days end) as open_median_days,
        sum(case when is_in_stage then over_norm_count else 0 end) as open_over_norm_count
    from interpolated
    group by period_type, period_start_on, period_end_on, funnel, stage, stage_position, norm_days
),

final as (
    select
        -- where and when
        period_type,
        period_start_on,
        period_end_on,
        funnel,
        stage,
        stage_position,
        norm_days,
        -- deals that left
        cast(left_count as bigint) as left_deal_count,
        cast(median_days as decimal(9, 2)) as median_days,
        cast(p75_days as decimal(9, 2)) as p75_days,
        cast(p90_days as decimal(9, 2)) as p90_days,
        cast(case when norm_days is not null then over_norm_count end as bigint) as over_norm_deal_count,
        cast(reentered_count as bigint) as reentered_deal_count,
        -- deals that are there
        cast(open_count as bigint) as open_deal_count,
        cast(open_median_days as decimal(9, 2)) as open_median_days,
        cast(case when norm_days is not null then open_over_norm_count end as bigint) as open_over_norm_deal_count
    from measured
)

select * from final
