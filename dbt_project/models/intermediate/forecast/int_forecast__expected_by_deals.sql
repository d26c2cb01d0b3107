-- Grain: origin × period type × horizon × method × rep.
-- What the open deals are expected to bring within a period. The weighted pipeline counts deals due in the period,
-- overdue ones in the one that runs; the historical conversion counts every open deal, whenever it is due. There is no
-- past to be forecast from before the first move that any source tells of, and no word of owners before the first night
-- that heard them. Categories are rolled up, best case holding commit; `…_only` is one category by itself. What a deal
-- brings is shared by its splits, as it will be once it is booked; without splits it is its owner's.
{%- set category_methods = {
    'category_commit': "'commit'",
    'category_best_case': "'commit', 'best_case'",
    'category_best_case_only': "'best_case'",
    'category_pipeline': "'commit', 'best_case', 'pipeline'",
    'category_pipeline_only': "'pipeline'"
} %}
with

-- A period runs as long as the day after the origin is in it.
origins as (
    select
        *,
        {{ add_days('origin_on', 1) }} between period_start_on and period_end_on as is_running
    from {{ ref('int_forecast__origins') }}
),

open_deals as (select * from {{ ref('int_forecast__open_deals') }}),

conversions as (select * from {{ ref('int_forecast__conversion') }}),

first_moves as (
    select min(entered_on) as first_told_on
    from {{ ref('fct_deal_stages') }}
),

told_origins as (
    select origins.*
    from origins
    cross join first_moves
    where origins.is_today or origins.origin_on >= first_moves.first_told_on
),

planned as (select * from {{ ref('int_forecast__plans') }}),

categorized_origins as (
    select distinct origin_on from planned
    where forecast_category is not null
),

splits as (
    select * from {{ ref('fct_deal_credits') }}
    where not is_default
),

owners_forecasts as (
    select
        origin_on,
        deal_id,
        rep_id,
        coalesce(rep_forecast_amount, deal_amount) as deal_amount,
        coalesce(rep_forecast_close_on, due_on) as due_on
    from planned
    where rep_forecast_amount is not null or rep_forecast_close_on is not null
),

promised_origins as (select distinct origin_on from owners_forecasts),

due as (
    select
        told_origins.origin_on,
        told_origins.period_type,
        told_origins.horizon,
        'weighted_pipeline' as forecast_method,
        open_deals.deal_id,
        open_deals.rep_id,
        cast(open_deals.deal_amount as decimal(20, 4)) * cast(open_deals.probability as decimal(9, 4))
            as expected_amount,
        open_deals.deal_amount,
        open_deals.due_on < told_origins.origin_on as is_overdue
    from open_deals
    inner join told_origins
        on
            open_deals.seen_on = told_origins.origin_on
            and {{ is_due('open_deals.due_on', 'told_origins') }}
),

-- Of the week in which a period ends, or before the end of which it starts, as much as its working days say.
shares as (
    select
        origins.origin_on,
        origins.period_type,
        origins.horizon,
        conversions.funnel,
        conversions.stage,
        conversions.age_band,
        sum(
            conversions.won_ratio * (
                case when conversions.weeks = origins.end_weeks then origins.end_part else 0 end
                + case when conversions.weeks = origins.end_weeks - 1 then 1 - origins.end_part else 0 end
                - case when conversions.weeks = origins.start_weeks then origins.start_part else 0 end
                - case when conversions.weeks = origins.start_weeks - 1 then 1 - origins.start_part else 0 end
            )
        ) as won_ratio
    from origins
    inner join conversions
        on
            origins.origin_on = conversions.origin_on
            and conversions.weeks in (
                origins.end_weeks, origins.end_weeks - 1, origins.start_weeks, origins.start_weeks - 1
            )
    group by
        origins.origin_on,
        origins.period_type,
        origins.horizon,
        conversions.funnel,
        conversions.stage,
        conversions.age_band
    having count(case when conversions.weeks = origins.end_weeks then 1 end) > 0
),

