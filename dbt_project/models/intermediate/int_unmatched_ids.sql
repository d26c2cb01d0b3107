-- Grain: dataset × column × source system × id.
-- Ids that rows refer to and that their own dataset does not hold, after resolving what `identities` knows.
{%- set keys = {
    'account': ('stg_crm__accounts', 'account_id'),
    'contact': ('stg_crm__contacts', 'contact_id'),
    'customer': ('stg_shop__customers', 'customer_id'),
    'deal': ('stg_crm__deals', 'deal_id'),
    'lead': ('stg_crm__leads', 'lead_id'),
    'order': ('stg_shop__orders', 'order_id'),
    'product': ('stg_shop__products', 'product_id'),
    'rep': ('stg_crm__reps', 'rep_id'),
    'team': ('stg_crm__teams', 'team_id'),
    'territory': ('stg_internal__territories', 'territory_id'),
} %}
{%- set references = [
    ('accounts', 'stg_crm__accounts', 'parent_account_id', 'account'),
    ('accounts', 'stg_crm__accounts', 'owner_rep_id', 'rep'),
    ('accounts', 'stg_crm__accounts', 'territory_id', 'territory'),
    ('activities', 'stg_crm__activities', 'rep_id', 'rep'),
    ('activities', 'stg_crm__activities', 'account_id', 'account'),
    ('activities', 'stg_crm__activities', 'contact_id', 'contact'),
    ('activities', 'stg_crm__activities', 'deal_id', 'deal'),
    ('activities', 'stg_crm__activities', 'lead_id', 'lead'),
    ('contacts', 'stg_crm__contacts', 'account_id', 'account'),
    ('customers', 'stg_shop__customers', 'account_id', 'account'),
    ('customers', 'stg_shop__customers', 'territory_id', 'territory'),
    ('deals', 'fct_deals', 'account_id', 'account'),
    ('deals', 'fct_deals', 'contact_id', 'contact'),
    ('deals', 'fct_deals', 'rep_id', 'rep'),
    ('deals', 'fct_deals', 'territory_id', 'territory'),
    ('deals', 'fct_deals', 'product_id', 'product'),
    ('deal_contacts', 'stg_crm__deal_contacts', 'deal_id', 'deal'),
    ('deal_contacts', 'stg_crm__deal_contacts', 'contact_id', 'contact'),
    ('deal_observations', 'stg_crm__deal_observations', 'rep_id', 'rep'),
    ('deal_splits', 'stg_crm__deal_splits', 'deal_id', 'deal'),
    ('deal_splits', 'stg_crm__deal_splits', 'rep_id', 'rep'),
    ('deal_stage_changes', 'stg_crm__deal_stage_changes', 'deal_id', 'deal'),
    ('deal_stage_changes', 'stg_crm__deal_stage_changes', 'rep_id', 'rep'),
    ('leads', 'stg_crm__leads', 'rep_id', 'rep'),
    ('leads', 'stg_crm__leads', 'territory_id', 'territory'),
    ('leads', 'stg_crm__leads', 'converted_deal_id', 'deal'),
    ('orders', 'int_orders', 'customer_id', 'customer'),
    ('orders', 'int_orders', 'deal_id', 'deal'),
    ('orders', 'int_orders', 'rep_id', 'rep'),
    ('orders', 'int_orders', 'territory_id', 'territory'),
    ('order_lines', 'fct_order_lines', 'product_id', 'product'),
    ('process_feedback', 'stg_internal__process_feedback', 'rep_id', 'rep'),
    ('refunds', 'fct_refunds', 'order_id', 'order'),
    ('reps', 'stg_crm__reps', 'team_id', 'team'),
    ('reps', 'stg_crm__reps', 'manager_rep_id', 'rep'),
    ('reps', 'stg_crm__reps', 'territory_id', 'territory'),
    ('teams', 'stg_crm__teams', 'parent_team_id', 'team'),
    ('teams', 'stg_crm__teams', 'lead_rep_id', 'rep'),
    ('territories', 'stg_internal__territories', 'parent_territory_id', 'territory'),
    ('territory_assignments', 'stg_internal__territory_assignments', 'rep_id', 'rep'),
    ('territory_assignments', 'stg_internal__territory_assignments', 'territory_id', 'territory'),
] %}
{%- set scoped = [
    ('targets', 'stg_internal__targets', 'rep'),
    ('targets', 'stg_internal__targets', 'team'),
    ('targets', 'stg_internal__targets', 'territory'),
    ('forecast_adjustments', 'stg_internal__forecast_adjustments', 'rep'),
    ('forecast_adjustments', 'stg_internal__forecast_adjustments', 'team'),
] %}
{%- set resolvable = ['account', 'customer', 'product', 'rep', 'team', 'territory'] %}
with

{% for dataset, relation, column, entity in references -%}
    {%- set known, key = keys[entity] -%}
    {%- set resolves = relation.startswith('stg_') and entity in resolvable -%}
    {%- set id = resolved_id(entity, 'referring', column) if resolves else 'referring.' ~ column -%}
    {{ dataset }}__{{ column }} as (
        select
            '{{ dataset }}' as dataset,
            '{{ column }}' as column_name,
            '{{ entity }}' as entity,
            referring.source_system,
            {{ id }} as id,
            count(*) as row_count
        from {{ ref(relation) }} as referring
        {% if resolves -%} {{ join_identity(entity, 'referring', column) }} {%- endif %}
        left join {{ ref(known) }} as known on {{ id }} = known.{{ key }}
        where {{ id }} is not null and known.{{ key }} is null
        group by referring.source_system, {{ id }}
    ),
{% endfor %}

order_lines__order_id as (
    select
        'order_lines' as dataset,
        'order_id' as column_name,
        'order' as entity,
        source_system,
        order_id as id,
        count(*) as row_count
    from {{ ref('fct_order_lines') }}
    where not has_order
    group by source_system, order_id
),

{% for dataset, relation, entity in scoped -%}
    {%- set known, key = keys[entity] -%}
    {{ dataset }}__{{ entity }} as (
        select
            '{{ dataset }}' as dataset,
            'scope_id' as column_name,
            '{{ entity }}' as entity,
            scoped.source_system,
            {{ resolved_id(entity, 'scoped', 'scope_id') }} as id,
            count(*) as row_count
        from {{ ref(relation) }} as scoped
        {{ join_identity(entity, 'scoped', 'scope_id') }}
        left join {{ ref(known) }} as known on {{ resolved_id(entity, 'scoped', 'scope_id') }} = known.{{ key }}
        where scoped.scope_type = '{{ entity }}' and known.{{ key }} is null
        group by scoped.source_system, {{ resolved_id(entity, 'scoped', 'scope_id') }}
    ),
{% endfor %}

final as (
    {%- for dataset, relation, column, entity in references %}
        select * from {{ dataset }}__{{ column }}
        union all
    {%- endfor %}
    select * from order_lines__order_id
    {%- for dataset, _, entity in scoped %}
        union all
        select * from {{ dataset }}__{{ entity }}
    {%- endfor %}
)

select * from final
