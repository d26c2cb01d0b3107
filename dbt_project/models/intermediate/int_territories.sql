-- Grain: territory; the unknown territories that rows refer to included.
with

territories as (select * from {{ ref('stg_internal__territories') }}),

unmatched as (select * from {{ ref('int_unmatched_ids') }}),

known as (
    select
        territories.territory_id,
        territories.territory_name,
        territories.region,
        territories.country_code,
        territories.source_system,
        false as is_inferred,
        {{ resolved_id('territory', 'territories', 'parent_territory_id') }} as parent_territory_id
    from territories
    {{ join_identity('territory', 'territories', 'parent_territory_id') }}
),

inferred as (
    select
        id as territory_id,
        cast(null as string) as territory_name,
        cast(null as string) as region,
        cast(null as string) as country_code,
        min(source_system) as source_system,
        true as is_inferred,
        cast(null as string) as parent_territory_id
    from unmatched
    where entity = 'territory'
    group by id
),

final as (
    select * from known
    union all
    select * from inferred
)

select * from final
