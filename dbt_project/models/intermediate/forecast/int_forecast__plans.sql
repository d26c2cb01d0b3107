-- Grain: origin × open deal of which its owner tells something.
-- What owners tell of their open deals on the days forecasts are made on: the category, and their own forecast, in
-- company currency at the day's rate, beside what the deal is. Of the business date the register tells it; of a day
-- before it the last night until then, if the nights had begun to see plans by then, of every source that has any.
with

origins as (
    select distinct
        origin_on,
        is_today
    from {{ ref('int_forecast__origins') }}
),

nights as (
    select * from {{ ref('stg_crm__deal_plans') }}
    where observed_on <= {{ as_of_date() }}
),

first_nights as (
    select min(observed_on) as first_on
    from nights
    group by source_system
),

last_first_nights as (
    select max(first_on) as first_on
    from first_nights
),

told as (
    select
        deal_id,
        forecast_category,
        rep_forecast_amount,
        rep_forecast_close_on,
        observed_on as told_from_on,
        coalesce(
            lead(observed_on) over (partition by deal_id order by observed_at), {{ add_days(as_of_date(), 1) }}
        ) as told_until_on
    from nights
),

dated_origins as (
    select
        origins.origin_on,
        origins.is_today,
        not origins.is_today and origins.origin_on >= last_first_nights.first_on as is_seen
    from origins
    cross join last_first_nights
),

open_deals as (
    select
        deals.*,
        dated_origins.is_today,
        dated_origins.is_seen
    from {{ ref('int_forecast__open_deals') }} as deals
    inner join dated_origins on deals.seen_on = dated_origins.origin_on
    where dated_origins.is_today or dated_origins.is_seen
),

register as (select * from {{ ref('deal_register') }}),

rates as (select * from {{ ref('int_exchange_rates') }}),

company as (select currency_code as company_currency_code from {{ ref('stg_run__company') }}),

final as (
    select
        open_deals.seen_on as origin_on,
        open_deals.deal_id,
        open_deals.rep_id,
        open_deals.deal_amount,
        open_deals.due_on,
        told.forecast_category,
        {{ in_company_currency('told.rep_forecast_amount', 'open_deals.currency_code', 'rates.rate') }}
            as rep_forecast_amount,
        told.rep_forecast_close_on
    from open_deals
    cross join company
    inner join told
        on
            open_deals.deal_id = told.deal_id
            and open_deals.seen_on >= told.told_from_on
            and open_deals.seen_on < told.told_until_on
    left join rates on open_deals.currency_code = rates.currency_code and open_deals.seen_on = rates.rate_on
    where open_deals.is_seen
    union all
    select
        open_deals.seen_on as origin_on,
        open_deals.deal_id,
        open_deals.rep_id,
        open_deals.deal_amount,
        open_deals.due_on,
        register.forecast_category,
        register.rep_forecast_amount,
        register.rep_forecast_close_on
    from open_deals
    inner join register on open_deals.deal_id = register.deal_id
    where open_deals.is_today
)

select * from final
where forecast_category is not null or rep_forecast_amount is not null or rep_forecast_close_on is not null
