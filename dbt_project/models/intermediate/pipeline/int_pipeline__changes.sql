-- Grain: deal × instant × stage.
-- How deals moved and changed: what sources tell of moves, and what nights saw beside it. A field that the source's
-- moves never tell is what the last look at the deal saw, or the first one. What neither tells is null and not known
-- here; what a look saw empty was empty, and so was what a move leaves out that others of its source tell. The currency
-- of an empty amount is left out as well. A look that tells no stage saw the deal where its last move had brought it.
-- Only of the deals that are rebuilt: nothing else is read of it.
-- depends_on: {{ ref('int_pipeline__stale_deals') }}
{%- set is_rebuilt = is_stale_deal('deal_id', is_kept=are_deals_kept()) %}
{%- set told_by_moves = ['rep_id', 'amount', 'probability', 'expected_close_on'] %}
with

moves as (
    select * from {{ ref('stg_crm__deal_stage_changes') }}
    where {{ is_rebuilt }}
),

told_fields as (select * from {{ ref('int_pipeline__told_fields') }}),

observations as (
    select * from {{ ref('stg_crm__deal_observations') }}
    where {{ is_rebuilt }}
),

deals as (
    select * from {{ ref('stg_crm__deals') }}
    where {{ is_rebuilt }}
),

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
        moves.source_system,
        {%- for field in told_by_moves %}
            case
                when told_fields.tells_{{ field }} then moves.{{ field }}
                else coalesce(moves.{{ field }}, looks.{{ field }})
            end as {{ field }},
            looks.deal_id is not null or coalesce(told_fields.tells_{{ field }}, false) as tells_{{ field }},
        {%- endfor %}
        coalesce(moves.currency_code, looks.currency_code) as currency_code,
        looks.deal_id is not null as tells_currency_code
    from moves
    left join told_fields on moves.source_system = told_fields.source_system
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
        looks.source_system,
        {%- for field in told_by_moves %}
            looks.{{ field }},
            true as tells_{{ field }},
        {%- endfor %}
        looks.currency_code,
        true as tells_currency_code
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
