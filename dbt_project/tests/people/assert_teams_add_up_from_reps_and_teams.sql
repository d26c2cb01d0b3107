-- A team has sold what its own reps and the teams directly below it have sold. Teams whose parents form a circle have
-- no such sum and are left out.
{%- set figures = [
    'net_sales_amount', 'booking_amount', 'order_count', 'deals_won_count', 'deals_lost_count', 'rep_count'
] %}
with

ancestors as (select * from {{ ref('int_team_ancestors') }}),

circles as (
    select distinct ancestors.team_id
    from ancestors
    inner join ancestors as descendants
        on
            ancestors.team_id = descendants.ancestor_team_id
            and ancestors.ancestor_team_id = descendants.team_id
    where ancestors.distance > 0
),

parts as (
    select
        team_id,
        period_type,
        period_start_on,
        net_sales_amount,
        booking_amount,
        order_count,
        deals_won_count,
        deals_lost_count,
        case when rep_id = '(none)' then 0 else 1 end as rep_count
    from {{ ref('rep_scorecard') }}
    union all
    select
        parent_team_id as team_id,
        period_type,
        period_start_on,
        net_sales_amount,
        booking_amount,
        order_count,
        deals_won_count,
        deals_lost_count,
        rep_count
    from {{ ref('team_scorecard') }}
    where parent_team_id is not null
),

summed as (
    select
        team_id,
        period_type,
        period_start_on,
    {%- for figure in figures %}
        sum({{ figure }}) as {{ figure }}{{ ',' if not loop.last }}
    {%- endfor %}
    from parts
    group by team_id, period_type, period_start_on
),

teams as (select * from {{ ref('team_scorecard') }})

select
    coalesce(teams.team_id, summed.team_id) as team_id,
    coalesce(teams.period_type, summed.period_type) as period_type,
    coalesce(teams.period_start_on, summed.period_start_on) as period_start_on
from teams
full join summed
    on
        teams.team_id = summed.team_id
        and teams.period_type = summed.period_type
        and teams.period_start_on = summed.period_start_on
left join circles on coalesce(teams.team_id, summed.team_id) = circles.team_id
where
    circles.team_id is null
    and (
        {%- for figure in figures %}
            teams.{{ figure }} is distinct from summed.{{ figure }}{{ ' or' if not loop.last }}
        {%- endfor %}
    )
