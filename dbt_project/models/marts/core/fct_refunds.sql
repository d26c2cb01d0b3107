-- Grain: refund.
-- Refunds with what they take over from their order and line. A refund counts on the day it was made; where the
-- order is cancelled, the cancellation takes the whole sale back, so it also takes back the refunds made before it,
-- and those made since are the repayment, not a return.
with

refunds as (select * from {{ ref('stg_shop__refunds') }}),

orders as (select * from {{ ref('int_orders') }}),

lines as (
    select
        order_id,
        line_number,
        product_id,
        revenue_stream,
        is_sale,
        cost_amount is not null as has_cost
    from {{ ref('fct_order_lines') }}
    where order_id in (select refunds.order_id from refunds)
),

rates as (select * from {{ ref('int_exchange_rates') }}),

company as (select * from {{ ref('stg_run__company') }}),

refunded_orders as (
    select
        order_id,
        bool_or(is_sale) as is_sale,
        bool_and(has_cost or not is_sale) as has_cost
    from lines
    group by order_id
),

described as (
    select
        refunds.refund_id,
        refunds.order_id,
        refunds.line_number,
        refunds.reason,
        refunds.quantity,
        refunds.refunded_on,
        refunds.source_system,
        refunds.amount as original_refund_amount,
        refunds.cost_amount as original_cost_amount,
        orders.customer_id,
        orders.rep_id,
        orders.territory_id,
        orders.channel,
        orders.order_id is not null as has_order,
        company.currency_code as company_currency_code,
        coalesce(refunds.currency_code, orders.currency_code, company.currency_code) as currency_code,
        lines.product_id,
        lines.revenue_stream,
        coalesce(orders.is_test, false) as is_test,
        coalesce(lines.is_sale, refunded_orders.is_sale, true) as is_of_sale,
        coalesce(lines.has_cost, refunded_orders.has_cost, false) as has_cost,
        case when orders.cancelled_on > refunds.refunded_on then orders.cancelled_on end as reversed_on,
        coalesce(orders.cancelled_on <= refunds.refunded_on, false) as is_repayment
    from refunds
    cross join company
    left join orders on refunds.order_id = orders.order_id
    left join lines on refunds.order_id = lines.order_id and refunds.line_number = lines.line_number
    left join refunded_orders on refunds.order_id = refunded_orders.order_id
),

converted as (
    select
        described.*,
        {{ in_company_currency('described.original_refund_amount', 'described.currency_code', 'rates.rate') }}
            as refund_amount,
        {{ in_company_currency('described.original_cost_amount', 'described.currency_code', 'rates.rate') }}
            as cost_amount
    from described
    left join rates on described.currency_code = rates.currency_code and described.refunded_on = rates.rate_on
),

final as (
    select
        -- identifiers
        refund_id,
        order_id,
        line_number,
        customer_id,
        rep_id,
        territory_id,
        product_id,
        -- categories
        channel,
        revenue_stream,
        reason,
        currency_code,
        -- flags
        not is_test and is_of_sale and not is_repayment as is_return,
        is_test,
        is_repayment,
        refund_amount is null as is_unpriced,
        has_order,
        has_cost,
        -- business dates
        refunded_on,
        reversed_on,
        -- units, and amounts in company currency
        quantity,
        cast(refund_amount as decimal(18, 4)) as refund_amount,
        cast(cost_amount as decimal(18, 4)) as cost_amount,
        -- amounts in currency_code
        original_refund_amount,
        original_cost_amount,
        -- provenance
        source_system
    from converted
)

select * from final
