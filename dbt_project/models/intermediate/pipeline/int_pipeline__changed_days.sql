-- Grain: one row.
-- From which day on the open pipeline may differ from what the last build told; of use only where something is kept.
-- It differs from the first day on which a deal enters, leaves or is overdue otherwise than was told, and from the day
-- after the last that was told or is still told.
{%- set told = ['funnel', 'stage', 'stage_position', 'rep_id', 'probability', 'deal_amount', 'original_deal_amount'] %}
{%- set turns = {
    'entered': 'from_on',
    'left': 'until_on',
    'overdue': 'greatest(from_on, ' ~ add_days('expected_close_on', 1) ~ ')',
} %}
{%- set beginning = "cast('0001-01-01' as date)" %}
with

terms as (select * from {{ ref('int_fact_terms') }}),

stale_deals as (select distinct deal_id from {{ ref('int_pipeline__stale_deals') }}),

states as (
    select
        1 as sign,
        states.deal_id,
        states.state,
        states.from_on,
        states.until_on,
        states.expected_close_on,
        {%- for column in told %}
            states.{{ column }}
            {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from {{ ref('int_pipeline__states') }} as states
    inner join stale_deals on states.deal_id = stale_deals.deal_id
    union all
    select
        -1 as sign,
        deal_id,
        state,
        from_on,
        until_on,
        expected_close_on,
        {{ told | join(', ') }}
    from {{ ref('int_pipeline__former_states') }}
),

turns as (
    {%- for turn, day in turns.items() %}
        select
            '{{ turn }}' as turn,
            {{ day }} as turned_on,
            sign,
            deal_id,
            {{ told | join(', ') }}
        from states
        where state = 'open'{% if turn == 'overdue' %} and (until_on is null or {{ day }} < until_on){% endif %}
        {%- if not loop.last %}
            union all
        {%- endif %}
    {%- endfor %}
),

differing as (
    select turned_on
    from turns
    where turned_on is not null
    group by turn, turned_on, deal_id, {{ told | join(', ') }}
    having sum(sign) <> 0
),

first_differing as (select min(turned_on) as turned_on from differing),

last_told as (
    select
        max(case when kind = 'business_date' then cast(previous_terms as date) end) as business_on,
        max(case when kind = 'company' and is_changed then 1 else 0 end) = 1 as is_counted_otherwise
    from terms
),

final as (
    select
        case
            when last_told.is_counted_otherwise or last_told.business_on is null then {{ beginning }}
            else least(
                coalesce(first_differing.turned_on, {{ add_days('last_told.business_on', 1) }}),
                {{ add_days('last_told.business_on', 1) }},
                {{ add_days(as_of_date(), 1) }}
            )
        end as changed_from_on
    from last_told
    cross join first_differing
)

select * from final
