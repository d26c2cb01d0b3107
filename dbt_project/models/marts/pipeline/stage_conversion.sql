-- Grain: cohort × fiscal month, quarter or year × funnel × stage.
-- Of the deals that came to a stage, how many went on. Two cohorts, never mixed: deals created in the period, and
-- deals that came to the stage in the period. Deals still in the stage are undecided, not lost.
{%- set cohorts = {'created': 'created_on', 'entered': 'entered_on'} %}
with

passages as (select * from {{ ref('int_pipeline__passages') }}),

periods as (select * from {{ ref('int_people__periods') }}),

company as (select * from {{ ref('stg_run__company') }}),

cohorts as (
    {%- for cohort, day in cohorts.items() %}
        select
            '{{ cohort }}' as cohort,
            {{ day }} as cohort_on,
            funnel,
            stage,
            stage_position,
            is_skipped,
            result,
            deal_amount
        from passages
        {%- if not loop.last %}
            union all
        {%- endif %}
    {%- endfor %}
),

counted as (
    select
        cohorts.cohort,
        periods.period_type,
        periods.period_start_on,
        periods.period_end_on,
        cohorts.funnel,
        cohorts.stage,
        cohorts.stage_position,
        count(*) as entered_count,
        count(case when cohorts.result = 'passed' then 1 end) as passed_count,
        count(case when cohorts.result = 'lost' then 1 end) as lost_count,
        count(case when cohorts.result = 'open' then 1 end) as open_count,
        count(case when cohorts.is_skipped then 1 end) as skipped_count,
        sum(case when cohorts.result = 'passed' then cohorts.deal_amount end) as passed_amount,
        sum(case when cohorts.result = 'lost' then cohorts.deal_amount end) as lost_amount
    from cohorts
    inner join periods on cohorts.cohort_on = periods.date_on
    group by
        cohorts.cohort,
        periods.period_type,
        periods.period_start_on,
        periods.period_end_on,
        cohorts.funnel,
        cohorts.stage,
        cohorts.stage_position
),

final as (
    select
        -- who and when
        counted.cohort,
        counted.period_type,
        counted.period_start_on,
        counted.period_end_on,
        counted.funnel,
        counted.stage,
        counted.stage_position,
        company.currency_code,
        -- deals
        cast(counted.entered_count as bigint) as entered_deal_count,
        cast(counted.passed_count as bigint) as passed_deal_count,
        cast(counted.lost_count as bigint) as lost_deal_count,
        cast(counted.open_count as bigint) as open_deal_count,
        cast(counted.skipped_count as bigint) as skipped_deal_count,
        {{ fraction('counted.passed_count', 'counted.passed_count + counted.lost_count') }} as conversion_ratio,
        -- amounts
        cast(coalesce(counted.passed_amount, 0) as decimal(18, 4)) as passed_amount,
        cast(coalesce(counted.lost_amount, 0) as decimal(18, 4)) as lost_amount
    from counted
    cross join company
)

select * from final
