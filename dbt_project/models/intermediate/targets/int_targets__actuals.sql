-- Grain: scope × sales day up to the business date.
-- What counts against a target, by everything a target can be for. `(none)` holds what belongs to nobody, so that
-- reps, territories and categories add up to the company.
{%- set amounts -%}
        cast(sum(net_sales_amount) as decimal(18, 4)) as net_sales_amount,
        cast(sum(booking_amount) as decimal(18, 4)) as booking_amount,
        cast(sum(revenue_amount) as decimal(18, 4)) as revenue_amount,
        cast(sum(margin_amount) as decimal(18, 4)) as margin_amount,
        cast(sum(unit_count) as decimal(18, 4)) as unit_count,
        cast(sum(deals_won_count) as decimal(18, 4)) as deals_won_count
{%- endset %}
with

sales as (select * from {{ ref('int_targets__revenue') }}),

reps as (select * from {{ ref('dim_rep') }}),

team_chain as (select * from {{ ref('int_targets__team_chain') }}),

territory_ancestors as (select * from {{ ref('int_territory_ancestors') }}),

by_team as (
    select
        sales.*,
        coalesce(reps.team_id, '(none)') as team_id
    from sales
    left join reps on sales.rep_id = reps.rep_id
),

final as (
    select
        'company' as scope_type,
        'company' as scope_id,
        sales_on,
        {{ amounts }}
    from sales
    group by sales_on
    union all
    select
        'team' as scope_type,
        team_chain.scope_id,
        by_team.sales_on,
        {{ amounts }}
    from by_team
    inner join team_chain
        on
            by_team.team_id = team_chain.home_id
            and team_chain.home_type = 'team'
            and team_chain.scope_type = 'team'
    group by team_chain.scope_id, by_team.sales_on
    union all
    select
        'rep' as scope_type,
        rep_id as scope_id,
        sales_on,
        {{ amounts }}
    from sales
    group by rep_id, sales_on
    union all
    select
        'territory' as scope_type,
        coalesce(territory_ancestors.ancestor_territory_id, sales.territory_id) as scope_id,
        sales.sales_on,
        {{ amounts }}
    from sales
    left join territory_ancestors on sales.territory_id = territory_ancestors.territory_id
    group by coalesce(territory_ancestors.ancestor_territory_id, sales.territory_id), sales.sales_on
    union all
    select
        'product_category' as scope_type,
        product_category as scope_id,
        sales_on,
        {{ amounts }}
    from sales
    group by product_category, sales_on
)

select * from final
