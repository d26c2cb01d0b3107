-- Grain: origin × period type × horizon × scope (company, team, rep) that a manager judged.
-- What a manager thought by the origin that the scope will have won in the whole period, at the origin's rate: the last
-- judgement until then counts, later ones are not seen. Without a rate it tells nothing.
with

adjustments as (
    select * from {{ ref('stg_internal__forecast_adjustments') }}
    where adjusted_on <= {{ as_of_date() }}
),

origins as (select * from {{ ref('int_forecast__origins') }}),

company as (select * from {{ ref('stg_run__company') }}),

identities as (select * from {{ ref('int_identities') }}),

rates as (select * from {{ ref('int_exchange_rates') }}),

resolved as (
    select
        adjustments.source_system,
        adjustments.scope_type,
        adjustments.scope_id as declared_scope_id,
        adjustments.period_type,
        adjustments.period_start_on,
        adjustments.adjusted_on,
        adjustments.adjusted_by,
        adjustments.adjustment_note,
        adjustments.adjusted_amount,
        company.currency_code as company_currency_code,
        coalesce(adjustments.currency_code, company.currency_code) as currency_code,
        case
            when adjustments.scope_type = 'company' then 'company'
            else coalesce(identities.internal_id, adjustments.scope_id)
        end as scope_id
    from adjustments
    cross join company
    left join identities
        on
            adjustments.scope_type = identities.entity
            and adjustments.source_system = identities.source_system
            and adjustments.scope_id = identities.external_id
),

-- Several of one day: that of the later first day, then of the source and the id whose name comes first.
ranked as (
    select
        resolved.*,
        origins.origin_on,
        origins.horizon,
        row_number() over (
            partition by
                origins.origin_on, origins.period_type, origins.horizon, resolved.scope_type, resolved.scope_id
            order by
                resolved.adjusted_on desc,
                resolved.period_start_on desc,
                resolved.source_system asc,
                resolved.declared_scope_id asc
        ) as judgement_rank
    from resolved
    inner join origins
        on
            resolved.period_type = origins.period_type
            and resolved.period_start_on between origins.period_start_on and origins.period_end_on
            and resolved.adjusted_on <= origins.origin_on
),

priced as (
    select
        ranked.*,
        {{ in_company_currency('ranked.adjusted_amount', 'ranked.currency_code', 'rates.rate') }} as judged_amount
    from ranked
    left join rates on ranked.currency_code = rates.currency_code and ranked.origin_on = rates.rate_on
    where ranked.judgement_rank = 1
),

final as (
    select
        origin_on,
        period_type,
        horizon,
        'manager_judgement' as forecast_method,
        scope_type,
        scope_id,
        adjusted_on,
        adjusted_by,
        adjustment_note,
        cast(judged_amount as decimal(18, 4)) as judged_amount
    from priced
    where judged_amount is not null
)

select * from final
