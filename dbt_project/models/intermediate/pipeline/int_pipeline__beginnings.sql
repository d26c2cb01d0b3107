-- Grain: deal that a source or a night told a move of.
-- When a deal was first told of, and whether a night saw it then. Rebuilt by deal.
-- depends_on: {{ ref('int_pipeline__stale_deals') }}
{{ config(
    materialized=incremental_materialization(),
    incremental_strategy='replace_deals',
    on_schema_change='fail'
) }}
with

moves as (
    select * from {{ ref('fct_deal_stages') }}
    where {{ is_stale_deal('deal_id') }}
),

final as (
    select
        moves.deal_id,
        {{ first_told('moves') }}
    from moves
    group by moves.deal_id
)

select * from final
