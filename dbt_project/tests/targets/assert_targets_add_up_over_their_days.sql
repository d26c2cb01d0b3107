-- The days of a window add up to its target. A window that finer ones overlap may end elsewhere only if they alone
-- exceed it (then its own days have 0) or leave it no day of its own; one that a later window of its kind overlaps
-- has its target on the days that are left to it.
with

windows as (
    select
        *,
        coalesce(
            lead(period_start_on) over (partition by series_id, fineness order by period_start_on) <= period_end_on,
            false
        ) as is_cut_by_its_kind
    from {{ ref('int_targets__windows') }}
),

daily as (select * from {{ ref('int_targets__spread') }}),

own_days as (
    select
        scope_type,
        scope_id,
        metric,
        plan_version,
        period_type,
        period_start_on,
        sum(target_amount) as own_amount
    from daily
    group by scope_type, scope_id, metric, plan_version, period_type, period_start_on
),

all_days as (
    select
        windows.window_id,
        sum(daily.target_amount) as daily_amount
    from windows
    inner join daily
        on
            windows.scope_type = daily.scope_type
            and windows.scope_id = daily.scope_id
            and windows.metric = daily.metric
            and windows.plan_version = daily.plan_version
            and daily.target_on between windows.period_start_on and windows.period_end_on
    where windows.is_layered
    group by windows.window_id
),

compared as (
    select
        windows.window_id,
        windows.is_layered,
        windows.is_cut_by_its_kind,
        windows.target_amount,
        own_days.own_amount,
        coalesce(all_days.daily_amount, own_days.own_amount) as daily_amount
    from windows
    left join own_days
        on
            windows.scope_type = own_days.scope_type
            and windows.scope_id = own_days.scope_id
            and windows.metric = own_days.metric
            and windows.plan_version = own_days.plan_version
            and windows.period_type = own_days.period_type
            and windows.period_start_on = own_days.period_start_on
    left join all_days on windows.window_id = all_days.window_id
)

select *
from compared
where
    daily_amount is null
    or (daily_amount < target_amount and own_amount is not null)
    or (daily_amount > target_amount and not is_cut_by_its_kind and (not is_layered or own_amount > 0))
