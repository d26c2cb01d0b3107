-- Grain: day × funnel × stage × rep.
-- The open pipeline as it stood at the end of every day, rebuilt from what changed on which day: a running sum of what
-- entered and left, told again for every day until the next change.
-- Rebuilt from the first day on that differs: what was open by then is counted as if it had entered on that day.
-- depends_on: {{ ref('int_pipeline__changed_days') }}
{{ config(
    materialized=incremental_materialization(),
    incremental_strategy='replace_days',
    on_schema_change='fail'
) }}
{%- set turns = [
    ('states', 'counted_from_on', 1, 'deal'),
    ('states', 'until_on', -1, 'deal'),
    ('overdue', 'overdue_from_on', 1, 'overdue'),
    ('overdue', 'until_on', -1, 'overdue'),
] %}
{%- set sums = [
    'deal_count', 'amount', 'weighted_amount', 'unvalued_count', 'unpriced_count', 'unweighted_count', 'overdue_count', 'overdue_amount'
] %}
with

states as (
    select
        funnel,
        stage,
        stage_position,
        rep_id,
        {{ told_from('from_on') }} as counted_from_on,
        until_on,
        expected_close_on,
        deal_amount,
        original_deal_amount,
        cast(cast(deal_amount as decimal(20, 4)) * cast(probability as decimal(9, 4)) as decimal(28, 8))
            as weighted_amount
    from {{ ref('int_pipeline__states') }}
    where state = 'open' and {{ is_told_again('until_on') }}
),

company as (select * from {{ ref('stg_run__company') }}),

-- A deal is overdue from the day after its expected close.
overdue as (
    select
        *,
        greatest(counted_from_on, {{ add_days('expected_close_on', 1) }}) as overdue_from_on
    from states
    where
        expected_close_on < {{ as_of_date() }}
        and (until_on is null or {{ add_days('expected_close_on', 1) }} < until_on)
),

-- Summed before they are put together: one sum over all of them took twice as long.
changes as (
    {%- for relation, day, sign, kind in turns %}
        select
            {{ day }} as changed_on,
            funnel,
            stage,
            stage_position,
            rep_id,
            {{ sign ~ ' * count(*)' if kind == 'deal' else 0 }} as deal_count,
            {{ sign ~ ' * coalesce(sum(deal_amount), 0)' if kind == 'deal' else 0 }} as amount,
            {{ sign ~ ' * coalesce(sum(weighted_amount), 0)' if kind == 'deal' else 0 }} as weighted_amount,
            {{ sign ~ ' * count(case when original_deal_amount is null then 1 end)' if kind == 'deal' else 0 }}
                as unvalued_count,
            {{ sign ~ ' * count(case when original_deal_amount is not null and deal_amount is null then 1 end)'
                if kind == 'deal' else 0 }} as unpriced_count,
            {{ sign ~ ' * count(case when deal_amount is not null and weighted_amount is null then 1 end)'
                if kind == 'deal' else 0 }} as unweighted_count,
            {{ sign ~ ' * count(*)' if kind == 'overdue' else 0 }} as overdue_count,
            {{ sign ~ ' * coalesce(sum(deal_amount), 0)' if kind == 'overdue' else 0 }} as overdue_amount
        from {{ relation }}
        where {{ day }} <= {{ as_of_date() }}
        group by {{ day }}, funnel, stage, stage_position, rep_id
        {%- if not loop.last %}
            union all
        {%- endif %}
    {%- endfor %}
),

by_day as (
    select
        changed_on,
        funnel,
        stage,
        stage_position,
        rep_id,
        {%- for column in sums %}
            sum({{ column }}) as {{ column }}
            {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from changes
    group by changed_on, funnel, stage, stage_position, rep_id
),

running as (
    select
        changed_on,
        funnel,
        stage,
        stage_position,
        rep_id,
        {%- for column in sums %}
            sum({{ column }}) over places as {{ column }},
        {%- endfor %}
        lead(changed_on) over (
            partition by funnel, stage, stage_position, rep_id order by changed_on
        ) as next_changed_on
    from by_day
    window places as (
        partition by funnel, stage, stage_position, rep_id
        order by changed_on
        rows between unbounded preceding and current row
    )
),

told as (
    select
        *,
        coalesce({{ add_days('next_changed_on', -1) }}, {{ as_of_date() }}) as last_on
    from running
    where deal_count > 0
),

days as (
    select
        *,
        {{ each_day('changed_on', 'last_on') }} as pipeline_on
    from told
),

final as (
    select
        -- where and when
        days.pipeline_on,
        days.funnel,
        days.stage,
        days.stage_position,
        days.rep_id,
        company.currency_code,
        -- figures
        cast(days.deal_count as bigint) as open_deal_count,
        cast(days.amount as decimal(18, 4)) as open_amount,
        cast(days.weighted_amount as decimal(18, 4)) as weighted_amount,
        cast(days.unvalued_count as bigint) as unvalued_deal_count,
        cast(days.unpriced_count as bigint) as unpriced_deal_count,
        cast(days.unweighted_count as bigint) as unweighted_deal_count,
        cast(days.overdue_count as bigint) as overdue_deal_count,
        cast(days.overdue_amount as decimal(18, 4)) as overdue_amount
    from days
    cross join company
)

select * from final
