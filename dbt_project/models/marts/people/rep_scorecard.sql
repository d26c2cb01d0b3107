-- Grain: rep × fiscal month, quarter or year.
with

results as (
    select * from {{ ref('int_people__results') }}
    where scope_type = 'rep'
),

reps as (select * from {{ ref('dim_rep') }}),

inferred_reps as (
    select rep_id from reps
    where is_inferred
),

company as (select * from {{ ref('stg_run__company') }}),

ranked as (
    select
        scope_id,
        period_type,
        period_start_on,
        row_number() over (
            partition by period_type, period_start_on
            order by revenue_amount desc, booking_amount desc, scope_id asc
        ) as rank_in_company
    from results
    where
        scope_id <> '(none)'
        and active_rep_count > 0
        and scope_id not in (select inferred_reps.rep_id from inferred_reps)
),

final as (
    select
        -- who and when
        results.scope_id as rep_id,
        reps.rep_name,
        coalesce(reps.team_id, '(none)') as team_id,
        results.period_type,
        results.period_start_on,
        results.period_end_on,
        company.currency_code,
        -- sales
        results.net_sales_amount,
        results.booking_amount,
        results.revenue_amount,
        results.margin_amount,
        results.order_count,
        -- deals
        results.deals_won_count,
        results.deals_lost_count,
        {{ fraction('results.deals_won_count', 'results.deals_won_count + results.deals_lost_count') }}
            as win_count_ratio,
        results.cohort_win_count_ratio,
        results.cohort_closed_deal_count,
        results.won_amount,
        results.lost_amount,
        {{ fraction('results.won_amount', 'results.won_amount + results.lost_amount') }} as win_value_ratio,
        results.sales_cycle_median_days,
        results.sales_cycle_deal_count,
        results.lost_cycle_median_days,
        results.lost_cycle_deal_count,
        -- standing
        results.target_amount,
        results.attainment_ratio,
        cast(ranked.rank_in_company as bigint) as rank_in_company,
        cast(previous_ranked.rank_in_company as bigint) as previous_rank_in_company,
        previous_results.net_sales_amount as previous_net_sales_amount,
        previous_results.booking_amount as previous_booking_amount,
        previous_results.revenue_amount as previous_revenue_amount
    from results
    cross join company
    inner join reps on results.scope_id = reps.rep_id
    left join ranked
        on
            results.scope_id = ranked.scope_id
            and results.period_type = ranked.period_type
            and results.period_start_on = ranked.period_start_on
    left join ranked as previous_ranked
        on
            results.scope_id = previous_ranked.scope_id
            and results.period_type = previous_ranked.period_type
            and results.previous_period_start_on = previous_ranked.period_start_on
    left join results as previous_results
        on
            results.scope_id = previous_results.scope_id
            and results.period_type = previous_results.period_type
            and results.previous_period_start_on = previous_results.period_start_on
)

select * from final
