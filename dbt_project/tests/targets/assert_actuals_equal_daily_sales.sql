-- Every sale counts once against the company, once against a rep and once against a product category.
{%- set amounts = ['net_sales_amount', 'booking_amount', 'margin_amount', 'unit_count', 'deals_won_count'] %}
with

sold as (
    select
        sales_on,
    {%- for amount in amounts %}
        coalesce(sum({{ amount }}), 0) as {{ amount }}{{ ',' if not loop.last }}
    {%- endfor %}
    from {{ ref('daily_sales') }}
    where sales_on <= {{ as_of_date() }}
    group by sales_on
),

scope_types as (
    select 'company' as scope_type
    union all
    select 'rep' as scope_type
    union all
    select 'product_category' as scope_type
),

counted as (
    select
        scope_type,
        sales_on,
    {%- for amount in amounts %}
        sum({{ amount }}) as {{ amount }}{{ ',' if not loop.last }}
    {%- endfor %}
    from {{ ref('int_targets__actuals') }}
    group by scope_type, sales_on
)

select
    scope_types.scope_type,
    sold.sales_on
from sold
cross join scope_types
left join counted on scope_types.scope_type = counted.scope_type and sold.sales_on = counted.sales_on
where
{%- for amount in amounts %}
        counted.{{ amount }} is distinct from sold.{{ amount }}{{ ' or' if not loop.last }}
{%- endfor %}
