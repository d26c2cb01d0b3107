-- Grain: deal × business date on which it changed.
-- What the last build told of the deals that are rebuilt: nothing where nothing is kept.
with

stale_deals as (select distinct deal_id from {{ ref('int_pipeline__stale_deals') }}),

former_states as (
    {{ previous_rows('intermediate', 'int_pipeline__states', {
        'deal_id': 'string',
        'funnel': 'string',
        'stage': 'string',
        'stage_position': 'bigint',
        'state': 'string',
        'rep_id': 'string',
        'from_on': 'date',
        'until_on': 'date',
        'expected_close_on': 'date',
        'probability': 'decimal(9, 4)',
        'deal_amount': 'decimal(18, 4)',
        'original_deal_amount': 'decimal(18, 4)',
    }) }}
),

final as (
    select former_states.*
    from former_states
    inner join stale_deals on former_states.deal_id = stale_deals.deal_id
)

select * from final
