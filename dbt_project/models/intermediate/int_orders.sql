-- Grain: order.
-- Orders with their ids resolved and their business dates decided. Rebuilt by lake month.
-- depends_on: {{ ref('int_stale_months') }}
{{ config(
    materialized=incremental_materialization(),
    incremental_strategy='replace_months',
    on_schema_change='fail'
) }}
with

orders as (
    select * from {{ ref('stg_shop__orders') }}
    {% if is_incremental() %}
        where lake_month in ({{ stale_months() }})
    {% endif %}
),

company as (select * from {{ ref('stg_run__company') }}),

final as (
    select
        -- identifiers
        orders.order_id,
        orders.deal_id,
        {{ resolved_id('customer', 'orders') }} as customer_id,
        {{ resolved_id('rep', 'orders') }} as rep_id,
        {{ resolved_id('territory', 'orders') }} as territory_id,
        -- categories and flags
        orders.channel,
        coalesce(orders.currency_code, company.currency_code) as currency_code,
        coalesce(orders.is_test, false) as is_test,
        -- business dates: a cancellation without a date falls on the day of the sale, none falls before it
        orders.ordered_on as sales_on,
        case
            when orders.cancelled_on is not null then greatest(orders.cancelled_on, orders.ordered_on)
            when orders.status = 'cancelled' then orders.ordered_on
        end as cancelled_on,
        -- provenance
        orders.source_system,
        orders.lake_month
    from orders
    cross join company
    {{ join_identity('customer', 'orders') }}
    {{ join_identity('rep', 'orders') }}
    {{ join_identity('territory', 'orders') }}
)

select * from final
