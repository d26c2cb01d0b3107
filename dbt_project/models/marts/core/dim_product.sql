-- Grain: product; products that only rows refer to are inferred, `(none)` stands for lines without a product.
with

products as (select * from {{ ref('stg_shop__products') }}),

company as (select * from {{ ref('stg_run__company') }}),

unmatched as (select * from {{ ref('int_unmatched_ids') }}),

unknown as (
    select
        id as product_id,
        cast(null as string) as product_name,
        min(source_system) as source_system,
        true as is_inferred
    from unmatched
    where entity = 'product'
    group by id
    union all
    select
        '(none)' as product_id,
        '(none)' as product_name,
        cast(null as string) as source_system,
        false as is_inferred
),

final as (
    select
        products.product_id,
        products.product_name,
        products.sku,
        products.product_category,
        products.product_subcategory,
        coalesce(products.revenue_stream, 'one_off') as revenue_stream,
        products.list_price_amount,
        products.unit_cost_amount,
        coalesce(products.currency_code, company.currency_code) as currency_code,
        coalesce(products.is_active, true) as is_active,
        false as is_inferred,
        products.source_system
    from products
    cross join company
    union all
    select
        product_id,
        product_name,
        cast(null as string) as sku,
        cast(null as string) as product_category,
        cast(null as string) as product_subcategory,
        cast(null as string) as revenue_stream,
        cast(null as decimal(18, 4)) as list_price_amount,
        cast(null as decimal(18, 4)) as unit_cost_amount,
        cast(null as string) as currency_code,
        true as is_active,
        is_inferred,
        source_system
    from unknown
)

select * from final
