-- Grain: entity × source system × external id.
-- Whom or what a source means by an id that is not the entity's own.
with

identities as (select * from {{ ref('stg_crm__identities') }}),

final as (
    select
        entity,
        system as source_system,
        external_id,
        internal_id
    from identities
)

select * from final
