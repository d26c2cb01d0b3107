-- Grain: dataset × source system.
-- Rows and money of each dataset where they stand now: in the lake and, for datasets that become a fact or dimension,
-- in the warehouse, there by what becomes of them in reports. Money is in the rows' own currencies.
{%- set lake = [
    ('accounts', 'stg_crm__accounts', none),
    ('activities', 'stg_crm__activities', none),
    ('contacts', 'stg_crm__contacts', none),
    ('deals', 'stg_crm__deals', 'amount'),
    ('deal_contacts', 'stg_crm__deal_contacts', none),
    ('deal_observations', 'stg_crm__deal_observations', none),
    ('deal_plans', 'stg_crm__deal_plans', none),
    ('deal_splits', 'stg_crm__deal_splits', none),
    ('deal_stage_changes', 'stg_crm__deal_stage_changes', none),
    ('identities', 'stg_crm__identities', none),
    ('leads', 'stg_crm__leads', none),
    ('reps', 'stg_crm__reps', none),
    ('teams', 'stg_crm__teams', none),
    ('exchange_rates', 'stg_internal__exchange_rates', none),
    ('forecast_adjustments', 'stg_internal__forecast_adjustments', 'adjusted_amount'),
    ('holidays', 'stg_internal__holidays', none),
    ('process_feedback', 'stg_internal__process_feedback', none),
    ('targets', 'stg_internal__targets', 'target_amount'),
    ('territories', 'stg_internal__territories', none),
    ('territory_assignments', 'stg_internal__territory_assignments', none),
    ('customers', 'stg_shop__customers', none),
    ('orders', 'stg_shop__orders', 'subtotal_amount'),
    ('order_lines', 'stg_shop__order_lines', 'net_amount'),
    ('products', 'stg_shop__products', none),
    ('refunds', 'stg_shop__refunds', 'amount'),
] %}
{%- set others = [
    ('deal_observations', 'fct_deal_stages', 'is_observed'),
    ('deal_stage_changes', 'fct_deal_stages', 'not is_observed'),
    ('orders', 'int_orders', 'true'),
    ('reps', 'dim_rep', "not is_inferred and rep_id <> '(none)'"),
    ('teams', 'dim_team', "not is_inferred and team_id <> '(none)'"),
    ('territories', 'dim_territory', "not is_inferred and territory_id <> '(none)'"),
    ('customers', 'dim_customer', "not is_inferred and customer_id <> '(none)'"),
    ('products', 'dim_product', "not is_inferred and product_id <> '(none)'"),
] %}
{%- set fates = ['counted', 'test', 'not_a_sale', 'repayment', 'not_yet', 'unpriced'] %}
with

lake as (
    {%- for dataset, relation, amount in lake %}
        select
            '{{ dataset }}' as dataset,
            source_system,
            count(*) as row_count,
            {{ 'sum(' ~ amount ~ ')' if amount else 'cast(null as decimal(18, 4))' }} as amount
        from {{ ref(relation) }}
        group by source_system
        union all
    {%- endfor %}
    select
        'control_totals' as dataset,
        sent_by_source as source_system,
        count(*) as row_count,
        cast(null as decimal(18, 4)) as amount
    from {{ ref('stg_internal__control_totals') }}
    group by sent_by_source
),

-- What becomes of rows: they count, or they are left out for the first reason that holds.
placed as (
    select
        'order_lines' as dataset,
        source_system,
        case
            when is_test then 'test'
            when not is_sale then 'not_a_sale'
            when is_unpriced then 'unpriced'
            else 'counted'
        end as fate,
        count(*) as row_count,
        sum(original_net_amount) as amount
    from {{ ref('fct_order_lines') }}
    group by source_system, is_test, is_sale, is_unpriced
    union all
    select
        'refunds' as dataset,
        source_system,
        case
            when is_test then 'test'
            when is_repayment then 'repayment'
            when not is_return then 'not_a_sale'
            when is_unpriced then 'unpriced'
            else 'counted'
        end as fate,
        count(*) as row_count,
        sum(original_refund_amount) as amount
    from {{ ref('fct_refunds') }}
    group by source_system, is_test, is_repayment, is_return, is_unpriced
    union all
    select
        'deals' as dataset,
        source_system,
        case when is_unpriced then 'unpriced' else 'counted' end as fate,
        count(*) as row_count,
        sum(source_deal_amount) as amount
    from {{ ref('fct_deals') }}
    group by source_system, is_unpriced
    union all
    select
        'deals' as dataset,
        source_system,
        'not_yet' as fate,
        count(*) as row_count,
        sum(amount) as amount
    from {{ ref('stg_crm__deals') }}
    where created_on > {{ as_of_date() }}
    group by source_system
    {%- for dataset, relation, rows in others %}
        union all
        select
            '{{ dataset }}' as dataset,
            source_system,
            'counted' as fate,
            count(*) as row_count,
            cast(null as decimal(18, 4)) as amount
        from {{ ref(relation) }}
        where {{ rows }}
        group by source_system
    {%- endfor %}
),

warehouse as (
    select
        dataset,
        source_system,
        {%- for fate in fates %}
            sum(case when fate = '{{ fate }}' then row_count else 0 end) as {{ fate }}_row_count,
            sum(case when fate = '{{ fate }}' then amount end) as {{ fate }}_amount,
        {%- endfor %}
        sum(row_count) as row_count,
        sum(amount) as amount
    from placed
    group by dataset, source_system
),

warehoused as (
    {%- for dataset in ['order_lines', 'refunds', 'deals'] + others | map('first') | list %}
        select '{{ dataset }}' as dataset
        {{- ' union all' if not loop.last }}
    {%- endfor %}
),

final as (
    select
        coalesce(lake.dataset, warehouse.dataset) as dataset,
        coalesce(lake.source_system, warehouse.source_system) as source_system,
        coalesce(lake.row_count, 0) as lake_row_count,
        lake.amount as lake_amount,
        {%- for fate in fates %}
            warehouse.{{ fate }}_row_count,
            warehouse.{{ fate }}_amount,
        {%- endfor %}
        warehouse.row_count as warehouse_row_count,
        warehouse.amount as warehouse_amount,
        warehoused.dataset is not null as is_in_warehouse
    from lake
    full join warehouse on lake.dataset = warehouse.dataset and lake.source_system = warehouse.source_system
    left join warehoused on coalesce(lake.dataset, warehouse.dataset) = warehoused.dataset
)

select * from final
