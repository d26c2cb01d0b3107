-- Grain: order line.
-- Every line of every order, sale or not, with what it takes over from its order and its product.
-- Rebuilt by lake month. Texts are what a wide table costs, so those that repeat another column are left null.
-- depends_on: {{ ref('int_stale_months') }}
{{ config(
    materialized=incremental_materialization(),
    incremental_strategy='replace_months',
    on_schema_change='fail'
) }}
with

lines as (
    select
        order_id,
        line_number,
        ordered_at,
        product_id,
        coalesce(line_kind, 'product') as line_kind,
        revenue_stream,
        quantity,
        net_amount,
        discount_amount,
        cost_amount,
        currency_code,
        source_system,
        lake_month
    from {{ ref('stg_shop__order_lines') }}
    {% if is_incremental() %}
        where lake_month in ({{ stale_months() }})
    {% endif %}
),

orders as (select * from {{ ref('int_orders') }}),

products as (select * from {{ ref('stg_shop__products') }}),

rates as (select * from {{ ref('int_exchange_rates') }}),

company as (select * from {{ ref('stg_run__company') }}),

-- An order is counted once, on its sale line with the lowest number. Read from the lake once more: kept for two
-- readers, ten million lines would not fit into memory.
first_sale_lines as (
    select
        order_id,
        lake_month,
        min(case when coalesce(line_kind, 'product') in ('product', 'discrepancy') then line_number end)
            as line_number
    from {{ ref('stg_shop__order_lines') }}
    {% if is_incremental() %}
        where lake_month in ({{ stale_months() }})
    {% endif %}
    group by order_id, lake_month
),

-- Joined to the few orders before the many lines, so that a line looks its order up once.
heads as (
    select
        first_sale_lines.order_id,
        first_sale_lines.lake_month,
        first_sale_lines.line_number as first_sale_line_number,
        orders.deal_id,
        orders.customer_id,
        orders.rep_id,
        orders.territory_id,
        orders.channel,
        orders.currency_code,
        orders.sales_on,
        orders.cancelled_on,
        orders.order_id is not null as has_order,
        coalesce(orders.is_test, false) as is_test,
        nullif(orders.lake_month, first_sale_lines.lake_month) as order_lake_month
    from first_sale_lines
    left join orders on first_sale_lines.order_id = orders.order_id
),

resolved as (
    select
        lines.order_id,
        lines.line_number,
        lines.line_kind,
        lines.quantity,
        lines.revenue_stream as line_revenue_stream,
        lines.cost_amount as line_cost_amount,
        lines.source_system,
        lines.lake_month,
        lines.net_amount as original_net_amount,
        coalesce(lines.discount_amount, 0) as original_discount_amount,
        heads.deal_id,
        heads.customer_id,
        heads.rep_id,
        heads.territory_id,
        heads.channel,
        heads.cancelled_on,
        heads.has_order,
        heads.is_test,
        heads.order_lake_month,
        company.currency_code as company_currency_code,
        coalesce(heads.sales_on, {{ business_date('lines.ordered_at', 'company.timezone') }}) as sales_on,
        coalesce(lines.currency_code, heads.currency_code, company.currency_code) as currency_code,
        coalesce(heads.first_sale_line_number = lines.line_number, false) as is_first_sale_line,
        {{ resolved_id('product', 'lines') }} as product_id
    from lines
    cross join company
    left join heads on lines.order_id = heads.order_id and lines.lake_month = heads.lake_month
    {{ join_identity('product', 'lines') }}
),

costed as (
    select
        resolved.*,
        coalesce(resolved.line_revenue_stream, products.revenue_stream, 'one_off') as revenue_stream,
        coalesce(
            resolved.line_cost_amount, cast(resolved.quantity * products.unit_cost_amount as decimal(18, 4))
        ) as any_cost_amount,
        case
            when resolved.line_cost_amount is not null then resolved.currency_code
            else coalesce(products.currency_code, resolved.company_currency_code)
        end as cost_currency_code
    from resolved
    left join products on resolved.product_id = products.product_id
),

converted as (
    select
        costed.*,
        {{ in_company_currency('costed.original_net_amount', 'costed.currency_code', 'rates.rate') }} as net_amount,
        {{ in_company_currency('costed.original_discount_amount', 'costed.currency_code', 'rates.rate') }}
            as discount_amount,
        {{ in_company_currency('costed.any_cost_amount', 'costed.cost_currency_code', 'cost_rates.rate') }}
            as cost_amount
    from costed
    left join rates on costed.currency_code = rates.currency_code and costed.sales_on = rates.rate_on
    left join rates as cost_rates
        on costed.cost_currency_code = cost_rates.currency_code and costed.sales_on = cost_rates.rate_on
),

final as (
    select
        -- identifiers
        order_id,
        line_number,
        deal_id,
        customer_id,
        rep_id,
        territory_id,
        product_id,
        -- categories
        channel,
        revenue_stream,
        nullif(line_kind, 'product') as line_kind,
        currency_code,
        -- flags
        not is_test and line_kind in ('product', 'discrepancy') as is_sale,
        is_test,
        is_first_sale_line,
        net_amount is null as is_unpriced,
        has_order,
        -- business dates
        sales_on,
        cancelled_on,
        -- units, and amounts in company currency
        case when line_kind = 'product' then quantity else cast(0 as decimal(18, 4)) end as unit_count,
        cast(net_amount + discount_amount as decimal(18, 4)) as gross_amount,
        cast(discount_amount as decimal(18, 4)) as discount_amount,
        cast(net_amount as decimal(18, 4)) as net_amount,
        -- what is not priced gives no margin, so its cost must not take from the margin of others
        cast(case when net_amount is not null then cost_amount end as decimal(18, 4)) as cost_amount,
        -- amounts in currency_code
        cast(original_discount_amount as decimal(18, 4)) as original_discount_amount,
        original_net_amount,
        line_cost_amount as original_cost_amount,
        -- provenance
        source_system,
        order_lake_month,
        lake_month
    from converted
)

select * from final
