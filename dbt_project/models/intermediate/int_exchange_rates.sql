-- Grain: foreign currency × day from its first rate to the business date.
-- The rate in force on that day: the latest on or before it. A row for each day makes the lookup an
-- equality join; a range join would try every rate of a currency on every order line.
with

rates as (
    select
        currency_code,
        rate_on,
        rate
    from {{ ref('stg_internal__exchange_rates') }}
    where rate_on <= {{ as_of_date() }}
),

company as (select currency_code from {{ ref('stg_run__company') }}),

spells as (
    select
        rates.currency_code,
        rates.rate_on,
        rates.rate,
        lead(rates.rate_on) over (partition by rates.currency_code order by rates.rate_on) as next_rate_on
    from rates
    left join company on rates.currency_code = company.currency_code
    where company.currency_code is null
),

final as (
    select
        currency_code,
        {{ each_day('rate_on', 'coalesce(' ~ add_days('next_rate_on', -1) ~ ', ' ~ as_of_date() ~ ')') }} as rate_on,
        rate
    from spells
)

select * from final
