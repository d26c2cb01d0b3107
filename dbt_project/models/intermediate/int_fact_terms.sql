-- Grain: kind of term × qualifier × id.
-- What facts take over from the company, its funnel, the business date, identities, products, reps, exchange rates and
-- what moves tell, as one text each, and whether it differs from the previous build: such a change reaches facts whose
-- own rows did not change.
-- The table compares itself with its predecessor; a term that is gone stays for one build, with null terms.
with

company as (select * from {{ ref('stg_run__company') }}),

identities as (select * from {{ ref('int_identities') }}),

products as (select * from {{ ref('stg_shop__products') }}),

reps as (select * from {{ ref('stg_crm__reps') }}),

stages as (select * from {{ ref('stg_run__funnel_stages') }}),

rates as (select * from {{ ref('int_exchange_rates') }}),

told_fields as (select * from {{ ref('int_pipeline__told_fields') }}),

current_terms as (
    select
        'company' as kind,
        '' as qualifier,
        '' as id,
        concat(currency_code, '|', timezone) as terms
    from company
    union all
    select
        entity as kind,
        source_system as qualifier,
        external_id as id,
        internal_id as terms
    from identities
    union all
    select
        'product_terms' as kind,
        '' as qualifier,
        product_id as id,
        concat(
            coalesce(cast(unit_cost_amount as string), ''),
            '|', coalesce(currency_code, ''),
            '|', coalesce(revenue_stream, ''),
            '|', coalesce(product_category, '')
        ) as terms
    from products
    union all
    select
        'exchange_rate' as kind,
        currency_code as qualifier,
        cast(rate_on as string) as id,
        cast(rate as string) as terms
    from rates
    union all
    select
        'business_date' as kind,
        '' as qualifier,
        '' as id,
        cast({{ as_of_date() }} as string) as terms
    union all
    select
        'funnel_stage' as kind,
        funnel as qualifier,
        stage as id,
        concat(
            cast(stage_position as string),
            '|', stage_kind,
            '|', coalesce(cast(probability as string), ''),
            '|', case when is_retired then 'retired' else '' end
        ) as terms
    from stages
    union all
    select
        'told_fields' as kind,
        source_system as qualifier,
        '' as id,
        concat(
            cast(tells_rep_id as string),
            '|', cast(tells_amount as string),
            '|', cast(tells_probability as string),
            '|', cast(tells_expected_close_on as string)
        ) as terms
    from told_fields
    union all
    select
        'home_territory' as kind,
        '' as qualifier,
        reps.rep_id as id,
        coalesce({{ resolved_id('territory', 'reps') }}, '') as terms
    from reps
    {{ join_identity('territory', 'reps') }}
),

previous_terms as (
    {{ previous_rows('intermediate', 'int_fact_terms', {
        'kind': 'string',
        'qualifier': 'string',
        'id': 'string',
        'terms': 'string',
    }) }}
),

known_terms as (
    select * from previous_terms
    where terms is not null
),

history as (select count(*) = 0 as is_first_build from previous_terms),

final as (
    select
        coalesce(current_terms.kind, known_terms.kind) as kind,
        coalesce(current_terms.qualifier, known_terms.qualifier) as qualifier,
        coalesce(current_terms.id, known_terms.id) as id,
        current_terms.terms,
        known_terms.terms as previous_terms,
        coalesce(current_terms.terms <> known_terms.terms, true) as is_changed,
        history.is_first_build
    from current_terms
    full join known_terms
        on
            current_terms.kind = known_terms.kind
            and current_terms.qualifier = known_terms.qualifier
            and current_terms.id = known_terms.id
    cross join history
)

select * from final
