-- Grain: scope (company, team, rep) × period type × horizon × lead weeks × method; lead weeks 0 holds all leads of the
-- horizon together, horizon `all` both.
-- The back-test: every week's end of a year, each method forecast what only later became known. Errors are weighted by
-- money, sum|F − A| / sum A and (sum F − sum A) / sum A: one tiny period cannot rule them.
with

made as (
    select * from {{ ref('int_forecast__made') }}
    where not is_today and actual_amount is not null and lead_weeks > 0
),

company as (select * from {{ ref('stg_run__company') }}),

-- Methods are compared where the naive one could be made too.
naive as (
    select
        origin_on,
        period_type,
        horizon,
        scope_type,
        scope_id,
        forecast_amount
    from made
    where forecast_method = 'same_days_last_year'
),

paired as (
    select
        made.*,
        abs(made.forecast_amount - made.actual_amount) as error_amount,
        case
            when naive.forecast_amount is not null then abs(made.forecast_amount - made.actual_amount)
        end as paired_error_amount,
        {%- for level in [80, 95] %}
            case
                when made.actual_amount between made.lower_{{ level }}_amount and made.upper_{{ level }}_amount then 1
                when made.lower_{{ level }}_amount is not null then 0
            end as is_within_{{ level }},
        {%- endfor %}
        abs(naive.forecast_amount - made.actual_amount) as naive_error_amount
    from made
    left join naive
        on
            made.origin_on = naive.origin_on
            and made.period_type = naive.period_type
            and made.horizon = naive.horizon
            and made.scope_type = naive.scope_type
            and made.scope_id = naive.scope_id
),

led as (
    {%- for horizon, lead in [("'all'", 'lead_weeks'), ("'all'", '0'), ('horizon', '0')] %}
        select
            scope_type,
            scope_id,
            period_type,
            {{ horizon }} as horizon,
            {{ lead }} as lead_weeks,
            forecast_method,
            forecast_amount,
            actual_amount,
            error_amount,
            paired_error_amount,
            naive_error_amount,
            is_within_80,
            is_within_95
        from paired
        {%- if not loop.last %}
            union all
        {%- endif %}
    {%- endfor %}
),

measured as (
    select
        scope_type,
        scope_id,
        period_type,
        horizon,
        lead_weeks,
        forecast_method,
        count(*) as forecast_count,
        sum(forecast_amount) as forecast_amount,
        sum(actual_amount) as actual_amount,
        sum(error_amount) as error_amount,
        sum(paired_error_amount) as paired_error_amount,
        sum(naive_error_amount) as naive_error_amount,
        sum(is_within_80) as within_80_count,
        count(is_within_80) as bounded_80_count,
        sum(is_within_95) as within_95_count,
        count(is_within_95) as bounded_95_count
    from led
    group by scope_type, scope_id, period_type, horizon, lead_weeks, forecast_method
),

-- A method that could seldom be asked may have been lucky in its periods: it is no rival. Neither is a manager, who
-- speaks of chosen scopes and periods alone, nor a single category, which is a part of a forecast.
rivalled as (
    select
        *,
        coalesce(
            actual_amount <> 0
            and forecast_method not in ('manager_judgement', 'category_best_case_only', 'category_pipeline_only')
            and 2 * forecast_count
            >= max(forecast_count) over (partition by scope_type, scope_id, period_type, horizon, lead_weeks),
            false
        ) as is_rival
    from measured
),

-- Of methods with as little error the one whose name comes first is the best.
ranked as (
    select
        *,
        case
            when is_rival
                then row_number() over (
                    partition by scope_type, scope_id, period_type, horizon, lead_weeks, is_rival
                    order by error_amount / nullif(cast(actual_amount as double), 0) asc nulls last, forecast_method asc
                )
        end as accuracy_rank
    from rivalled
),

final as (
    select
        -- whose and when
        ranked.scope_type,
        ranked.scope_id,
        ranked.period_type,
        ranked.horizon,
        cast(ranked.lead_weeks as bigint) as lead_weeks,
        ranked.forecast_method,
        company.currency_code,
        -- figures
        cast(ranked.forecast_count as bigint) as forecast_count,
        {{ share_of('ranked.forecast_amount', 1, 'ranked.forecast_count') }} as mean_forecast_amount,
        {{ share_of('ranked.actual_amount', 1, 'ranked.forecast_count') }} as mean_actual_amount,
        {{ fraction('ranked.error_amount', 'ranked.actual_amount') }} as error_ratio,
        {{ fraction('ranked.forecast_amount - ranked.actual_amount', 'ranked.actual_amount') }} as bias_ratio,
        {{ fraction('ranked.paired_error_amount', 'ranked.naive_error_amount') }} as error_to_naive_ratio,
        {{ fraction('ranked.within_80_count', 'ranked.bounded_80_count') }} as coverage_80_ratio,
        {{ fraction('ranked.within_95_count', 'ranked.bounded_95_count') }} as coverage_95_ratio,
        cast(ranked.accuracy_rank as bigint) as accuracy_rank
    from ranked
    cross join company
)

select * from final
