-- Grain: territory; territories that only rows refer to are inferred, `(none)` stands for outside every territory.
with

territories as (select * from {{ ref('int_territories') }}),

ancestors as (select * from {{ ref('int_territory_ancestors') }}),

depths as (
    select
        territory_id,
        max(distance) as depth
    from ancestors
    group by territory_id
),

final as (
    select
        territories.territory_id,
        territories.territory_name,
        territories.parent_territory_id,
        territories.region,
        territories.country_code,
        cast(depths.depth as bigint) as depth,
        territories.is_inferred,
        territories.source_system
    from territories
    left join depths on territories.territory_id = depths.territory_id
    union all
    select
        '(none)' as territory_id,
        '(none)' as territory_name,
        cast(null as string) as parent_territory_id,
        cast(null as string) as region,
        cast(null as string) as country_code,
        cast(0 as bigint) as depth,
        false as is_inferred,
        cast(null as string) as source_system
)

select * from final
