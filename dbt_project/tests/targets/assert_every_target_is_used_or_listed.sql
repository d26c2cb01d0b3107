-- A declared target reaches the daily targets, or the register says why not.
select
    register.source_system,
    register.scope_type,
    register.scope_id,
    register.metric,
    register.plan_version,
    register.period_start_on
from {{ ref('target_register') }} as register
left join {{ ref('fct_targets_daily') }} as daily
    on
        register.scope_type = daily.scope_type
        and register.scope_id = daily.scope_id
        and register.metric = daily.metric
        and register.plan_version = daily.plan_version
        and register.period_start_on = daily.target_on
where daily.target_on is null and (register.finding is null or register.finding = 'zero_target')
