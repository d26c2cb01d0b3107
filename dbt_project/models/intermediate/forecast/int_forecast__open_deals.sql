-- Grain: day × open deal, for the business date and the week ends that forecasts are made at or learn from.
-- The deals that were open at the end of the day, as they stood then and at its rate, and how many weeks later they
-- were won as far as is known today, begun ones counted: a forecast made on the day must not look at that.
-- Before a deal's first move nobody told its stage; it is shown in the one that the first move or its end found.
{%- set looked_back_days = back_test_days() | int + 7 * (learning_weeks() | int + longest_horizon_weeks() | int) %}
with

week_ends as (
    select distinct period_end_on as seen_on
    from {{ ref('int_targets__day_periods') }}
    where
        period_type = 'week'
        and period_end_on between {{ add_days(as_of_date(), -looked_back_days) }} and {{ as_of_date() }}
),

days as (
    select
        seen_on,
        true as is_week_end
    from week_ends
    union all
    select
        {{ as_of_date() }} as seen_on,
        false as is_week_end
    where {{ as_of_date() }} not in (select week_ends.seen_on from week_ends)
),

states as (
    select * from {{ ref('int_pipeline__states') }}
    where state = 'open'
),

deals as (select * from {{ ref('fct_deals') }}),

first_moves as (
    select
        deal_id,
        min(entered_on) as first_told_on
    from {{ ref('fct_deal_stages') }}
    group by deal_id
),

company as (select currency_code as company_currency_code from {{ ref('stg_run__company') }}),

rates as (select * from {{ ref('int_exchange_rates') }}),

final as (
    select
        days.seen_on,
        days.is_week_end,
        states.deal_id,
        states.funnel,
        states.stage,
        days.seen_on = {{ as_of_date() }} or coalesce(first_moves.first_told_on <= days.seen_on, false)
            as is_stage_told,
        states.rep_id,
        {{ age_band(days_between('coalesce(deals.created_on, states.from_on)', 'days.seen_on')) }} as age_band,
        states.expected_close_on,
        states.probability,
        {{ in_company_currency('states.original_deal_amount', 'states.currency_code', 'rates.rate') }} as deal_amount,
        case
            when deals.outcome = 'won'
                then {{ whole_quotient('(' ~ days_between('days.seen_on', 'deals.closed_on') ~ ' + 6)', 7) }}
        end as won_after_weeks
    from states
    inner join days
        on
            states.from_on <= days.seen_on
            and (states.until_on is null or states.until_on > days.seen_on)
    inner join deals on states.deal_id = deals.deal_id
    cross join company
    left join first_moves on states.deal_id = first_moves.deal_id
    left join rates on states.currency_code = rates.currency_code and days.seen_on = rates.rate_on
)

select * from final
