-- Grain: deal × cause.
-- Deals that must be rebuilt, and why; of use only where not everything is.
-- A deal is stale when one of its rows may have changed, when the business date has a say in it, or when something that
-- it takes over did: its owner's territory, what an id stands for, the rate of a day. A new currency, time zone or
-- funnel makes all of them stale, as do moves that tell for the first time what their source never told.
-- Every rule reads for itself the few columns it needs: shared between rules, millions of rows would be kept in memory.
{%- set histories = {
    'deal_stage_changes': 'stg_crm__deal_stage_changes',
    'deal_observations': 'stg_crm__deal_observations',
} %}
with

terms as (
    select * from {{ ref('int_fact_terms') }}
    where not is_first_build
),

changed_terms as (
    select * from terms
    where is_changed
),

changed_days as (
    select
        qualifier as currency_code,
        try_cast(id as date) as rate_on
    from changed_terms
    where kind = 'exchange_rate'
),

-- What a later business date made of deals tells nothing of an earlier one.
causes_of_all as (
    select distinct kind as cause
    from changed_terms
    where
        kind in ('company', 'funnel_stage', 'told_fields')
        or (kind = 'business_date' and coalesce(previous_terms > terms, true))
),

previous_days as (
    select cast(previous_terms as date) as seen_on
    from terms
    where kind = 'business_date'
),

changed_deals as ({{ changed_months_of('deals') }}),

{% for dataset in histories -%}
    changed_{{ dataset }} as ({{ changed_months_of(dataset) }}),

{% endfor -%}
changed_deal_plans as ({{ changed_months_of('deal_plans') }}),

changed_months as (
    {%- for dataset in histories %}
        select date_trunc('month', try_cast(concat(lake_month, '-01') as timestamp)) as changed_month
        from changed_{{ dataset }}
        {%- if not loop.last %}
            union
        {%- endif %}
    {%- endfor %}
),

known_suspensions as (
    {{ previous_rows('intermediate', 'int_pipeline__suspensions', {'deal_id': 'string', 'lake_month': 'string'}) }}
),

known_deals as ({{ previous_rows('marts', 'fct_deals', {'deal_id': 'string'}) }}),

unsettled_deals as (
    {{ previous_rows('marts', 'fct_deals', {
        'deal_id': 'string',
        'outcome': 'string',
        'is_undated': 'boolean',
    }) }}
),

owned_deals as ({{ previous_rows('marts', 'fct_deals', {'deal_id': 'string', 'rep_id': 'string'}) }}),

priced_deals as (
    {{ previous_rows('marts', 'fct_deals', {'deal_id': 'string', 'currency_code': 'string', 'closed_on': 'date'}) }}
),

known_moves as (
    {{ previous_rows('marts', 'fct_deal_stages', {'deal_id': 'string', 'entered_at': 'timestamp'}) }}
),

later_moves as (
    {{ previous_rows('marts', 'fct_deal_stages', {'deal_id': 'string', 'entered_on': 'date'}) }}
),

priced_moves as (
    {{ previous_rows('marts', 'fct_deal_stages', {
        'deal_id': 'string',
        'currency_code': 'string',
        'entered_on': 'date',
    }) }}
),

final as (
    select
        deals.deal_id,
        'deals' as cause
    from {{ ref('stg_crm__deals') }} as deals
    inner join changed_deals on deals.lake_month = changed_deals.lake_month
    union
    -- taken back
    select
        known_deals.deal_id,
        'deals' as cause
    from known_deals
    left join {{ ref('stg_crm__deals') }} as deals on known_deals.deal_id = deals.deal_id
    where deals.deal_id is null
    {%- for dataset, relation in histories.items() %}
        union
        select
            history.deal_id,
            'history' as cause
        from {{ ref(relation) }} as history
        inner join changed_{{ dataset }} on history.lake_month = changed_{{ dataset }}.lake_month
    {%- endfor %}
    union
    select
        planned.deal_id,
        'plans' as cause
    from {{ ref('stg_crm__deal_plans') }} as planned
    inner join changed_deal_plans on planned.lake_month = changed_deal_plans.lake_month
    union
    select
        known_suspensions.deal_id,
        'plans' as cause
    from known_suspensions
    inner join changed_deal_plans on known_suspensions.lake_month = changed_deal_plans.lake_month
    union
    select
        known_moves.deal_id,
        'history' as cause
    from known_moves
    inner join changed_months on date_trunc('month', known_moves.entered_at) = changed_months.changed_month
    union
    select
        unsettled_deals.deal_id,
        'business_date' as cause
    from unsettled_deals
    cross join previous_days
    where
        unsettled_deals.outcome = 'open'
        or unsettled_deals.is_undated
    union
    -- told of by the source before its day had come
    select
        deals.deal_id,
        'business_date' as cause
    from {{ ref('stg_crm__deals') }} as deals
    cross join previous_days
    where deals.created_on > previous_days.seen_on
    union
    select
        later_moves.deal_id,
        'business_date' as cause
    from later_moves
    inner join previous_days on later_moves.entered_on > previous_days.seen_on
    {%- for entity in ['account', 'product', 'rep', 'territory'] %}
        union
        select
            deals.deal_id,
            '{{ entity }}' as cause
        from {{ ref('stg_crm__deals') }} as deals
        inner join changed_terms
            on
                changed_terms.kind = '{{ entity }}'
                and deals.source_system = changed_terms.qualifier
                and deals.{{ entity }}_id = changed_terms.id
    {%- endfor %}
    {%- for relation in histories.values() %}
        union
        select
            history.deal_id,
            'rep' as cause
        from {{ ref(relation) }} as history
        inner join changed_terms
            on
                changed_terms.kind = 'rep'
                and history.source_system = changed_terms.qualifier
                and history.rep_id = changed_terms.id
    {%- endfor %}
    union
    select
        owned_deals.deal_id,
        'home_territory' as cause
    from owned_deals
    inner join changed_terms on changed_terms.kind = 'home_territory' and owned_deals.rep_id = changed_terms.id
    union
    select
        priced_deals.deal_id,
        'exchange_rate' as cause
    from priced_deals
    inner join changed_days
        on priced_deals.currency_code = changed_days.currency_code and priced_deals.closed_on = changed_days.rate_on
    union
    select
        priced_moves.deal_id,
        'exchange_rate' as cause
    from priced_moves
    inner join changed_days
        on priced_moves.currency_code = changed_days.currency_code and priced_moves.entered_on = changed_days.rate_on
    union
    select
        deals.deal_id,
        causes_of_all.cause
    from {{ ref('stg_crm__deals') }} as deals
    cross join causes_of_all
    {%- for relation in histories.values() %}
        union
        select
            history.deal_id,
            causes_of_all.cause
        from {{ ref(relation) }} as history
        cross join causes_of_all
    {%- endfor %}
)

select * from final
