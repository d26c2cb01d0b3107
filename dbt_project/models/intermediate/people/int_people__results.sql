-- Grain: rep or team × fiscal month, quarter or year.
-- The figures of a scorecard, for reps and teams by the same arithmetic: a team's are those of everybody in its tree.
with

presence as (select * from {{ ref('int_people__presence') }}),

scopes as (select * from {{ ref('int_people__scopes') }}),

periods as (select * from {{ ref('int_people__periods') }}),

sales as (
    select * from {{ ref('daily_sales') }}
    where sales_on <= {{ as_of_date() }}
),

revenues as (select * from {{ ref('int_targets__actuals_by_period') }}),

deals as (select * from {{ ref('int_people__closed_deals') }}),

attainments as (select * from {{ ref('target_attainment') }}),

company as (select * from {{ ref('stg_run__company') }}),

period_bounds as (
    select distinct
        period_type,
        period_start_on,
        period_end_on,
        previous_period_start_on
    from periods
),

present as (
    select
        scopes.scope_type,
        scopes.scope_id,
        presence.period_type,
        presence.period_start_on,
        count(case when presence.rep_id <> '(none)' then 1 end) as rep_count,
        count(case when presence.rep_id <> '(none)' and presence.is_active then 1 end) as active_rep_count
    from presence
    inner join scopes on presence.rep_id = scopes.rep_id
    group by scopes.scope_type, scopes.scope_id, presence.period_type, presence.period_start_on
),

rep_days as (
    select
        rep_id,
        sales_on,
        sum(net_sales_amount) as net_sales_amount,
        sum(booking_amount) as booking_amount,
        sum(margin_amount) as margin_amount,
        sum(order_count) as order_count,
        sum(deals_won_count) as deals_won_count
    from sales
    group by rep_id, sales_on
),

sold as (
    select
        scopes.scope_type,
        scopes.scope_id,
        periods.period_type,
        periods.period_start_on,
        sum(rep_days.net_sales_amount) as net_sales_amount,
        sum(rep_days.booking_amount) as booking_amount,
        sum(rep_days.margin_amount) as margin_amount,
        sum(rep_days.order_count) as order_count,
        sum(rep_days.deals_won_count) as deals_won_count
    from rep_days
    inner join scopes on rep_days.rep_id = scopes.rep_id
    inner join periods on rep_days.sales_on = periods.date_on
    group by scopes.scope_type, scopes.scope_id, periods.period_type, periods.period_start_on
),

closed as (
    select
        scopes.scope_type,
        scopes.scope_id,
        periods.period_type,
        periods.period_start_on,
        count(case when deals.is_counted_lost then 1 end) as deals_lost_count,
        sum(deals.won_amount) as won_amount,
        sum(deals.lost_amount) as lost_amount,
        count(deals.won_cycle_days) as sales_cycle_deal_count,
        median(deals.won_cycle_days) as sales_cycle_median_days,
        count(deals.lost_cycle_days) as lost_cycle_deal_count,
        median(deals.lost_cycle_days) as lost_cycle_median_days
    from deals
    inner join scopes on deals.rep_id = scopes.rep_id
    inner join periods on deals.closed_on = periods.date_on
    group by scopes.scope_type, scopes.scope_id, periods.period_type, periods.period_start_on
),

created as (
    select
        scopes.scope_type,
        scopes.scope_id,
        periods.period_type,
        periods.period_start_on,
        count(case when deals.is_counted_won then 1 end) as won_count,
        count(case when deals.is_counted_won or deals.is_counted_lost then 1 end) as closed_count
    from deals
    inner join scopes on deals.rep_id = scopes.rep_id
    inner join periods on deals.created_on = periods.date_on
    group by scopes.scope_type, scopes.scope_id, periods.period_type, periods.period_start_on
),

-- The revenue target, or the target of the one metric that revenue is.
targeted as (
    select
        attainments.scope_type,
        attainments.scope_id,
        attainments.period_type,
        attainments.period_start_on,
        attainments.target_amount,
        attainments.attainment_ratio,
        row_number() over (
            partition by
                attainments.scope_type, attainments.scope_id, attainments.period_type, attainments.period_start_on
            order by attainments.metric = 'revenue' desc
        ) as preference
    from attainments
    cross join company
    where
        attainments.scope_type in ('rep', 'team')
        and attainments.is_current_plan
        and attainments.target_amount is not null
        and attainments.metric in ('revenue', company.revenue_setting)
        and attainments.period_type in ('month', 'quarter', 'year')
),

final as (
    select
        present.scope_type,
        present.scope_id,
        present.period_type,
        present.period_start_on,
        period_bounds.period_end_on,
        period_bounds.previous_period_start_on,
        cast(present.rep_count as bigint) as rep_count,
        cast(present.active_rep_count as bigint) as active_rep_count,
        cast(coalesce(sold.net_sales_amount, 0) as decimal(18, 4)) as net_sales_amount,
        cast(coalesce(sold.booking_amount, 0) as decimal(18, 4)) as booking_amount,
        cast(coalesce(revenues.revenue_amount, 0) as decimal(18, 4)) as revenue_amount,
        -- who sold nothing has no margin; who sold at unknown cost has an unknown one
        cast(case when sold.scope_id is null then 0 else sold.margin_amount end as decimal(18, 4)) as margin_amount,
        cast(coalesce(sold.order_count, 0) as bigint) as order_count,
        cast(coalesce(sold.deals_won_count, 0) as bigint) as deals_won_count,
        cast(coalesce(closed.deals_lost_count, 0) as bigint) as deals_lost_count,
        cast(coalesce(closed.won_amount, 0) as decimal(18, 4)) as won_amount,
        cast(coalesce(closed.lost_amount, 0) as decimal(18, 4)) as lost_amount,
        cast(coalesce(closed.sales_cycle_deal_count, 0) as bigint) as sales_cycle_deal_count,
        cast(closed.sales_cycle_median_days as decimal(9, 1)) as sales_cycle_median_days,
        cast(coalesce(closed.lost_cycle_deal_count, 0) as bigint) as lost_cycle_deal_count,
        cast(closed.lost_cycle_median_days as decimal(9, 1)) as lost_cycle_median_days,
        cast(coalesce(created.closed_count, 0) as bigint) as cohort_closed_deal_count,
        {{ fraction('created.won_count', 'created.closed_count') }} as cohort_win_count_ratio,
        targeted.target_amount,
        targeted.attainment_ratio
    from present
    inner join period_bounds
        on
            present.period_type = period_bounds.period_type
            and present.period_start_on = period_bounds.period_start_on
    left join sold
        on
            present.scope_type = sold.scope_type
            and present.scope_id = sold.scope_id
            and present.period_type = sold.period_type
            and present.period_start_on = sold.period_start_on
    left join revenues
        on
            present.scope_type = revenues.scope_type
            and present.scope_id = revenues.scope_id
            and present.period_type = revenues.period_type
            and present.period_start_on = revenues.period_start_on
    left join closed
        on
            present.scope_type = closed.scope_type
            and present.scope_id = closed.scope_id
            and present.period_type = closed.period_type
            and present.period_start_on = closed.period_start_on
    left join created
        on
            present.scope_type = created.scope_type
            and present.scope_id = created.scope_id
            and present.period_type = created.period_type
            and present.period_start_on = created.period_start_on
    left join targeted
        on
            present.scope_type = targeted.scope_type
            and present.scope_id = targeted.scope_id
            and present.period_type = targeted.period_type
            and present.period_start_on = targeted.period_start_on
            and targeted.preference = 1
)

select * from final
