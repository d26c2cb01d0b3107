/*
title: People
order: 30
editions: [director, supervisor, lead, rep]
*/

-- query: own_ranks
select
    period_type,
    metric,
    rank,
    rep_count,
    previous_rank,
    rank_change,
    share_of_total_ratio
from marts.leaderboard
where rep_id = $scope_id and $business_on between period_start_on and period_end_on
order by
    list_position(['day', 'week', 'month', 'quarter', 'year'], period_type),
    list_position(['net_sales', 'bookings', 'attainment', 'deals_won', 'margin'], metric)

-- query: net_sales_{period}; period: month, quarter
select
    rank,
    coalesce(rep_name, rep_id) as rep_name,
    metric_value as net_sales_amount,
    share_of_total_ratio,
    rank_change,
    gap_to_next_value as gap_to_next_amount,
    rep_id
from marts.leaderboard
where
    metric = 'net_sales' and period_type = '{period}'
    and $business_on between period_start_on and period_end_on
order by position

-- query: bookings_{period}; period: month, quarter
select
    rank,
    coalesce(rep_name, rep_id) as rep_name,
    metric_value as booking_amount,
    share_of_total_ratio,
    rank_change,
    gap_to_next_value as gap_to_next_amount,
    rep_id
from marts.leaderboard
where
    metric = 'bookings' and period_type = '{period}'
    and $business_on between period_start_on and period_end_on
order by position

-- query: margin_{period}; period: month, quarter
select
    rank,
    coalesce(rep_name, rep_id) as rep_name,
    metric_value as margin_amount,
    share_of_total_ratio,
    rank_change,
    gap_to_next_value as gap_to_next_amount,
    rep_id
from marts.leaderboard
where
    metric = 'margin' and period_type = '{period}'
    and $business_on between period_start_on and period_end_on
order by position

-- query: attainment_{period}; period: month, quarter
select
    rank,
    coalesce(rep_name, rep_id) as rep_name,
    metric_value as attainment_ratio,
    rank_change,
    gap_to_next_value as gap_to_next_ratio,
    rep_id
from marts.leaderboard
where
    metric = 'attainment' and period_type = '{period}'
    and $business_on between period_start_on and period_end_on
order by position

-- query: deals_won_{period}; period: month, quarter
select
    rank,
    coalesce(rep_name, rep_id) as rep_name,
    cast(metric_value as bigint) as deals_won_count,
    share_of_total_ratio,
    rank_change,
    cast(gap_to_next_value as bigint) as gap_to_next_count,
    rep_id
from marts.leaderboard
where
    metric = 'deals_won' and period_type = '{period}'
    and $business_on between period_start_on and period_end_on
order by position

-- query: rep_{period}; period: month, quarter
select
    coalesce(rep_name, rep_id) as rep_name,
    net_sales_amount,
    previous_net_sales_amount,
    booking_amount,
    margin_amount,
    order_count,
    deals_won_count,
    target_amount,
    attainment_ratio,
    rank_in_company,
    previous_rank_in_company,
    rep_id
from marts.rep_scorecard
where
    period_type = '{period}' and rep_id <> '(none)'
    and $business_on between period_start_on and period_end_on
order by rank_in_company nulls last, rep_id

-- query: rep_last_{period}; period: month, quarter
select
    coalesce(rep_name, rep_id) as rep_name,
    net_sales_amount,
    previous_net_sales_amount,
    booking_amount,
    margin_amount,
    order_count,
    deals_won_count,
    target_amount,
    attainment_ratio,
    rank_in_company,
    previous_rank_in_company,
    rep_id
from marts.rep_scorecard
where
    period_type = '{period}' and rep_id <> '(none)'
    and period_start_on = (
        select max(period_start_on) from marts.rep_scorecard
        where period_type = '{period}' and period_end_on < $business_on
    )
order by rank_in_company nulls last, rep_id

-- query: rep_wins_quarter
select
    coalesce(rep_name, rep_id) as rep_name,
    deals_won_count,
    deals_lost_count,
    win_count_ratio,
    won_amount,
    lost_amount,
    win_value_ratio,
    cohort_closed_deal_count,
    cohort_win_count_ratio,
    sales_cycle_deal_count,
    sales_cycle_median_days,
    lost_cycle_deal_count,
    lost_cycle_median_days,
    rep_id
from marts.rep_scorecard
where
    period_type = 'quarter' and rep_id <> '(none)'
    and $business_on between period_start_on and period_end_on
order by rep_name

-- query: rep_wins_last_quarter
select
    coalesce(rep_name, rep_id) as rep_name,
    deals_won_count,
    deals_lost_count,
    win_count_ratio,
    won_amount,
    lost_amount,
    win_value_ratio,
    cohort_closed_deal_count,
    cohort_win_count_ratio,
    sales_cycle_deal_count,
    sales_cycle_median_days,
    lost_cycle_deal_count,
    lost_cycle_median_days,
    rep_id
from marts.rep_scorecard
where
    period_type = 'quarter' and rep_id <> '(none)'
    and period_start_on = (
        select max(period_start_on) from marts.rep_scorecard
        where period_type = 'quarter' and period_end_on < $business_on
    )
order by rep_name

-- query: team_{period}; period: month, quarter
select
    team_name,
    active_rep_count,
    net_sales_amount,
    previous_net_sales_amount,
    booking_amount,
    margin_amount,
    order_count,
    deals_won_count,
    target_amount,
    attainment_ratio,
    team_id
from marts.team_scorecard
where
    period_type = '{period}' and team_id <> '(none)'
    and $business_on between period_start_on and period_end_on
order by net_sales_amount desc, team_id

-- query: team_last_{period}; period: month, quarter
select
    team_name,
    active_rep_count,
    net_sales_amount,
    previous_net_sales_amount,
    booking_amount,
    margin_amount,
    order_count,
    deals_won_count,
    target_amount,
    attainment_ratio,
    team_id
from marts.team_scorecard
where
    period_type = '{period}' and team_id <> '(none)'
    and period_start_on = (
        select max(period_start_on) from marts.team_scorecard
        where period_type = '{period}' and period_end_on < $business_on
    )
order by net_sales_amount desc, team_id

-- query: team_wins_quarter
select
    team_name,
    deals_won_count,
    deals_lost_count,
    win_count_ratio,
    won_amount,
    lost_amount,
    win_value_ratio,
    cohort_closed_deal_count,
    cohort_win_count_ratio,
    sales_cycle_deal_count,
    sales_cycle_median_days,
    lost_cycle_deal_count,
    lost_cycle_median_days,
    team_id
from marts.team_scorecard
where
    period_type = 'quarter' and team_id <> '(none)'
    and $business_on between period_start_on and period_end_on
order by team_name

-- query: team_wins_last_quarter
select
    team_name,
    deals_won_count,
    deals_lost_count,
    win_count_ratio,
    won_amount,
    lost_amount,
    win_value_ratio,
    cohort_closed_deal_count,
    cohort_win_count_ratio,
    sales_cycle_deal_count,
    sales_cycle_median_days,
    lost_cycle_deal_count,
    lost_cycle_median_days,
    team_id
from marts.team_scorecard
where
    period_type = 'quarter' and team_id <> '(none)'
    and period_start_on = (
        select max(period_start_on) from marts.team_scorecard
        where period_type = 'quarter' and period_end_on < $business_on
    )
order by team_name
