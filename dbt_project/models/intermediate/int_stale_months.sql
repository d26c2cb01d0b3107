-- Grain: lake month × cause.
-- Months of orders and order lines that must be rebuilt, and why; of use only where not everything is.
-- A month is stale when its own rows changed, or when something they take over did: an order's rep, what an id stands
-- for, a product's cost, the rate of a day, the company's currency or time zone.
-- Every rule reads for itself the few columns it needs: shared between rules, millions of rows would be kept in memory.
with

changed_terms as (
    select * from {{ ref('int_fact_terms') }}
    where is_changed
),

-- Where nothing was built before, previous rows are empty and the staged ones need no search.
changed_identities as (
    select * from changed_terms
    where not is_first_build
),

changed_orders as ({{ changed_months_of('orders') }}),

changed_lines as ({{ changed_months_of('order_lines') }}),

order_months as ({{ previous_rows('intermediate', 'int_orders', {'lake_month': 'string'}) }}),

line_months as ({{ previous_rows('marts', 'fct_order_lines', {'lake_month': 'string'}) }}),

line_order_months as (
    {{ previous_rows('marts', 'fct_order_lines', {'order_lake_month': 'string', 'lake_month': 'string'}) }}
),

line_orders as (
    {{ previous_rows('marts', 'fct_order_lines', {
        'order_id': 'string',
        'has_order': 'boolean',
        'lake_month': 'string',
    }) }}
),

line_products as (
    {{ previous_rows('marts', 'fct_order_lines', {'product_id': 'string', 'lake_month': 'string'}) }}
),

line_days as (
    {{ previous_rows('marts', 'fct_order_lines', {'sales_on': 'date', 'lake_month': 'string'}) }}
),

stale_order_months as (
    select
        'orders' as cause,
        lake_month
    from changed_orders
    {%- for entity in ['customer', 'rep', 'territory'] %}
        union
        select
            '{{ entity }}' as cause,
            orders.lake_month
        from {{ ref('stg_shop__orders') }} as orders
        inner join changed_identities
            on
                changed_identities.kind = '{{ entity }}'
                and orders.source_system = changed_identities.qualifier
                and orders.{{ entity }}_id = changed_identities.id
    {%- endfor %}
    union
    select
        'company' as cause,
        order_months.lake_month
    from order_months
    inner join changed_terms on changed_terms.kind = 'company'
),

final as (
    select
        cause,
        lake_month
    from stale_order_months
    union
    select
        'order_lines' as cause,
        lake_month
    from changed_lines
    union
    -- lines in another month than their order
    select
        'orders' as cause,
        lake_month
    from line_order_months
    where order_lake_month in (select stale_order_months.lake_month from stale_order_months)
    union
    -- lines that came before their order
    select
        'orders' as cause,
        lake_month
    from line_orders
    where
        not has_order
        and order_id in (
            select orders.order_id
            from {{ ref('stg_shop__orders') }} as orders
            inner join changed_orders on orders.lake_month = changed_orders.lake_month
        )
    union
    select
        'product' as cause,
        staged_lines.lake_month
    from {{ ref('stg_shop__order_lines') }} as staged_lines
    inner join changed_identities
        on
            changed_identities.kind = 'product'
            and staged_lines.source_system = changed_identities.qualifier
            and staged_lines.product_id = changed_identities.id
    union
    select
        'product_terms' as cause,
        line_products.lake_month
    from line_products
    inner join changed_terms on changed_terms.kind = 'product_terms' and line_products.product_id = changed_terms.id
    union
    select
        'exchange_rate' as cause,
        line_days.lake_month
    from line_days
    inner join changed_terms
        on changed_terms.kind = 'exchange_rate' and line_days.sales_on = try_cast(changed_terms.id as date)
    union
    select
        'company' as cause,
        line_months.lake_month
    from line_months
    inner join changed_terms on changed_terms.kind = 'company'
)

select * from final
