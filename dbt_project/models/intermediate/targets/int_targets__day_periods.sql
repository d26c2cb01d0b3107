-- Grain: day × period type.
-- The day, week and fiscal month, quarter and year that every day belongs to.
{%- set periods = {
    'day': ('date_on', 'date_on'),
    'week': ('week_start_on', 'week_end_on'),
    'month': ('fiscal_month_start_on', 'fiscal_month_end_on'),
    'quarter': ('fiscal_quarter_start_on', 'fiscal_quarter_end_on'),
    'year': ('fiscal_year_start_on', 'fiscal_year_end_on')
} %}
with

days as (select * from {{ ref('dim_date') }}),

final as (
    {%- for period_type, bounds in periods.items() %}
        select
            date_on,
            '{{ period_type }}' as period_type,
            {{ bounds[0] }} as period_start_on,
            {{ bounds[1] }} as period_end_on
        from days
        {%- if not loop.last %}
            union all
        {%- endif %}
    {%- endfor %}
)

select * from final
