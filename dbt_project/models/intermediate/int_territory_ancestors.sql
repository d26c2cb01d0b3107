-- Grain: territory × itself or a territory above it.
-- Whatever counts for a territory counts for all its ancestors. A circle of parents ends after twenty levels.
with recursive

territories as (select * from {{ ref('int_territories') }}),

climbed as (
    select
        territory_id,
        territory_id as ancestor_territory_id,
        parent_territory_id as next_territory_id,
        0 as distance
    from territories
    union all
    select
        climbed.territory_id,
        climbed.next_territory_id as ancestor_territory_id,
        territories.parent_territory_id as next_territory_id,
        climbed.distance + 1 as distance
    from climbed
    inner join territories on climbed.next_territory_id = territories.territory_id
    where climbed.distance < 20
),

final as (
    select
        territory_id,
        ancestor_territory_id,
        cast(min(distance) as bigint) as distance
    from climbed
    group by territory_id, ancestor_territory_id
)

select * from final
