-- Grain: deal × instant × stage.
-- How deals moved and changed: what sources tell of moves, and what nights saw beside it. A move that leaves a field
-- out has it as the last look at the deal saw it, or as the first one did. What neither move nor look tells is null and
-- not known here; what a look saw empty was empty. A look that tells no stage saw the deal where its last move had
-- brought it.
{{ config(materialized='view') }}
{%- set fields = ['rep_id', 'amount', 'currency_code', 'probability', 'expected_close_on'] %}
with

moves as (select * from {{ ref('stg_crm__deal_stage_changes') }}),

observations as (select * from {{ ref('stg_crm__deal_observations') }}),

deals as (select * from {{ ref('stg_crm__deals') }}),

looks as (
    select
        *,
        {{ in_force_between('observed_at', 'deal_id', 'observed_at') }}
    from observations
),

moved as (
    select
        moves.deal_id,
        moves.changed_at,
        moves.changed_on,
        moves.stage,
        false as is_observed,
        looks.deal_id is not null as is_seen,
        moves.source_system,
        {%- for field in fields %}
            coalesce(moves.{{ field }}, looks.{{ field }}) as {{ field }}
            {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from moves
    left join looks
        on
            moves.deal_id = looks.deal_id
            and moves.changed_at >= looks.in_force_from
            and moves.changed_at < looks.in_force_until
),

seen_in_untold_stages as (
    select distinct deal_id
    from looks
    where stage is null
),

-- Moves at the same instant are taken in the order of the funnel.
placed as (
    select
        moves.deal_id,
        moves.stage,
        moves.changed_at,
        {{ in_force_between(
            'moves.changed_at',
            'moves.deal_id',
            'moves.changed_at, ' ~ stage_column('stage_position') ~ ', moves.stage'
        ) }}
    from moves
    inner join seen_in_untold_stages on moves.deal_id = seen_in_untold_stages.deal_id
    left join deals on moves.deal_id = deals.deal_id
    {{ join_stage('deals', 'moves.stage') }}
),

observed as (
    select
        looks.deal_id,
        looks.observed_at as changed_at,
        looks.observed_on as changed_on,
        coalesce(looks.stage, placed.stage, deals.stage, '(unknown)') as stage,
        true as is_observed,
        true as is_seen,
        looks.source_system,
        {%- for field in fields %}
            looks.{{ field }}
            {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from looks
    left join deals on looks.deal_id = deals.deal_id
    left join placed
        on
            looks.deal_id = placed.deal_id
            and looks.observed_at >= placed.in_force_from
            and looks.observed_at < placed.in_force_until
),

final as (
    select * from moved
    union all
    select * from observed
)

select * from final