converted as (
    select
        shares.origin_on,
        shares.period_type,
        shares.horizon,
        'historical_conversion' as forecast_method,
        open_deals.deal_id,
        open_deals.rep_id,
        cast(open_deals.deal_amount as decimal(20, 4)) * greatest(cast(shares.won_ratio as decimal(9, 6)), 0)
            as expected_amount,
        open_deals.deal_amount,
        cast(null as boolean) as is_overdue
    from open_deals
    inner join shares
        on
            open_deals.seen_on = shares.origin_on
            and open_deals.funnel = shares.funnel
            and open_deals.stage = shares.stage
            and open_deals.age_band = shares.age_band
    where open_deals.is_stage_told
),

promised as (
    {%- for method, categories in category_methods.items() %}
        select
            origins.origin_on,
            origins.period_type,
            origins.horizon,
            '{{ method }}' as forecast_method,
            planned.deal_id,
            planned.rep_id,
            planned.deal_amount as expected_amount,
            planned.deal_amount,
            planned.due_on < origins.origin_on as is_overdue
        from planned
        inner join origins
            on
                planned.origin_on = origins.origin_on
                and {{ is_due('planned.due_on', 'origins') }}
        where planned.forecast_category in ({{ categories }})
        union all
    {%- endfor %}
    select
        origins.origin_on,
        origins.period_type,
        origins.horizon,
        'rep_forecast' as forecast_method,
        owners_forecasts.deal_id,
        owners_forecasts.rep_id,
        owners_forecasts.deal_amount as expected_amount,
        owners_forecasts.deal_amount,
        owners_forecasts.due_on < origins.origin_on as is_overdue
    from owners_forecasts
    inner join origins
        on
            owners_forecasts.origin_on = origins.origin_on
            and {{ is_due('owners_forecasts.due_on', 'origins') }}
),

-- A method that finds nothing to expect says so; one that cannot know is silent.
able as (
    select
        origin_on,
        period_type,
        horizon,
        'weighted_pipeline' as forecast_method
    from told_origins
    union
    select
        origins.origin_on,
        origins.period_type,
        origins.horizon,
        'historical_conversion' as forecast_method
    from origins
    inner join conversions on origins.origin_on = conversions.origin_on and origins.end_weeks = conversions.weeks
    {%- for method in category_methods %}
        union
        select
            origins.origin_on,
            origins.period_type,
            origins.horizon,
            '{{ method }}' as forecast_method
        from origins
        inner join categorized_origins on origins.origin_on = categorized_origins.origin_on
    {%- endfor %}
    union
    select
        origins.origin_on,
        origins.period_type,
        origins.horizon,
        'rep_forecast' as forecast_method
    from origins
    inner join promised_origins on origins.origin_on = promised_origins.origin_on
),

expected as (
    select * from due
    union all
    select * from converted
    union all
    select * from promised
),

shared as (
    select
        expected.origin_on,
        expected.period_type,
        expected.horizon,
        expected.forecast_method,
        case when splits.deal_id is null then expected.rep_id else splits.rep_id end as rep_id,
        expected.deal_amount,
        expected.is_overdue,
        case
            when splits.deal_id is null then expected.expected_amount
            else
                cast(expected.expected_amount as decimal(20, 4)) * cast(splits.split_ratio as decimal(17, 8))
        end as expected_amount,
        coalesce(splits.counts_deal, true) as counts_deal
    from expected
    left join splits on expected.deal_id = splits.deal_id
    union all
    select
        *,
        '(none)' as rep_id,
        0 as deal_amount,
        cast(null as boolean) as is_overdue,
        0 as expected_amount,
        false as counts_deal
    from able
),

final as (
    select
        origin_on,
        period_type,
        horizon,
        forecast_method,
        rep_id,
        cast(count(case when counts_deal then 1 end) as bigint) as deal_count,
        cast(count(case when counts_deal and deal_amount is null then 1 end) as bigint) as unvalued_deal_count,
        cast(
            count(case when counts_deal and deal_amount is not null and expected_amount is null then 1 end) as bigint
        ) as unweighted_deal_count,
        cast(sum(coalesce(expected_amount, 0)) as decimal(18, 4)) as expected_amount,
        -- null of conversion, which does not ask when a deal is due
        cast(
            sum(
                case
                    when is_overdue then coalesce(expected_amount, 0)
                    when not is_overdue then 0
                end
            ) as decimal(18, 4)
        ) as overdue_expected_amount
    from shared
    group by origin_on, period_type, horizon, forecast_method, rep_id
)

select * from final
