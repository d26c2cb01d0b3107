-- Grain: fiscal week, month, quarter or year that has begun, or is the next one × rep.
-- The contract value of the open deals that are due in a period, shared by who will be credited with it, as bookings
-- are. For the period that runs and the next one they are those open on the business date, at its rates; for one that
-- is over they are those that were due at its start, as they stood then.
with

periods as (select * from {{ ref('int_pipeline__covered_periods') }}),

open_deals as (
    select * from {{ ref('int_forecast__open_deals') }}
    where seen_on = {{ as_of_date() }}
),

movements as (
    select * from {{ ref('int_pipeline__movements') }}
    where is_in_start and period_end_on <= {{ as_of_date() }}
),

splits as (
    select * from {{ ref('fct_deal_credits') }}
    where not is_default
),

due as (
    select
        periods.period_type,
        periods.period_start_on,
        open_deals.deal_id,
        open_deals.rep_id,
        open_deals.deal_amount
    from open_deals
    inner join periods on {{ is_due('open_deals.due_on', 'periods') }}
    union all
    select
        period_type,
        period_start_on,
        deal_id,
        start_rep_id as rep_id,
        start_amount as deal_amount
    from movements
),

shared as (
    select
        due.period_type,
        due.period_start_on,
        case when splits.deal_id is null then due.rep_id else splits.rep_id end as rep_id,
        case
            when splits.deal_id is null then due.deal_amount
            else cast(due.deal_amount as decimal(20, 4)) * cast(splits.split_ratio as decimal(17, 8))
        end as due_amount
    from due
    left join splits on due.deal_id = splits.deal_id
),

final as (
    select
        period_type,
        period_start_on,
        rep_id,
        cast(sum(coalesce(due_amount, 0)) as decimal(18, 4)) as due_amount
    from shared
    group by period_type, period_start_on, rep_id
)

select * from final
