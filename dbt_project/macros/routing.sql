{#-
    A round of placing leads, in three steps. Every rep with room offers slots, and the more a rep already has to do,
    the less the next slot is worth: conversion / (open leads + proposals so far + 1), so that leads are shared out in
    proportion to conversion. Leads that ask the same of a rep form a pool; the first of a pool, by value and age, takes
    the pool's best slot, the second the next, and so on. A slot that several pools would take goes to the pool that
    fewer reps can serve; who loses it tries the next round. The pool that wins all its slots is placed as far as there
    is room: each round is done with one more pool at the least, with most of them at once.
    In the first two rounds leads see only who covers their territory; afterwards those whom nobody with room there can
    take see all. Each round is a table of its own: planned in one statement, each round would contain all those before it.
-#}
{% macro routing_round(number) -%}
{%- set is_home = number <= 2 -%}
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
        reps.conversion_ratio,
        reps.open_lead_count + coalesce(taken.lead_count, 0) as load_count,
        reps.room_count - coalesce(taken.lead_count, 0) as room_count
    from reps
    left join taken on reps.rep_id = taken.rep_id
),

with_room as (
    select
        candidates.*,
        max(case when candidates.is_in_territory then 1 else 0 end) over (partition by candidates.lead_id) = 1
            as is_home_lead
    from candidates
    inner join rooms on candidates.rep_id = rooms.rep_id and rooms.room_count > 0
    left join placed_before on candidates.lead_id = placed_before.lead_id
    where placed_before.lead_id is null
),

waiting as (
    select
        lead_id,
        rep_id,
        estimated_amount,
        created_on,
        case
            when is_home_lead then concat(coalesce(required_skill, ''), ' in ', territory_id)
            else coalesce(required_skill, '')
        end as pool
    from with_room
    where is_in_territory{{ ' or not is_home_lead' if not is_home }}
),

queued as (
    select
        pool,
        lead_id,
        row_number() over (
            partition by pool
            order by coalesce(estimated_amount, 0) desc, created_on asc, lead_id asc
        ) as place
    from waiting
    group by pool, lead_id, estimated_amount, created_on
),

pool_reps as (
    select
        pool,
        rep_id,
        count(*) as lead_count
    from waiting
    group by pool, rep_id
),

pools as (
    select
        pool,
        count(*) as rep_count
    from pool_reps
    group by pool
),

-- No rep needs more slots than there are leads that could take them.
numbered as (
    select
        pool_reps.pool,
        pool_reps.rep_id,
        rooms.conversion_ratio,
        rooms.load_count,
        {{ each_number(1, 'cast(least(rooms.room_count, pool_reps.lead_count) as int)') }} as slot_number
    from pool_reps
    inner join rooms on pool_reps.rep_id = rooms.rep_id
),

offered as (
    select
        pool,
        rep_id,
        slot_number,
        row_number() over (
            partition by pool
            order by
                cast(coalesce(conversion_ratio, 1) as double) / (load_count + slot_number) desc,
                load_count + slot_number asc,
                rep_id asc
        ) as place
    from numbered
),

met as (
    select
        queued.lead_id,
        offered.rep_id,
        row_number() over (
            partition by offered.rep_id, offered.slot_number
            order by pools.rep_count asc, pools.pool asc
        ) as turn
    from queued
    inner join offered on queued.pool = offered.pool and queued.place = offered.place
    inner join pools on queued.pool = pools.pool
),

final as (
    select
        met.lead_id,
        met.rep_id,
        candidates.is_in_territory
    from met
    inner join candidates on met.lead_id = candidates.lead_id and met.rep_id = candidates.rep_id
    where met.turn = 1
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
