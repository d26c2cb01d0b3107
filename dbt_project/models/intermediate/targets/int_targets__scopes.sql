-- Grain: scope type × scope.
-- Everybody and everything a target can be for, as far as a source knows them.
with

reps as (select * from {{ ref('dim_rep') }}),

teams as (select * from {{ ref('dim_team') }}),

territories as (select * from {{ ref('dim_territory') }}),

products as (select * from {{ ref('dim_product') }}),

final as (
    select
        'company' as scope_type,
        'company' as scope_id
    union all
    select
        'rep' as scope_type,
        rep_id as scope_id
    from reps
    where not is_inferred
    union all
    select
        'team' as scope_type,
        team_id as scope_id
    from teams
    where not is_inferred
    union all
    select
        'territory' as scope_type,
        territory_id as scope_id
    from territories
    where not is_inferred
    union all
    select distinct
        'product_category' as scope_type,
        product_category as scope_id
    from products
    where product_category is not null
)

select * from final
