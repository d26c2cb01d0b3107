-- Grain: lake month × cause.
-- Months of orders and order lines that must be rebuilt, and why. Empty where everything is rebuilt.
-- A month is stale when its own rows changed, or when something they take over did: an order's rep, what an id stands
-- for, a product's cost, the rate of a day, the company's currency or time zone.
{%- set orders = previous_build('intermediate', 'int_orders') %}
{%- set lines = previous_build('marts', 'fct_order_lines') %}
with

staged_orders as (select * from {{ ref('stg_shop__orders') }}),

staged_lines as (select * from {{ ref('stg_shop__order_lines') }}),

changed_terms as (select * from {{ ref('int_fact_terms') }} where is_changed),

{% if orders and lines -%}

stale_order_months as (
    {%- for month in changed_months_of('orders') %}
        select
            'orders' as cause,
            {{ month_literals([month]) }} as lake_month
        union
    {%- endfor %}
    {%- for entity in ['customer', 'rep', 'territory'] %}
        select
            '{{ entity }}' as cause,
            staged_orders.lake_month
        from staged_orders
        inner join changed_terms
            on
                changed_terms.kind = '{{ entity }}'
                and staged_orders.source_system = changed_terms.qualifier
                and staged_orders.{{ entity }}_id = changed_terms.id
        union
    {%- endfor %}
    select
        'company' as cause,
        orders.lake_month
    from {{ orders }} as orders
    inner join changed_terms on changed_terms.kind = 'company'
),

final as (
    select
        cause,
        lake_month
    from stale_order_months
    union
    {%- for month in changed_months_of('order_lines') %}
        select
            'order_lines' as cause,
            {{ month_literals([month]) }} as lake_month
        union
    {%- endfor %}
    -- lines in another month than their order
    select
        'orders' as cause,
        lines.lake_month
    from {{ lines }} as lines
    where lines.order_lake_month in (select stale_order_months.lake_month from stale_order_months)
    union
    -- lines that came before their order
    select
        'orders' as cause,
        lines.lake_month
    from {{ lines }} as lines
    where
        not lines.has_order
        and lines.order_id in (
            select staged_orders.order_id
            from staged_orders
            where staged_orders.lake_month in ({{ month_literals(changed_months_of('orders')) }})
        )
    union
    select
        'product_terms' as cause,
        lines.lake_month
    from {{ lines }} as lines
    inner join changed_terms on changed_terms.kind = 'product_terms' and lines.product_id = changed_terms.id
    union
    select
        'product' as cause,
        staged_lines.lake_month
    from staged_lines
    inner join changed_terms
        on
            changed_terms.kind = 'product'
            and staged_lines.source_system = changed_terms.qualifier
            and staged_lines.product_id = changed_terms.id
    union
    select
        'exchange_rate' as cause,
        lines.lake_month
    from {{ lines }} as lines
    inner join changed_terms
        on changed_terms.kind = 'exchange_rate' and lines.sales_on = try_cast(changed_terms.id as date)
    union
    select
        'company' as cause,
        lines.lake_month
    from {{ lines }} as lines
    inner join changed_terms on changed_terms.kind = 'company'
)

{%- else -%}

final as (
    select
        cast(null as string) as cause,
        cast(null as string) as lake_month
    from changed_terms
    where false
)

{%- endif %}

select * from final
