-- Grain: lake month × day × rep × territory × channel × revenue stream × product category.
-- Sales on their day and cancellations, with the sign turned, on theirs. Rebuilt by lake month like the lines it sums.
-- depends_on: {{ ref('int_stale_months') }}
{{ config(
    materialized=incremental_materialization(),
    incremental_strategy='replace_months',
    on_schema_change='fail'
) }}
with

products as (select * from {{ ref('stg_shop__products') }}),

movements as (
    select
        lake_month,
        sales_on,
        rep_id,
        territory_id,
        channel,
        revenue_stream,
        product_id,
        case when is_first_sale_line then 1 else 0 end as order_count,
        case when is_unpriced then 1 else 0 end as unpriced_count,
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
        cancelled_on as sales_on,
        rep_id,
        territory_id,
        channel,
        revenue_stream,
        product_id,
        case when is_first_sale_line then -1 else 0 end as order_count,
        case when is_unpriced then -1 else 0 end as unpriced_count,
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

final as (
    select
        movements.lake_month,
        movements.sales_on,
        movements.rep_id,
        movements.territory_id,
        movements.channel,
        movements.revenue_stream,
        products.product_category,
        cast(sum(movements.order_count) as bigint) as order_count,
        cast(sum(movements.unpriced_count) as bigint) as unpriced_count,
        cast(sum(movements.unit_count) as decimal(18, 4)) as unit_count,
        cast(sum(movements.gross_amount) as decimal(18, 4)) as gross_amount,
        cast(sum(movements.discount_amount) as decimal(18, 4)) as discount_amount,
        cast(sum(movements.cost_amount) as decimal(18, 4)) as cost_amount,
        -- a line whose cost is unknown gives no margin
        cast(sum(case when movements.cost_amount is not null then movements.net_amount end) as decimal(18, 4))
            as costed_net_amount
    from movements
    left join products on movements.product_id = products.product_id
    group by
        movements.lake_month,
        movements.sales_on,
        movements.rep_id,
        movements.territory_id,
        movements.channel,
        movements.revenue_stream,
        products.product_category
)

select * from final
