-- Grain: lake month × calendar month × product × whether sold or cancelled.
-- What product_sales adds up. An order lies in one lake month, so distinct orders may be counted here. Rebuilt by lake
-- month like the lines it sums.
-- depends_on: {{ ref('int_stale_months') }}
{{ config(
    materialized=incremental_materialization(),
    incremental_strategy='replace_months',
    on_schema_change='fail'
) }}
with

movements as (
    select
        lake_month,
        sales_on as moved_on,
        false as is_cancellation,
        order_id,
        product_id,
        unit_count,
        gross_amount,
        discount_amount,
        net_amount,
        cost_amount
    from {{ ref('fct_order_lines') }}
    where
        is_sale
        {% if is_incremental() %}
            and lake_month in ({{ stale_months() }})
        {% endif %}
    union all
    select
        lake_month,
        cancelled_on as moved_on,
        true as is_cancellation,
        order_id,
        product_id,
        -unit_count as unit_count,
        -gross_amount as gross_amount,
        -discount_amount as discount_amount,
        -net_amount as net_amount,
        -cost_amount as cost_amount
    from {{ ref('fct_order_lines') }}
    where
        is_sale
        and cancelled_on is not null
        {% if is_incremental() %}
            and lake_month in ({{ stale_months() }})
        {% endif %}
),

summed as (
    select
        lake_month,
        cast(date_trunc('month', moved_on) as date) as sales_month,
        is_cancellation,
        product_id,
        count(distinct order_id) as order_count,
        sum(unit_count) as unit_count,
        sum(gross_amount) as gross_amount,
        sum(discount_amount) as discount_amount,
        sum(cost_amount) as cost_amount,
        sum(case when cost_amount is not null then net_amount end) as costed_net_amount
    from movements
    group by lake_month, cast(date_trunc('month', moved_on) as date), is_cancellation, product_id
),

final as (
    select
        lake_month,
        sales_month,
        is_cancellation,
        product_id,
        cast(case when is_cancellation then -order_count else order_count end as bigint) as order_count,
        cast(unit_count as decimal(18, 4)) as unit_count,
        cast(gross_amount as decimal(18, 4)) as gross_amount,
        cast(discount_amount as decimal(18, 4)) as discount_amount,
        cast(cost_amount as decimal(18, 4)) as cost_amount,
        cast(costed_net_amount as decimal(18, 4)) as costed_net_amount
    from summed
)

select * from final
