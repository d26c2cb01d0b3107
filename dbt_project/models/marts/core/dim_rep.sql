-- Grain: rep; reps that only rows refer to are inferred, `(none)` stands for nobody.
with

reps as (select * from {{ ref('stg_crm__reps') }}),

teams as (select * from {{ ref('int_teams') }}),

unmatched as (select * from {{ ref('int_unmatched_ids') }}),

known as (
    select
        reps.rep_id,
        reps.rep_name,
        reps.email,
        reps.role_name,
        reps.hired_on,
        reps.left_on,
        reps.source_system,
        false as is_inferred,
        coalesce(reps.is_active, true) as is_active,
        {{ resolved_id('team', 'reps') }} as team_id,
        {{ resolved_id('rep', 'reps', 'manager_rep_id') }} as manager_rep_id,
        {{ resolved_id('territory', 'reps') }} as territory_id
    from reps
    {{ join_identity('team', 'reps') }}
    {{ join_identity('rep', 'reps', 'manager_rep_id') }}
    {{ join_identity('territory', 'reps') }}
),

unknown as (
    select
        id as rep_id,
        cast(null as string) as rep_name,
        min(source_system) as source_system,
        true as is_inferred
    from unmatched
    where entity = 'rep'
    group by id
    union all
    select
        '(none)' as rep_id,
        '(none)' as rep_name,
        cast(null as string) as source_system,
        false as is_inferred
),

members as (
    select
        rep_id,
        rep_name,
        email,
        team_id,
        manager_rep_id,
        territory_id,
        role_name,
        is_active,
        is_inferred,
        hired_on,
        left_on,
        source_system
    from known
    union all
    select
        rep_id,
        rep_name,
        cast(null as string) as email,
        cast(null as string) as team_id,
        cast(null as string) as manager_rep_id,
        cast(null as string) as territory_id,
        cast(null as string) as role_name,
        true as is_active,
        is_inferred,
        cast(null as date) as hired_on,
        cast(null as date) as left_on,
        source_system
    from unknown
),

final as (
    select
        members.rep_id,
        members.rep_name,
        members.email,
        members.team_id,
        teams.team_name,
        members.manager_rep_id,
        members.territory_id,
        members.role_name,
        members.is_active,
        members.is_inferred,
        members.hired_on,
        members.left_on,
        members.source_system
    from members
    left join teams on members.team_id = teams.team_id
)

select * from final
