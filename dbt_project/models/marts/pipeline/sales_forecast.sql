-- Grain: scope (company, team, rep) × period type × horizon (current, next) × method.
-- What will have been won by the end of the week, month and quarter that run and of those that follow: what is booked,
-- and apart from it what is still expected. `is_best_method` is the one that was closest for the company in the
-- back-test. A manager's judgement has rows of its own, for the scopes that were judged.
with

made as (
    select * from {{ ref('int_forecast__made') }}
    where is_today
),

records as (
    select * from {{ ref('forecast_accuracy') }}
    where scope_type = 'company' and lead_weeks = 0
),

recorded_horizons as (
    select distinct
        period_type,
        horizon
    from records
),

-- A forecast of the running week is made on no week's end: where a horizon has no record, that of all speaks.
asked as (
    select distinct
        made.period_type,
        made.horizon as asked_horizon,
        coalesce(recorded_horizons.horizon, 'all') as recorded_horizon
    from made
    left join recorded_horizons
        on made.period_type = recorded_horizons.period_type and made.horizon = recorded_horizons.horizon
),

accuracy as (
    select
        asked.asked_horizon,
        records.*
    from asked
    inner join records on asked.period_type = records.period_type and asked.recorded_horizon = records.horizon
),

company as (select * from {{ ref('stg_run__company') }}),

final as (
    select
        -- whose and when
        made.scope_type,
        made.scope_id,
        made.period_type,
        made.horizon,
        made.period_start_on,
        made.period_end_on,
        -- how
        made.forecast_method,
        coalesce(accuracy.accuracy_rank = 1, false) as is_best_method,
        made.adjusted_on,
        made.adjusted_by,
        made.adjustment_note,
        company.currency_code,
        -- figures
        made.booked_deal_count,
        made.booked_amount,
        made.deal_count as basis_deal_count,
        made.unvalued_deal_count,
        made.unweighted_deal_count,
        made.expected_amount,
        made.overdue_expected_amount,
        made.forecast_amount,
        made.lower_80_amount,
        made.upper_80_amount,
        made.lower_95_amount,
        made.upper_95_amount,
        accuracy.error_ratio as company_error_ratio,
        accuracy.bias_ratio as company_bias_ratio,
        accuracy.coverage_80_ratio as company_coverage_80_ratio,
        accuracy.coverage_95_ratio as company_coverage_95_ratio
    from made
    cross join company
    left join accuracy
        on
            made.period_type = accuracy.period_type
            and made.horizon = accuracy.asked_horizon
            and made.forecast_method = accuracy.forecast_method
)

select * from final
