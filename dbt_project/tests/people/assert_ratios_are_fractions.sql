-- No win rate below 0 or above 1, and none without a closed deal.
select
    'rep' as scope_type,
    rep_id as scope_id,
    period_type,
    period_start_on
from {{ ref('rep_scorecard') }}
where
    win_count_ratio not between 0 and 1
    or win_value_ratio not between 0 and 1
    or (win_count_ratio is null) <> (deals_won_count + deals_lost_count = 0)
union all
select
    'team' as scope_type,
    team_id as scope_id,
    period_type,
    period_start_on
from {{ ref('team_scorecard') }}
where
    win_count_ratio not between 0 and 1
    or win_value_ratio not between 0 and 1
    or (win_count_ratio is null) <> (deals_won_count + deals_lost_count = 0)
