-- Grain: scope (company, team, rep) × cohort × fiscal month, quarter or year.
-- How much of what was decided was won, by number and by value. Two cohorts, never mixed: deals closed in the
-- period, and deals created in it, of which those still open are undecided, not lost. A deal counts once, for the
-- rep with the largest part of its credit, and its value for everybody who is credited.
{%- set cohorts = {'closed': 'closed_on', 'created': 'created_on'} %}
{%- set counts = ['won', 'lost', 'open', 'valued_won', 'valued_lost'] %}
with

decided as (select * from {{ ref('int_people__closed_deals') }}),

periods as (select * from {{ ref('int_people__periods') }}),

scopes as (select * from {{ ref('int_pipeline__scopes') }}),

company as (select * from {{ ref('stg_run__company') }}),

undecided as (
    select
        coalesce(credits.rep_id, '(none)') as rep_id,
        deals.created_on
    from {{ ref('fct_deals') }} as deals
    inner join {{ ref('fct_deal_credits') }} as credits on deals.deal_id = credits.deal_id
    where deals.outcome = 'open' and credits.counts_deal
),

by_day as (
    {%- for cohort, day in cohorts.items() %}
        select
            '{{ cohort }}' as cohort,
            {{ day }} as cohort_on,
            rep_id,
            count(case when is_counted_won then 1 end) as won_count,
            count(case when is_counted_lost then 1 end) as lost_count,
            0 as open_count,
            count(case when is_counted_won then won_amount end) as valued_won_count,
            count(case when is_counted_lost then lost_amount end) as valued_lost_count,
            sum(won_amount) as won_amount,
            sum(lost_amount) as lost_amount
        from decided
        group by {{ day }}, rep_id
        union all
    {%- endfor %}
    select
        'created' as cohort,
        created_on as cohort_on,
        rep_id,
        0 as won_count,
        0 as lost_count,
        count(*) as open_count,
        0 as valued_won_count,
        0 as valued_lost_count,
        cast(null as decimal(18, 4)) as won_amount,
        cast(null as decimal(18, 4)) as lost_amount
    from undecided
    group by created_on, rep_id
),

summed as (
    select
        scopes.scope_type,
        scopes.scope_id,
        by_day.cohort,
        periods.period_type,
        periods.period_start_on,
        periods.period_end_on,
        {%- for count in counts %}
            sum(by_day.{{ count }}_count) as {{ count }}_count,
        {%- endfor %}
        coalesce(sum(by_day.won_amount), 0) as won_amount,
        coalesce(sum(by_day.lost_amount), 0) as lost_amount
    from by_day
    inner join periods on by_day.cohort_on = periods.date_on
    inner join scopes on by_day.rep_id = scopes.rep_id
    group by
        scopes.scope_type,
        scopes.scope_id,
        by_day.cohort,
        periods.period_type,
        periods.period_start_on,
        periods.period_end_on
),

final as (
    select
        -- whose and when
        summed.scope_type,
        summed.scope_id,
        summed.cohort,
        summed.period_type,
        summed.period_start_on,
        summed.period_end_on,
        company.currency_code,
        -- by number
        cast(summed.won_count as bigint) as won_deal_count,
        cast(summed.lost_count as bigint) as lost_deal_count,
        cast(summed.open_count as bigint) as open_deal_count,
        {{ fraction('summed.won_count', 'summed.won_count + summed.lost_count') }} as win_count_ratio,
        -- by value
        cast(summed.valued_won_count as bigint) as valued_won_deal_count,
        cast(summed.valued_lost_count as bigint) as valued_lost_deal_count,
        cast(summed.won_amount as decimal(18, 4)) as won_amount,
        cast(summed.lost_amount as decimal(18, 4)) as lost_amount,
        {{ fraction('summed.won_amount', 'summed.won_amount + summed.lost_amount') }} as win_value_ratio
    from summed
    cross join company
)

select * from final
