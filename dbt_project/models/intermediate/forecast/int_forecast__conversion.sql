-- Grain: origin × horizon in weeks × funnel × stage × age band.
-- The share of open deals of a stage and age that were won within so many weeks, as one could know it at the origin:
-- the open deals of every week's end of the year before, followed for as many weeks. Few deals of an age are drawn
-- towards the share of their stage, as if twenty more of its average had been seen; an age that was never seen has that
-- share. Only days on which the stage was told teach: of a source without history those that are won would be missing
-- from the stages in which others stay.
{%- set seen_before = 20 %}
with

origins as (select * from {{ ref('int_forecast__origins') }}),

-- With the week before each, for the last one may count in part. A period that is over ends in none.
horizons as (
    {%- for weeks, least in {'end_weeks': 0, 'end_weeks - 1': 1, 'start_weeks': 1, 'start_weeks - 1': 1}.items() %}
        select
            origin_on,
            {{ weeks }} as weeks
        from origins
        where {{ weeks }} >= {{ least }}
        {% if not loop.last %}union{% endif %}
    {%- endfor %}
),

counted as (
    select
        seen_on,
        funnel,
        stage,
        age_band,
        won_after_weeks,
        count(*) as deal_count
    from {{ ref('int_forecast__open_deals') }}
    where is_week_end and is_stage_told
    group by seen_on, funnel, stage, age_band, won_after_weeks
),

followed as (
    select
        horizons.origin_on,
        horizons.weeks,
        counted.funnel,
        counted.stage,
        counted.age_band,
        sum(counted.deal_count) as deal_count,
        sum(case when counted.won_after_weeks <= horizons.weeks then counted.deal_count else 0 end) as won_count
    from horizons
    inner join counted
        on
            counted.seen_on <= {{ add_days('horizons.origin_on', '-7 * horizons.weeks') }}
            and counted.seen_on
            > {{ add_days('horizons.origin_on', '-7 * (horizons.weeks + ' ~ learning_weeks() ~ ')') }}
    group by horizons.origin_on, horizons.weeks, counted.funnel, counted.stage, counted.age_band
),

staged as (
    select
        origin_on,
        weeks,
        funnel,
        stage,
        sum(deal_count) as deal_count,
        sum(won_count) as won_count
    from followed
    group by origin_on, weeks, funnel, stage
),

bands as (select distinct age_band from {{ ref('int_forecast__open_deals') }}),

final as (
    select
        staged.origin_on,
        staged.weeks,
        staged.funnel,
        staged.stage,
        bands.age_band,
        cast(coalesce(followed.deal_count, 0) as bigint) as deal_count,
        cast(
            (
                cast(coalesce(followed.won_count, 0) as double)
                + {{ seen_before }} * cast(staged.won_count as double) / staged.deal_count
            ) / (coalesce(followed.deal_count, 0) + {{ seen_before }}) as decimal(9, 6)
        ) as won_ratio
    from staged
    cross join bands
    left join followed
        on
            staged.origin_on = followed.origin_on
            and staged.weeks = followed.weeks
            and staged.funnel = followed.funnel
            and staged.stage = followed.stage
            and bands.age_band = followed.age_band
)

select * from final
