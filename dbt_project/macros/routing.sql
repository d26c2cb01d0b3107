{#-
    A round of choosing: every lead that has no place yet chooses the rep it likes best of those with room, and of the
    leads that choose a rep the most valuable ones get the room, the older first where values are equal. Each round is a
    table of its own: planned in one statement, each round would contain all those before it.
-#}
{% macro routing_round(number) -%}
with

candidates as (select * from {{ ref('int_routing__candidates') }}),

reps as (select * from {{ ref('int_routing__reps') }}),

placed_before as ({{ routed(number - 1) }}),

taken as (
    select
        rep_id,
        count(*) as lead_count
    from placed_before
    group by rep_id
),

rooms as (
    select
        reps.rep_id,
        reps.room_count - coalesce(taken.lead_count, 0) as room_count
    from reps
    left join taken on reps.rep_id = taken.rep_id
),

choices as (
    select
        candidates.*,
        rooms.room_count,
        row_number() over (partition by candidates.lead_id order by candidates.preference) as choice
    from candidates
    inner join rooms on candidates.rep_id = rooms.rep_id and rooms.room_count > 0
    left join placed_before on candidates.lead_id = placed_before.lead_id
    where placed_before.lead_id is null
),

chosen as (
    select
        *,
        row_number() over (
            partition by rep_id
            order by coalesce(estimated_amount, 0) desc, created_on asc, lead_id asc
        ) as place
    from choices
    where choice = 1
),

final as (
    select
        lead_id,
        rep_id,
        is_in_territory
    from chosen
    where place <= room_count
)

select * from final
{%- endmacro %}


{#- Who got whom in the rounds up to this one. -#}
{% macro routed(number) -%}
    {%- for round in range(1, number + 1) %}
        select
            lead_id,
            rep_id,
            is_in_territory
        from {{ ref('int_routing__round_' ~ round) }}
        {%- if not loop.last %}
            union all
        {%- endif %}
    {%- else %}
        {{ no_rows({'lead_id': 'string', 'rep_id': 'string', 'is_in_territory': 'boolean'}) }}
    {%- endfor %}
{%- endmacro %}
