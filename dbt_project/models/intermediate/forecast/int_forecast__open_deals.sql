-- Grain: day × open deal, for the business date and the week ends that forecasts are made at or learn from.
-- The deals that were open at the end of the day, as they stood then and at its rate, and how many weeks later they
-- were won as far as is known today, begun ones counted: a forecast made on the day must not look at that.
-- A deal that was put off is not due before the day on which it is to be taken up again.
-- Before a deal's first move nobody told its stage; it is shown in the one that the first move or its end found.
{%- set looked_back_days = back_test_days() | int + 7 * (learning_weeks() | int + longest_horizon_weeks() | int) %}
{%- set first_day = add_days(as_of_date(), -looked_back_days) %}
with

last_week as (
    select max(period_end_on) as week_end_on
    from {{ ref('int_targets__day_periods') }}
    where period_type = 'week' and period_end_on <= {{ as_of_date() }}
),

states as (
    select * from {{ ref('int_pipeline__states') }}
    where state = 'open' and (until_on is null or until_on > {{ first_day }})
),

deals as (select * from {{ ref('fct_deals') }}),

beginnings as (select * from {{ ref('int_pipeline__beginnings') }}),

company as (select currency_code as company_currency_code from {{ ref('stg_run__company') }}),

rates as (select * from {{ ref('int_exchange_rates') }}),

-- Weeks are counted back from the last one that is over, which is 0.
spans as (
    select
        states.deal_id,
        states.funnel,
        states.stage,
        states.rep_id,
        case
            when states.expected_close_on is not null then greatest(states.expected_close_on, states.suspended_until)
        end as due_on,
        states.probability,
        states.original_deal_amount,
        states.currency_code,
        coalesce(deals.created_on, states.from_on) as born_on,
        case when deals.outcome = 'won' then deals.closed_on end as won_on,
        beginnings.first_told_on,
        states.until_on is null as is_open_today,
        last_week.week_end_on,
        case
            when states.from_on <= last_week.week_end_on
                then
                    {{ whole_quotient(
                        days_between('greatest(states.from_on, ' ~ first_day ~ ')', 'last_week.week_end_on'), 7
                    ) }}
        end as first_weeks_ago,
        case
            when states.until_on <= last_week.week_end_on
                then
                    {{ whole_quotient(
                        '(' ~ days_between('states.until_on', 'last_week.week_end_on') ~ ' + 7)', 7
                    ) }}
            else 0
        end as last_weeks_ago
    from states
    cross join last_week
    inner join deals on states.deal_id = deals.deal_id
    left join beginnings on states.deal_id = beginnings.deal_id
),

week_ends as (
    select
        *,
        {{ each_number('last_weeks_ago', 'first_weeks_ago') }} as weeks_ago
    from spans
    where last_weeks_ago <= first_weeks_ago
),

seen as (
    select
        *,
        {{ add_days('week_end_on', '-7 * weeks_ago') }} as seen_on,
        true as is_week_end
    from week_ends
    union all
    select
        *,
        0 as weeks_ago,
        {{ as_of_date() }} as seen_on,
        false as is_week_end
    from spans
    where is_open_today and coalesce(week_end_on < {{ as_of_date() }}, true)
),

final as (
    select
        seen.seen_on,
        seen.is_week_end,
        seen.deal_id,
        seen.funnel,
        seen.stage,
        seen.seen_on = {{ as_of_date() }} or coalesce(seen.first_told_on <= seen.seen_on, false) as is_stage_told,
        seen.rep_id,
        {{ age_band(days_between('seen.born_on', 'seen.seen_on')) }} as age_band,
        seen.due_on,
        seen.probability,
        seen.currency_code,
        {{ in_company_currency('seen.original_deal_amount', 'seen.currency_code', 'rates.rate') }} as deal_amount,
        {{ whole_quotient('(' ~ days_between('seen.seen_on', 'seen.won_on') ~ ' + 6)', 7) }} as won_after_weeks
    from seen
    cross join company
    left join rates on seen.currency_code = rates.currency_code and seen.seen_on = rates.rate_on
)

select * from final
