-- Grain: scope × metric × plan version × day covered by a target of that scope.
-- Every target over the days of its window. The finest window over a day rules it; what a coarser one has left after
-- its finer ones is spread over the days they leave free: over the working days, or over all where none works. Cents
-- that do not divide go to the earliest days, so the days add up to the target exactly.
-- Amounts are shared as whole ten-thousandths.
{%- set last_level = 10 %}
with

windows as (
    select
        *,
        cast(round(cast(target_amount as double) * 10000) as bigint) as target_units
    from {{ ref('int_targets__windows') }}
),

calendar as (select * from {{ ref('dim_date') }}),

-- A window that overlaps no other is shared out directly: its working days are numbered in the calendar.
singles as (
    select
        windows.window_id,
        windows.period_start_on,
        windows.period_end_on,
        windows.target_units,
        {{ days_between('windows.period_start_on', 'windows.period_end_on') }} + 1 as day_count,
        first_days.working_day_number
        - case when first_days.is_working_day then 1 else 0 end as working_days_before_count,
        last_days.working_day_number
        - first_days.working_day_number
        + case when first_days.is_working_day then 1 else 0 end as working_day_count
    from windows
    inner join calendar as first_days on windows.period_start_on = first_days.date_on
    inner join calendar as last_days on windows.period_end_on = last_days.date_on
    where not windows.is_layered
),

single_shares as (
    select
        singles.window_id,
        calendar.date_on,
        calendar.is_working_day,
        singles.target_units,
        singles.working_day_count = 0 or calendar.is_working_day as has_share,
        case
            when singles.working_day_count = 0 then singles.day_count
            else singles.working_day_count
        end as share_count,
        case
            when singles.working_day_count = 0
                then {{ days_between('singles.period_start_on', 'calendar.date_on') }} + 1
            else calendar.working_day_number - singles.working_days_before_count
        end as share_number
    from singles
    inner join calendar on calendar.date_on between singles.period_start_on and singles.period_end_on
),

-- Windows that overlap: a column for each kind of window, so that every level reads the one before it once.
-- Of two windows of one kind the one that starts later rules the days they share.
level_0 as (
    select
        windows.series_id,
        calendar.date_on,
        calendar.is_working_day,
        {%- for level in range(1, last_level + 1) %}
            max(case when windows.fineness = {{ level }} then windows.window_id end) as window_id_{{ level }},
        {%- endfor %}
        cast(null as bigint) as window_id,
        cast(null as bigint) as day_units
    from windows
    inner join calendar on calendar.date_on between windows.period_start_on and windows.period_end_on
    where windows.is_layered
    group by windows.series_id, calendar.date_on, calendar.is_working_day
),
{%- for level in range(1, last_level + 1) %}

    -- Days that a finer window rules have their units; the others of the window are free.
    counted_{{ level }} as (
        select
            *,
            sum(day_units) over whole as finer_units,
            count(case when day_units is null then 1 end) over whole as free_day_count,
            count(case when day_units is null and is_working_day then 1 end) over whole as free_working_day_count,
            count(case when day_units is null then 1 end) over so_far as free_day_number,
            count(case when day_units is null and is_working_day then 1 end) over so_far as free_working_day_number
        from level_{{ level - 1 }}
        window
            whole as (
                partition by coalesce(window_id_{{ level }}, -series_id)
                order by date_on rows between unbounded preceding and unbounded following
            ),
            so_far as (
                partition by coalesce(window_id_{{ level }}, -series_id)
                order by date_on rows between unbounded preceding and current row
            )
    ),

    shares_{{ level }} as (
        select
            counted_{{ level }}.*,
            counted_{{ level }}.day_units is null and windows.window_id is not null as is_ruled,
            counted_{{ level }}.free_working_day_count = 0 or counted_{{ level }}.is_working_day as has_share,
            cast(greatest(windows.target_units - coalesce(counted_{{ level }}.finer_units, 0), 0) as bigint)
                as rest_units,
            case
                when counted_{{ level }}.free_working_day_count > 0 then counted_{{ level }}.free_working_day_count
                else greatest(counted_{{ level }}.free_day_count, 1)
            end as share_count,
            case
                when counted_{{ level }}.free_working_day_count > 0 then counted_{{ level }}.free_working_day_number
                else counted_{{ level }}.free_day_number
            end as share_number
        from counted_{{ level }}
        left join windows on counted_{{ level }}.window_id_{{ level }} = windows.window_id
    ),

    level_{{ level }} as (
        select
            series_id,
            date_on,
            is_working_day,
            {%- for coarser in range(level + 1, last_level + 1) %}
                window_id_{{ coarser }},
            {%- endfor %}
            coalesce(window_id, window_id_{{ level }}) as window_id,
            case
                when not is_ruled then day_units
                when has_share then {{ units_share('rest_units', 'share_count', 'share_number') }}
                else 0
            end as day_units
        from shares_{{ level }}
    ),
{%- endfor %}

days as (
    select
        window_id,
        date_on,
        is_working_day,
        case
            when has_share then {{ units_share('target_units', 'share_count', 'share_number') }}
            else 0
        end as day_units
    from single_shares
    union all
    select
        window_id,
        date_on,
        is_working_day,
        day_units
    from level_{{ last_level }}
),

ranked as (
    select
        windows.scope_type,
        windows.scope_id,
        windows.metric,
        windows.plan_version,
        days.date_on,
        days.is_working_day,
        days.day_units,
        windows.period_type,
        windows.period_start_on,
        windows.effective_from_on,
        -- in force on a day: the version that became effective last, and before any did, the first to become so
        row_number() over (
            partition by windows.scope_type, windows.scope_id, windows.metric, days.date_on
            order by
                windows.is_effective desc,
                windows.effective_from_on <= days.date_on desc,
                case when windows.effective_from_on <= days.date_on then windows.effective_from_on end desc,
                windows.effective_from_on asc,
                windows.plan_version desc
        ) as precedence
    from days
    inner join windows on days.window_id = windows.window_id
),

final as (
    select
        scope_type,
        scope_id,
        metric,
        plan_version,
        date_on as target_on,
        is_working_day,
        period_type,
        period_start_on,
        effective_from_on,
        precedence = 1 as is_current_plan,
        cast(cast(day_units as double) / 10000 as decimal(18, 4)) as target_amount
    from ranked
)

select * from final
