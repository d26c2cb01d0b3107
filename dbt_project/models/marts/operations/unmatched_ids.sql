-- Grain: dataset × column × source system × id.
-- Ids that rows refer to and that their own dataset does not hold; the rows count all the same.
with

unmatched as (select * from {{ ref('int_unmatched_ids') }}),

final as (
    select
        dataset,
        column_name,
        entity,
        source_system,
        id,
        cast(row_count as bigint) as row_count
    from unmatched
)

select * from final
