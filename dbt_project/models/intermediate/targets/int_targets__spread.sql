-- Grain: scope × metric × plan version × day covered by a target of that scope.
-- Every target over the days of its window. The finest window over a day rules it; what a coarser one has left after
-- its finer ones is spread over the days they leave free: over the working days, or over all where none works. Cents
-- that do not divide go to the earliest days, so the days add up to the target exactly.
{%- set last_level = 10 %}
{%- set day_number = days_between('singles.period_start_on', 'calendar.date_on') ~ ' + 1' %}
{%- set working_day_number = 'calendar.working_day_number - singles.working_days_before_count' %}
{%- set rest_amount = 'greatest(windows.target_amount - coalesce(finer_amount, 0), 0)' %}
with

windows as (select * from {{ ref('int_targets__windows') }}),

calendar as (select * from {{ ref('dim_date') }}),

-- A window that overlaps no other is shared out directly: its working days are numbered in the calendar.
singles as (
    select
        windows.window_id,
        windows.period_start_on,
        windows.period_end_on,
        windows.target_amount,
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

single_days as (
    select
        singles.window_id,
        calendar.date_on,
        calendar.is_working_day,
        case
            when singles.working_day_count = 0
                then {{ amount_share('singles.target_amount', 'singles.day_count', day_number) }}
            when not calendar.is_working_day then 0
            else {{ amount_share('singles.target_amount', 'singles.working_day_count', working_day_number) }}
        end as day_amount
    from singles
    inner join calendar
        on calendar.date_on between singles.period_start_on and singles.period_end_on
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
        cast(null as decimal(18, 4)) as day_amount
    from windows
    inner join calendar on calendar.date_on between windows.period_start_on and windows.period_end_on
    where windows.is_layered
    group by windows.series_id, calendar.date_on, calendar.is_working_day
),
{%- for level in range(1, last_level + 1) %}

    counted_{{ level }} as (
        select
            *,
            sum(day_amount) over whole as finer_amount,
            count(case when day_amount is null then 1 end) over whole as free_day_count,
            count(case when day_amount is null and is_working_day then 1 end) over whole as free_working_day_count,
            count(case when day_amount is null then 1 end) over so_far as free_day_number,
            count(case when day_amount is null and is_working_day then 1 end) over so_far as free_working_day_number
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

    level_{{ level }} as (
        select
            counted_{{ level }}.series_id,
            counted_{{ level }}.date_on,
            counted_{{ level }}.is_working_day,
            {%- for coarser in range(level + 1, last_level + 1) %}
                counted_{{ level }}.window_id_{{ coarser }},
            {%- endfor %}
            coalesce(counted_{{ level }}.window_id, counted_{{ level }}.window_id_{{ level }}) as window_id,
            case
                when counted_{{ level }}.day_amount is not null or windows.window_id is null
                    then counted_{{ level }}.day_amount
                when counted_{{ level }}.free_working_day_count = 0
                    then {{ amount_share(rest_amount, 'free_day_count', 'free_day_number') }}
                when not counted_{{ level }}.is_working_day then 0
                else {{ amount_share(rest_amount, 'free_working_day_count', 'free_working_day_number') }}
            end as day_amount
        from counted_{{ level }}
        left join windows on counted_{{ level }}.window_id_{{ level }} = windows.window_id
    ),
{%- endfor %}

days as (
    select
        window_id,
        date_on,
        is_working_day,
        day_amount
    from single_days
    union all
    select
        window_id,
        date_on,
        is_working_day,
        day_amount
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
        days.day_amount,
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
        cast(day_amount as decimal(18, 4)) as target_amount
    from ranked
)

select * from final
