-- Grain: scope × metric × plan version × period type × first day.
-- What is set for a window, whoever declared it: targets under several ids of one scope add up.
-- `fineness` orders the kinds of windows: where two cover a day, the one with the lower number rules. A custom
-- window stands just before the shortest calendar period that is not shorter than it.
with

declared as (select * from {{ ref('int_targets__declared') }}),

periods as (select * from {{ ref('int_targets__day_periods') }}),

calendar as (
    select
        min(date_on) as first_on,
        max(date_on) as last_on
    from {{ ref('dim_date') }}
),

-- A window without an end in sight (9999-12-31, say) ends with the calendar.
within_calendar as (
    select
        declared.*,
        least(declared.period_end_on, calendar.last_on) as last_on
    from declared
    cross join calendar
    where
        declared.target_amount is not null
        and declared.period_start_on between calendar.first_on and calendar.last_on
),

added_up as (
    select
        scope_type,
        scope_id,
        metric,
        plan_version,
        period_type,
        period_start_on,
        max(last_on) as period_end_on,
        min(coalesce(effective_on, period_start_on)) as effective_from_on,
        -- a change within a window holds once its day has come; a plan for a window to come is known before
        bool_or(
            effective_on is null
            or effective_on <= greatest(period_start_on, {{ as_of_date() }})
        ) as is_effective,
        cast(sum(target_amount) as decimal(18, 4)) as target_amount,
        count(*) as declared_count
    from within_calendar
    group by scope_type, scope_id, metric, plan_version, period_type, period_start_on
),

measured as (
    select
        added_up.*,
        periods.period_type as calendar_period_type,
        {{ days_between('added_up.period_start_on', 'added_up.period_end_on') }} + 1 as day_count
    from added_up
    left join periods
        on
            added_up.period_type = periods.period_type
            and added_up.period_start_on = periods.date_on
            and added_up.period_start_on = periods.period_start_on
            and added_up.period_end_on = periods.period_end_on
),

-- Windows of a scope, metric and version that overlap, directly or through others, form one island.
ordered as (
    select
        *,
        coalesce(calendar_period_type, 'custom') as reported_period_type,
        case
            when period_type = 'day' then 1
            when period_type = 'week' then 3
            when period_type = 'month' then 5
            when period_type = 'quarter' then 7
            when period_type = 'year' then 9
            when day_count <= 7 then 2
            when day_count <= 31 then 4
            when day_count <= 92 then 6
            when day_count <= 366 then 8
            else 10
        end as fineness,
        max(period_end_on) over (
            partition by scope_type, scope_id, metric, plan_version
            order by period_start_on, period_end_on, period_type
            rows between unbounded preceding and 1 preceding
        ) as covered_until_on
    from measured
),

islands as (
    select
        *,
        sum(case when covered_until_on >= period_start_on then 0 else 1 end) over (
            partition by scope_type, scope_id, metric, plan_version
            order by period_start_on, period_end_on, period_type
            rows between unbounded preceding and current row
        ) as island_number
    from ordered
),

final as (
    select
        -- in one scope, metric and version a later window of one kind has the higher number
        row_number() over (
            order by scope_type, scope_id, metric, plan_version, fineness, period_start_on, period_type
        ) as window_id,
        dense_rank() over (order by scope_type, scope_id, metric, plan_version) as series_id,
        scope_type,
        scope_id,
        metric,
        plan_version,
        period_type,
        period_start_on,
        period_end_on,
        -- a window that is no period of the company's calendar is reported as one of the company's own
        reported_period_type,
        cast(fineness as bigint) as fineness,
        count(*) over (partition by scope_type, scope_id, metric, plan_version, island_number) > 1 as is_layered,
        effective_from_on,
        is_effective,
        target_amount,
        declared_count
    from islands
)

select * from final
