-- Grain: rep × scope (company, team, rep) the rep counts in.
with

final as (
    select
        rep_id,
        scope_type,
        scope_id
    from {{ ref('int_people__scopes') }}
    union all
    select
        rep_id,
        'company' as scope_type,
        'company' as scope_id
    from {{ ref('dim_rep') }}
)

select * from final
