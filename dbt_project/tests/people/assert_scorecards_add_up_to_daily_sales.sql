-- The reps of a month have sold, together with '(none)', what was sold in it: nothing lost, nothing twice.
{%- set figures = ['net_sales_amount', 'booking_amount', 'order_count', 'deals_won_count'] %}
with

sold as (
    select
        calendar.fiscal_month_start_on as period_start_on,
    {%- for figure in figures %}
        sum(daily_sales.{{ figure }}) as {{ figure }}{{ ',' if not loop.last }}
    {%- endfor %}
    from {{ ref('daily_sales') }} as daily_sales
    inner join {{ ref('dim_date') }} as calendar on daily_sales.sales_on = calendar.date_on
    where daily_sales.sales_on <= {{ as_of_date() }}
    group by calendar.fiscal_month_start_on
),

credited as (
    select
        period_start_on,
    {%- for figure in figures %}
        sum({{ figure }}) as {{ figure }}{{ ',' if not loop.last }}
    {%- endfor %}
    from {{ ref('rep_scorecard') }}
    where period_type = 'month'
    group by period_start_on
)

select
    sold.period_start_on,
{%- for figure in figures %}
    sold.{{ figure }},
    credited.{{ figure }} as credited_{{ figure }}{{ ',' if not loop.last }}
{%- endfor %}
from sold
left join credited on sold.period_start_on = credited.period_start_on
where
{%- for figure in figures %}
        sold.{{ figure }} is distinct from credited.{{ figure }}{{ ' or' if not loop.last }}
{%- endfor %}
