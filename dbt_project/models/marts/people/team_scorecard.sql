-- Grain: team × fiscal month, quarter or year.
with

results as (
    select * from {{ ref('int_people__results') }}
    where scope_type = 'team'
),

teams as (select * from {{ ref('dim_team') }}),

company as (select * from {{ ref('stg_run__company') }}),

final as (
    select
        -- who and when
        results.scope_id as team_id,
        teams.team_name,
        teams.parent_team_id,
        results.period_type,
        results.period_start_on,
        results.period_end_on,
        company.currency_code,
        results.rep_count,
        results.active_rep_count,
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
        previous_results.net_sales_amount as previous_net_sales_amount,
        previous_results.booking_amount as previous_booking_amount,
        previous_results.revenue_amount as previous_revenue_amount
    from results
    cross join company
    inner join teams on results.scope_id = teams.team_id
    left join results as previous_results
        on
            results.scope_id = previous_results.scope_id
            and results.period_type = previous_results.period_type
            and results.previous_period_start_on = previous_results.period_start_on
)

select * from final
