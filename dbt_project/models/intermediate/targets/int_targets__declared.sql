-- Grain: one row per target as a source declares it.
-- The scope's own id, the window's last day and the amount in company currency. Nothing is dropped: an id that
-- matches nothing stays as it is, an amount without an exchange rate stays without a price.
with

targets as (select * from {{ ref('stg_internal__targets') }}),

company as (select * from {{ ref('stg_run__company') }}),

identities as (select * from {{ ref('int_identities') }}),

rates as (select * from {{ ref('int_exchange_rates') }}),

periods as (select * from {{ ref('int_targets__day_periods') }}),

scopes as (select * from {{ ref('int_targets__scopes') }}),

resolved as (
    select
        targets.source_system,
        targets.scope_type,
        targets.scope_id as declared_scope_id,
        case
            when targets.scope_type = 'company' then 'company'
            else coalesce(identities.internal_id, targets.scope_id)
        end as scope_id,
        targets.metric,
        targets.period_type,
        targets.period_start_on,
        targets.period_end_on,
        targets.plan_version,
        targets.effective_on,
        targets.target_amount as declared_amount,
        company.currency_code as company_currency_code,
        -- counts have no currency, whatever the sheet says
        case
            when targets.metric in ('units', 'deals_won') then company.currency_code
            else coalesce(targets.currency_code, company.currency_code)
        end as currency_code
    from targets
    cross join company
    left join identities
        on
            targets.scope_type = identities.entity
            and targets.source_system = identities.source_system
            and targets.scope_id = identities.external_id
),

-- A custom window without an end holds until the next one of its scope, the last one until the end of its year.
windows as (
    select
        resolved.*,
        {{ add_days(
            'lead(resolved.period_start_on) over ('
            'partition by resolved.scope_type, resolved.scope_id, resolved.metric, '
            'resolved.plan_version, resolved.period_type order by resolved.period_start_on)', -1
        ) }} as day_before_next_on
    from resolved
),

final as (
    select
        windows.source_system,
        windows.scope_type,
        windows.declared_scope_id,
        windows.scope_id,
        windows.metric,
        windows.period_type,
        windows.period_start_on,
        cast(
            case
                when windows.period_end_on is not null then greatest(windows.period_end_on, windows.period_start_on)
                when windows.period_type = 'day' then windows.period_start_on
                when windows.period_type = 'custom'
                    then coalesce(windows.day_before_next_on, periods.period_end_on, windows.period_start_on)
                else coalesce(periods.period_end_on, windows.period_start_on)
            end as date
        ) as period_end_on,
        windows.plan_version,
        windows.effective_on,
        windows.declared_amount,
        windows.currency_code,
        {{ in_company_currency('windows.declared_amount', 'windows.currency_code', 'rates.rate') }} as target_amount,
        scopes.scope_id is not null as is_scope_known
    from windows
    left join rates
        on
            windows.currency_code = rates.currency_code
            -- a window that starts later than the business date is priced by the last rate known
            and least(windows.period_start_on, {{ as_of_date() }}) = rates.rate_on
    left join periods
        on
            windows.period_start_on = periods.date_on
            and periods.period_type = case when windows.period_type = 'custom' then 'year' else windows.period_type end
    left join scopes
        on
            windows.scope_type = scopes.scope_type
            and windows.scope_id = scopes.scope_id
)

select * from final
